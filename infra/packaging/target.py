"""What a stage's functions run on: decides the layer's wheels and the template's runtime."""

import platform
import sys
from dataclasses import dataclass

from infra.settings import LOCAL_STAGE

AWS_PYTHON = "3.12"
AWS_ARCHITECTURE = "arm64"
# Amazon Linux 2023, which the runtimes from 3.12 on are built on, has glibc 2.34.
AWS_WHEELS = (
    "manylinux_2_34_aarch64",
    "manylinux_2_28_aarch64",
    "manylinux_2_17_aarch64",
    "manylinux2014_aarch64",
)


@dataclass(frozen=True)
class Target:
    """Python version (`3.12`), Lambda architecture and accepted wheel platforms (empty: this machine's)."""

    python: str
    architecture: str
    wheels: tuple[str, ...] = ()

    @property
    def is_this_machine(self) -> bool:
        """True when this interpreter can import what the layer holds."""
        return not self.wheels

    @property
    def has_this_python(self) -> bool:
        """True when bytecode that this interpreter writes is valid there."""
        return self.python == f"{sys.version_info.major}.{sys.version_info.minor}"


def target_for(stage: str) -> Target:
    """The local stage runs on this machine's interpreter and processor, every other stage on AWS Lambda."""
    if stage != LOCAL_STAGE:
        return Target(AWS_PYTHON, AWS_ARCHITECTURE, AWS_WHEELS)
    architecture = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
    return Target(f"{sys.version_info.major}.{sys.version_info.minor}", architecture)

"""Installs the pinned local cloud into `.local/cloud`, apart from ours because it pins its own botocore."""

import hashlib
import subprocess
import sys
from pathlib import Path

from infra.errors import InfraError
from infra.locks import exclusive
from infra.settings import ROOT

HOME = ROOT / ".local" / "cloud"
REQUIREMENTS = ROOT / "requirements-cloud.txt"
STAMP = HOME / "installed"


class InstallError(InfraError):
    """The local cloud could not be installed; the message says why."""


def interpreter() -> Path:
    """The local cloud's own Python."""
    return HOME / "bin" / "python"


def is_installed() -> bool:
    """True when what requirements-cloud.txt asks for is there already; needs no network."""
    return STAMP.exists() and STAMP.read_text() == _wanted() and interpreter().exists()


def install() -> None:
    """Create the virtual environment and fill it; does nothing when it is current. Raises InstallError."""
    with exclusive(HOME.with_suffix(".lock")):
        if not is_installed():
            _install()


def _install() -> None:
    # Our own pip fills it, and bytecode is written when a module is first used: half the time.
    _run([sys.executable, "-m", "venv", "--without-pip", str(HOME)])
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(interpreter()),
        "--quiet",
        "--disable-pip-version-check",
    ]
    _run([*pip, "install", "--no-compile", "--requirement", str(REQUIREMENTS)])
    STAMP.write_text(_wanted())


def _wanted() -> str:
    return hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise InstallError(
            f"The local cloud could not be installed: {done.stderr.strip() or done.stdout.strip()}"
        )

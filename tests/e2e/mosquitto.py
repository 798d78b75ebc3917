"""Finds `mosquitto_pub`, the command that we tell device makers to use, or installs Debian's (as root)."""

from __future__ import annotations

import os
import shutil
import subprocess

ADVICE = "The test of our command line needs mosquitto_pub (Debian: apt-get install mosquitto-clients)."


def ensure() -> str:
    """Its path. Raises AssertionError that says what to install."""
    if not shutil.which("mosquitto_pub") and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "mosquitto-clients"]):
            subprocess.run(["apt-get", "--quiet", "--quiet", *arguments], check=False, env=environment)
    found = shutil.which("mosquitto_pub")
    assert found, ADVICE
    return found

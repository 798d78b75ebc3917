"""Finds a Chromium for the browser tests, or installs Debian's (as root); `python -m infra.browser`
prints where it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra.settings import InfraError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "Install Chromium (Debian: apt-get install chromium), or run `.venv/bin/playwright install chromium`."
)


class NoBrowserError(InfraError):
    """There is none and we cannot install one; the message says what to do."""


def find() -> Path | None:
    """A Chromium on the path, or the one that Playwright keeps."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.exists() else None


def ensure() -> Path:
    """A Chromium that can be started. Raises NoBrowserError."""
    found = find()
    if not found and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "--quiet", "--quiet", *arguments], check=False, env=environment)
        found = find()
    if not found:
        raise NoBrowserError(f"The browser tests need a browser. {ADVICE}")
    return found


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{ensure()}\n")
    except NoBrowserError as error:
        sys.exit(str(error))

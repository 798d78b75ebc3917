"""Fills `.venv/` from the requirement files (`python3 infra/environment.py run|dev`); runs before anything
is installed.

A second run with the same requirement files does nothing and needs no network.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
FILES = {
    "run": ("requirements.txt", "layers/files/requirements.txt", "requirements-cli.txt"),
    "dev": (
        "requirements.txt",
        "layers/files/requirements.txt",
        "requirements-cli.txt",
        "requirements-dev.txt",
    ),
}


def prepare(purpose: str) -> str | None:
    """Install what a purpose needs; a sentence about what is in the way, or None."""
    if sys.version_info < OLDEST:
        return f"Townkit needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}."
    stamp, wanted = VENV / f"townkit-{purpose}", _digest(purpose)
    if stamp.exists() and stamp.read_text() == wanted:
        return None
    python = VENV / "bin" / "python"
    if not python.exists():
        if subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True).returncode:
            return "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    # Bytecode is written when a module is first used: most of what is installed never is.
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    requirements = [f"--requirement={ROOT / name}" for name in FILES[purpose]]
    for arguments in (requirements, ["--no-deps", "--editable", str(ROOT)]):
        if subprocess.run([*pip, *arguments]).returncode:
            return "What Townkit needs could not be installed; pip says why above."
    stamp.write_text(wanted)
    return None


def _digest(purpose: str) -> str:
    content = b"".join((ROOT / name).read_bytes() for name in (*FILES[purpose], "pyproject.toml"))
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(prepare(sys.argv[1]))

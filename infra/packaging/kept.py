"""What takes long to make, kept under `.local/` by the content of what it was made from."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from infra.settings import ROOT

KEPT = 4


def kept_folder(name: str, made_from: Iterable[Path], make: Callable[[Path], object], also: str = "") -> Path:
    """Folder that `make(folder)` filled from the files named; made only when one of them, or `also` (a
    version), changed. At most four of a name are kept, the latest used."""
    inputs = hashlib.sha256(also.encode())
    for path in sorted(made_from):
        inputs.update(b"\0" + path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    folder = ROOT / ".local" / name / inputs.hexdigest()[:24]
    if not folder.exists():
        part = folder.with_name(f"part-{os.getpid()}")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        make(part)
        _place(part, folder)
    folder.touch()
    _forget_old(folder.parent)
    return folder


def _place(part: Path, folder: Path) -> None:
    """In one step, because another process may make the same; the first one stays."""
    try:
        part.rename(folder)
    except OSError:
        shutil.rmtree(part)
        if not folder.exists():
            raise


def _forget_old(parent: Path) -> None:
    """All but the latest used; another process that clears up at the same moment does no harm."""
    finished = [path for path in parent.iterdir() if not path.name.startswith("part-")]
    ages = {path: path.stat().st_mtime for path in finished if path.exists()}
    for path in sorted(ages, key=lambda path: ages[path], reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)

"""Reproducible archives: the same content always gives the same bytes, so that a content hash can name
them."""

import compileall
import hashlib
import py_compile
import zipfile
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)
READABLE = 0o100644 << 16


def compile_folder(folder: Path) -> None:
    """Write bytecode that never looks at time stamps: unpacking an archive changes them, and then
    nothing would be used."""
    compileall.compile_dir(
        str(folder),
        quiet=2,
        stripdir=str(folder),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        workers=0,
    )


def write_archive(folder: Path, path: Path, prefix: str = "") -> None:
    """Pack every file of a folder, in order and without times."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
            entry = zipfile.ZipInfo(prefix + file.relative_to(folder).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = READABLE
            archive.writestr(entry, file.read_bytes())


def digest(path: Path) -> str:
    """First 24 hex digits of a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:24]

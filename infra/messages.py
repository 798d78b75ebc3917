"""Message catalogues at build time: extract what the product says, compile the translations (Babel).

`python -m infra.messages` prints, as a .po file, the messages that no catalogue translates yet.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from functions.sensing import profiles

KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "t": None,
    "nt": (1, 2),
    "ngettext": (1, 2),
}
# The header of a compiled catalogue names two times; the minute of packaging would give the same source two
# archives.
WRITTEN = datetime(1980, 1, 1, tzinfo=UTC)
SPOKEN = ("functions", "templates/pages", "templates/messages")


def extract(root: Path) -> Catalog:
    """Every message of the code and the templates under the repository root, and what the device profiles say
    of where their limits come from, with its places."""
    found = Catalog()
    for folder in SPOKEN:
        methods = [("**.py", "python")] if folder == "functions" else [("**.*", "jinja2.ext.babel_extract")]
        options = {"**.*": {"silent": "false", "keep_trailing_newline": "true"}}
        entries = extract_from_dir(root / folder, methods, options, KEYWORDS, comment_tags=("i18n:",))
        for name, line, msgid, comments, _context in entries:
            found.add(msgid, locations=[(f"{folder}/{name}", line)], auto_comments=comments)
    for name, profile in profiles.load_all().items():
        for rule in profile["rules"]:
            if rule["basis"]:
                found.add(rule["basis"], locations=[(f"templates/devices/{name}.yaml", 0)])
    return found


def read_catalogues(folder: Path) -> Iterator[tuple[Path, Catalog]]:
    """(file, catalogue) of every feature's .po file in the folder of one language, by name."""
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=folder.name, abort_invalid=True)


def merge(folder: Path) -> Catalog:
    """One catalogue of a language; where two features translate the same message, the first one counts."""
    merged = Catalog(locale=folder.name, fuzzy=False, creation_date=WRITTEN, revision_date=WRITTEN)
    for _path, catalogue in read_catalogues(folder):
        for message in catalogue:
            if not message.id or not message.string:
                continue
            if merged.get(message.id) is None:
                merged[message.id] = Message(message.id, message.string, flags=message.flags)
    return merged


def conflicts(folder: Path) -> list[str]:
    """Messages that another feature translates differently: `<file>: <message>`."""
    merged = merge(folder)
    return [
        f"{path.name}: {message.id}"
        for path, catalogue in read_catalogues(folder)
        for message in catalogue
        if message.id and (known := merged.get(message.id)) is not None and known.string != message.string
    ]


def compile_catalogues(source_dir: Path, target: Path) -> list[Path]:
    """Write `<target>/<locale>.mo` for each language folder of `source_dir`; returns the files written."""
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for folder in sorted(path for path in source_dir.iterdir() if path.is_dir()):
        compiled = target / f"{folder.name}.mo"
        # Replaced in one step: another process may be reading the old file.
        with tempfile.NamedTemporaryFile(dir=target, delete=False) as file:
            write_mo(file, merge(folder))
        Path(file.name).chmod(0o644)
        os.replace(file.name, compiled)
        written.append(compiled)
    return written


def missing(root: Path, locale: str) -> Catalog:
    """The extracted messages that the language's catalogues do not translate."""
    known = merge(root / "templates" / "i18n" / locale)
    open_ones = Catalog(locale=locale, fuzzy=False)
    for message in extract(root):
        if message.id and known.get(message.id) is None:
            open_ones[message.id] = message
    return open_ones


def main() -> int:
    """Print what is still to be translated; exit 1 when there is anything."""
    root = Path(__file__).resolve().parent.parent
    open_ones = missing(root, "zh_Hans")
    if len(open_ones):
        write_po(sys.stdout.buffer, open_ones, omit_header=True, width=110)
    return 1 if len(open_ones) else 0


if __name__ == "__main__":
    raise SystemExit(main())

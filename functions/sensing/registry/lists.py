"""Many devices at once, as a list from a spreadsheet (CSV, RFC 4180; also with semicolons or tabs).

All lines are taken or none: a list of which a part was taken cannot be corrected and sent again. Sending the
same list twice changes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from functions.core import clock
from functions.core.context import Context
from functions.core.errors import Invalid
from functions.core.i18n import LANGUAGES, N_, t, use_language
from functions.sensing.registry import service, store
from functions.sensing.registry.domain import Device
from functions.sensing.registry.fields import FIELDS, Choices, choices, read, shown

MOST_LINES = 300
MOST_CHARACTERS = 120_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # OWASP: a spreadsheet would run a cell that begins so
EMPTY = N_("The list is empty. The first line names the columns.")
TOO_MANY = N_("A list has at most 300 lines. Divide it.")
NO_COLUMNS = N_("The first line must name at least these columns: thing, profile")
STRANGE = N_("There is no such column")
TWICE = N_("The same id stands in an earlier line")
CODE_TWICE = N_("The same DevEUI or serial number stands in an earlier line")
THERE = N_("There is another device with this id already")
UNREADABLE = N_("The list cannot be read: a quotation mark is not closed, or a line is broken")
CELLS = N_("This line has more cells than the first line has columns")


@dataclass(frozen=True)
class Line:
    """A line of the list by its number in the file: the device, and what is wrong (field -> message id).
    ``known``: exactly this device is there already."""

    number: int
    device: Device
    problems: Mapping[str, str] = field(default_factory=dict)
    known: bool = False


def read_list(text: str, allowed: Choices) -> list[Line]:
    """Every line, checked by itself and against the others. Raises Invalid for what is no list at all."""
    rows = _rows(text)
    columns = _columns(rows[0][1])
    lines: list[Line] = []
    things: set[str] = set()
    codes: set[str] = set()
    for number, cells in rows[1:]:
        values = {name: _cell(cell) for name, cell in zip(columns, cells, strict=False)}
        device, problems = read(values, allowed)
        if any(cell.strip() for cell in cells[len(columns) :]):
            problems["thing"] = CELLS
        if device.thing in things:
            problems.setdefault("thing", TWICE)
        if codes & set(device.labels):
            problems.setdefault("serial" if device.serial else "eui", CODE_TWICE)
        things.add(device.thing)
        codes.update(device.labels)
        lines.append(Line(number, device, problems))
    return lines


def _rows(text: str) -> list[tuple[int, list[str]]]:
    if len(text) > MOST_CHARACTERS:
        raise Invalid({"list": TOO_MANY}, TOO_MANY)
    text = text.removeprefix("\ufeff")
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise Invalid({"list": UNREADABLE}, UNREADABLE) from error
    if len(rows) < 2:
        raise Invalid({"list": EMPTY}, EMPTY)
    if len(rows) - 1 > MOST_LINES:
        raise Invalid({"list": TOO_MANY}, TOO_MANY)
    return rows


def _columns(cells: Sequence[str]) -> list[str]:
    """Fields by heading: a column's id, or its name in any language."""
    headings: dict[str, str] = {}
    for lang in LANGUAGES:
        with use_language(lang):
            headings |= {t(label).casefold(): name for name, label in FIELDS.items()}
    columns = []
    for cell in cells:
        word = cell.strip().casefold()
        name = word.replace(" ", "_") if word.replace(" ", "_") in FIELDS else headings.get(word)
        if name is None and word:
            raise Invalid({"list": STRANGE}, N_("There is no column “%(name)s”"), name=cell.strip()[:40])
        columns.append(name or "")
    if not {"thing", "profile"} <= set(columns):
        raise Invalid({"list": NO_COLUMNS}, NO_COLUMNS)
    return columns


def _cell(text: str) -> str:
    """A cell without the apostrophe with which :func:`write_list` makes it harmless, and without characters
    that no keyboard types."""
    text = "".join(char for char in text if char.isprintable()).strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


def check_list(ctx: Context, text: str) -> list[Line]:
    """A dry run: what would be added, and what is wrong in each line. One call for the index, one per hundred
    lines. Raises Invalid for what is no list, and when the plan does not allow so many."""
    lines = read_list(text, choices(ctx))
    there = store.get_many(line.device.thing for line in lines)
    checked = [_against(line, there.get(line.device.thing)) for line in lines]
    service.check_room(ctx, sum(not line.known for line in checked))
    return checked


def _against(line: Line, there: Device | None) -> Line:
    if there is None:
        return line
    if shown(there) == shown(line.device):
        return replace(line, known=True)
    return replace(line, problems={"thing": THERE, **line.problems})


def import_list(ctx: Context, text: str) -> list[Line]:
    """Add every device of a list, or none when a line is wrong; answers the lines. Each device is a
    transaction of its own: after a crash the same list is sent again."""
    lines = check_list(ctx, text)
    if any(line.problems for line in lines):
        return lines
    for line in lines:
        if not line.known:
            service.save(
                ctx, replace(line.device, since=clock.iso(ctx.now)), None, "device-planned", {"by": "list"}
            )
    return lines


def write_list(devices: Iterable[Device], more: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """The devices as CSV with the ids of the columns, then whatever ``more`` says of each thing; a cell that
    a spreadsheet would run gets an apostrophe."""
    extra = list(next(iter((more or {}).values()), {}))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*FIELDS, *extra])
    for device in devices:
        cells = [
            *shown(device).values(),
            *((more or {}).get(device.thing, {}).get(name, "") for name in extra),
        ]
        writer.writerow(
            [f"'{cell}" if cell.startswith(FORMULA) and not _is_number(cell) else cell for cell in cells]
        )
    return out.getvalue()


def _is_number(cell: str) -> bool:
    try:
        return bool(float(cell) or True)
    except ValueError:
        return False

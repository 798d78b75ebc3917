"""A definition's shape: plain data to the model, and every problem to its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from functions.services.errors import Problem

if TYPE_CHECKING:
    from functions.tenancy.source import Source

MOST_PROBLEMS = 100


def shaped(raw: Any) -> tuple[dict[str, Any] | None, list[Problem]]:
    """(the definition with all defaults, what is wrong with its shape): one of the two is empty."""
    from pydantic import ValidationError

    from functions.services.schemas import parse

    try:
        return parse(raw), []
    except ValidationError as error:
        found = dict.fromkeys(_problem(raw, one) for one in error.errors(include_url=False))
        return None, list(found)[:MOST_PROBLEMS]
    except RecursionError:
        return None, [Problem("", "this is nested too deeply", code="shape")]


def _problem(raw: Any, error: Any) -> Problem:
    from functions.services.schemas import Definition
    from functions.tenancy.shape_words import sentence

    plain, named = [], []
    here = raw
    for part in error["loc"]:
        inside = _step(here, part)
        if inside is None:
            if error["type"] == "missing" and part == error["loc"][-1]:
                plain.append(part)
            break
        plain.append(part)
        named.append(inside[0])
        here = inside[1]
    if not plain and error["type"] != "value_error":
        error = {**error, "loc": ()}
        return Problem("", "a service file is a mapping with keys such as service: and guide:", code="shape")
    return Problem(".".join(named), sentence(Definition, error, tuple(plain)), code="shape")


def _step(here: Any, part: Any) -> tuple[str, Any] | None:
    """(what the part is called in a problem's path, what stands there); None for a part that is no part of
    the file, such as the name of a kind that was tried."""
    if isinstance(here, dict) and part in here:
        return str(part), here[part]
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        entry = here[part]
        name = entry.get("id") if isinstance(entry, dict) else None
        return (name if isinstance(name, str) and name else f"#{part}"), entry
    return None


def located(problems: list[Problem], source: Source, root: tuple[Any, ...] = ()) -> list[Problem]:
    """The problems with their line and column, in the order of the file. `root` is where in the file the
    definition, or the patch on it, stands."""
    found = []
    for one in problems:
        path = keys_of(source.data, root, one.path)
        place = source.place(path)
        line, column = place.line, place.column
        start = source.texts.get(path)
        if start and one.within[0] == 1:
            line, column = start.line, start.column + one.within[1] - 1
        found.append(replace(one, line=line, column=column))
    return sorted(found, key=lambda one: (one.line, one.column))


def keys_of(data: Any, root: tuple[Any, ...], path: str) -> tuple[Any, ...]:
    """The keys and indexes of a dotted path below `root`, as far as the file goes."""
    for key in root:
        data = data[key]
    return (*root, *_keys(data, path))


def _keys(data: Any, path: str) -> Iterator[Any]:
    for part in path.split(".") if path else ():
        if isinstance(data, dict) and part in data:
            key: Any = part
        elif isinstance(data, list):
            key = _index(data, part)
            if key is None:
                return
        else:
            return
        yield key
        data = data[key]


def _index(entries: list[Any], part: str) -> int | None:
    named = (at for at, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("id") == part)
    number = part.removeprefix("#")
    at = int(number) if number.isdigit() and len(number) < 6 else len(entries)
    return next(named, at if at < len(entries) else None)

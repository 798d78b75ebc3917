"""The difference between two compiled configurations, in lines that a city admin can read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MISSING: Any = object()
DERIVED = ("legal", "country_profile")  # told as a whole: they follow from other parts
NAMES = ("id", "email", "thing", "date")  # what a list's entries are known by
SHOWN = 60


def differences(live: dict[str, Any] | None, file: dict[str, Any]) -> list[str]:
    """``+`` comes, ``-`` goes, ``~`` changes; empty when the two are the same. Without a live one: what will
    be made."""
    if live is None:
        return list(_first(file))
    return [*_walk((), _without(live), _without(file)), *_derived(live, file)]


def changed(old: Any, new: Any) -> list[str]:
    """The same lines for any two values."""
    return list(_walk((), old, new))


def _first(file: dict[str, Any]) -> Iterator[str]:
    name = file["names"][file["languages"][0]]
    yield f"+ city {file['id']}: {name}"
    for part, many in (
        ("departments", "departments"),
        ("staff", "members of staff"),
        ("services", "services"),
    ):
        yield f"+ {len(file[part])} {many}"
    yield f"+ {len(file['devices']['things'])} devices, {len(file['devices']['rules'])} alert rules"


def _without(config: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key not in DERIVED}


def _derived(live: dict[str, Any], file: dict[str, Any]) -> Iterator[str]:
    pages = [
        f"{page} ({lang})"
        for page, texts in file["legal"].items()
        for lang, text in texts.items()
        if live.get("legal", {}).get(page, {}).get(lang) != text
    ]
    if pages:
        yield f"~ legal pages: {', '.join(pages)}"
    if live.get("country_profile") != file["country_profile"]:
        yield "~ country profile: what it says has changed"


def _walk(path: tuple[str, ...], old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    old, new = _by_name(old, new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _walk((*path, str(key)), old.get(key, MISSING), new.get(key, MISSING))
    elif old is MISSING:
        yield f"+ {'.'.join(path)}: {_show(new)}"
    elif new is MISSING:
        yield f"- {'.'.join(path)}: {_show(old)}"
    else:
        yield f"~ {'.'.join(path)}: {_show(old)} -> {_show(new)}"


def _by_name(old: Any, new: Any) -> tuple[Any, Any]:
    """Two lists of named entries as mappings, so that an entry that moves is not a change of its neighbours.
    Two lists of named entries as mappings, so that an entry that moves is not a change of its neighbours."""
    if not (isinstance(old, list) and isinstance(new, list)):
        return old, new
    entries = [*old, *new]
    for name in NAMES:
        if entries and all(isinstance(entry, dict) and name in entry for entry in entries):
            before, after = ({str(entry[name]): entry for entry in side} for side in (old, new))
            if (len(before), len(after)) == (len(old), len(new)) and before != after:
                return before, after
    return old, new


def _show(value: Any) -> str:
    if isinstance(value, dict) and len(value) > 3:
        return f"({len(value)} values)"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."

"""A city's override: a small patch that mirrors the definition.

Mappings merge, `key: null` takes a key out (RFC 7396). Lists of things with an `id` merge by id:
`{id: x, drop: true}` drops one, an id that is new is added at the end or `after:` another. Everything else
replaces. The template is never changed in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from functions.services.errors import Problem
from functions.services.lint_base import LANGUAGES


def half_changed(
    base: Any, patch: Any, languages: Sequence[str], path: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """(path, languages that still say what the template said) of every text of which the patch changes some
    of `languages` only."""
    if not (isinstance(base, dict) and isinstance(patch, dict)):
        if _has_ids(base) and _has_ids(patch):
            items = {item["id"]: item for item in base}
            for change in patch:
                yield from half_changed(items.get(change["id"]), change, languages, f"{path}.{change['id']}")
        return
    if base and patch and all(key in LANGUAGES for key in (*base, *patch)):
        left = [lang for lang in languages if lang in base and lang not in patch]
        if left and any(patch[lang] != base.get(lang) for lang in patch):
            yield path, left
        return
    for key, value in patch.items():
        yield from half_changed(base.get(key), value, languages, f"{path}.{key}" if path else str(key))


def apply_patch(base: dict[str, Any], patch: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The patched copy, and what in the patch has no meaning (dropping or placing after something
    unknown)."""
    problems: list[Problem] = []
    return _merge(base, patch, "", problems), problems


def _merge(base: dict[str, Any], patch: dict[str, Any], path: str, problems: list[Problem]) -> dict[str, Any]:
    merged = deepcopy(base)
    for key, value in patch.items():
        here = f"{path}.{key}" if path else str(key)
        before = merged.get(key)
        if value is None:
            merged.pop(key, None)
            continue
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = _merge(before, value, here, problems)
        elif _has_ids(before) and _has_ids(value):
            merged[key] = _merge_list(before, value, here, problems)
        else:
            merged[key] = deepcopy(value)
    return merged


def _has_ids(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(x, dict) and isinstance(x.get("id"), str) for x in value)
    )


def _merge_list(base: Any, patch: Any, path: str, problems: list[Problem]) -> list[Any]:
    items = {item["id"]: item for item in base}
    order = list(items)
    for change in patch:
        key = change["id"]
        here = f"{path}.{key}"
        rest = {name: value for name, value in change.items() if name not in ("drop", "after")}
        after = change.get("after")
        if after is not None and (after not in order or after == key):
            problems.append(Problem(here, f'there is nothing called "{after}" to place it after'))
            after = None
        if change.get("drop") is True:
            if key not in items:
                problems.append(Problem(here, "there is nothing of that name to drop"))
                continue
            order.remove(key)
            del items[key]
            continue
        items[key] = _merge(items[key], rest, here, problems) if key in items else deepcopy(rest)
        if key not in order or after is not None:
            if key in order:
                order.remove(key)
            order.insert(order.index(after) + 1 if after is not None else len(order), key)
    return [items[key] for key in order]

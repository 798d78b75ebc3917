"""What a city's override means for the template's own sample cases: they still run, without what the override
took out. Everything else that a sample expects must still be so, or the override changes the sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Raw = dict[str, Any]


def follow(patched: Raw, template: Raw, override: Raw) -> None:
    """Take out of the samples what is there no more: answers and errors of dropped questions, dropped pages
    and documents, and, when the city has a route of its own, the departments of the template's. `patched`
    is changed."""
    samples = [one for one in _list(patched.get("tests")) if isinstance(one, dict)]
    own = {one.get("id") for one in _list(override.get("tests")) if isinstance(one, dict) and "expect" in one}
    questions, pages = _gone(template, patched, _questions), _gone(template, patched, _pages)
    documents = _gone(template, patched, _documents)
    routed = "route" in _dict(override.get("workflow"))
    for sample in samples:
        expect = _dict(sample.get("expect"))
        _without(sample, "answers", questions)
        _without(sample, "files", documents)
        _without(expect, "errors", questions)
        _without(expect, "pages", pages)
        _without(expect, "documents", documents)
        if routed and sample.get("id") not in own:
            expect.pop("department", None)


def _gone(before: Raw, after: Raw, ids: Any) -> set[str]:
    return set(ids(before)) - set(ids(after))


def _without(holder: Raw, part: str, gone: set[str]) -> None:
    value = holder.get(part)
    if isinstance(value, dict):
        holder[part] = {key: one for key, one in value.items() if key not in gone}
    elif isinstance(value, list):
        holder[part] = [one for one in value if not (isinstance(one, str) and one in gone)]


def _pages(raw: Raw) -> Iterator[str]:
    yield from _ids(_dict(raw.get("form")).get("pages"))


def _questions(raw: Raw) -> Iterator[str]:
    for page in _list(_dict(raw.get("form")).get("pages")):
        yield from _ids(_dict(page).get("fields"))


def _documents(raw: Raw) -> Iterator[str]:
    yield from _ids(raw.get("documents"))


def _ids(entries: Any) -> Iterator[str]:
    for entry in _list(entries):
        name = _dict(entry).get("id")
        if isinstance(name, str):
            yield name


def _dict(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

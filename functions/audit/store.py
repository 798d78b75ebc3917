"""Events as they lie in the city's table, and seals as they lie in object storage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from functions.adapters import objects
from functions.audit.domain import Event, Leaf, Seal
from functions.core import keys
from functions.core.audit import EventItem, HeadItem

FOLDER = "audit/"
FORMAT = 1
Raw = dict[str, dict[str, object]]


def leaves_of(day: date) -> list[Leaf]:
    """The leaves of a day's events in their order: by time, then chain, then number. Reads the index."""
    listed = EventItem.listed.query(keys.day_list(day))
    return [_listed_leaf(item.list_sort, item.hash) for item in listed]


def _listed_leaf(list_sort: str, digest: str) -> Leaf:
    at, _, rest = list_sort.partition("#")
    chain, _, seq = rest.rpartition("#")
    return Leaf(at, chain, int(seq), digest)


def everything() -> tuple[list[Event], dict[str, tuple[int, str]]]:
    """All events and all heads (chain -> number and hash) of the city: a scan, never on a request's path.

    Items are read as they lie there, since a damaged one is a finding and not a fault."""
    events: list[Event] = []
    heads: dict[str, tuple[int, str]] = {}
    for raw in _scan():
        pk, sk = _text(raw, "pk"), _text(raw, "sk")
        if sk == keys.HEAD:
            heads[pk] = (_number(raw, "seq"), _text(raw, "hash"))
        elif sk.startswith(keys.EVENT_PREFIX):
            events.append(_event(raw, (pk, sk)))
    return events, heads


def _scan() -> Iterator[Raw]:
    connection, start = EventItem._get_connection(), None
    wanted = EventItem.sk.startswith(keys.EVENT_PREFIX) | (HeadItem.sk == keys.HEAD)
    while True:
        answer = connection.scan(filter_condition=wanted, exclusive_start_key=start, consistent_read=True)
        yield from answer["Items"]
        start = answer.get("LastEvaluatedKey")
        if not start:
            return


def _event(raw: Raw, key: tuple[str, str]) -> Event:
    chain, seq, at, prev = _text(raw, "chain"), _number(raw, "seq"), _text(raw, "at"), _text(raw, "prev")
    body = {
        "chain": chain,
        "seq": seq,
        "at": at,
        "actor": f"{_text(raw, 'actor_kind')}:{_text(raw, 'actor_id')}",
        "action": _text(raw, "action"),
        "detail": _detail(raw),
        "prev": prev,
    }
    listed = (_text(raw, "list_key"), _text(raw, "list_sort"))
    return Event(chain, seq, at, prev, _text(raw, "hash"), body, key, listed)


def _text(raw: Raw, name: str) -> str:
    return str(raw.get(name, {}).get("S", ""))


def _number(raw: Raw, name: str) -> int:
    digits = str(raw.get(name, {}).get("N", ""))
    return int(digits) if digits.isdigit() else -1


def _detail(raw: Raw) -> object:
    if "detail" not in raw:
        return None
    try:
        return json.loads(_text(raw, "detail"))
    except ValueError:
        return {"unreadable": _text(raw, "detail")}


def sealed_days() -> list[str]:
    """The days that have a root, in order."""
    return [
        name.removeprefix(FOLDER).removesuffix(".json")
        for name in objects.names(FOLDER)
        if name.endswith(".json")
    ]


def read_seal(day: str) -> Seal | None:
    """A day's seal, or None. Raises KeyError or ValueError when it is damaged."""
    body = objects.read(f"{FOLDER}{day}.json")
    if body is None:
        return None
    given = json.loads(body)
    return Seal(**{name: given[name] for name in ("day", "count", "root", "previous_day", "previous_root")})


def read_leaves(seal: Seal) -> list[Leaf]:
    """A day's list of leaves, in its order. Raises ValueError when it is damaged."""
    body = objects.read(_leaves_name(seal)) or b""
    return [Leaf.parse(line) for line in body.decode().splitlines()]


def _leaves_name(seal: Seal) -> str:
    # the root is in the name, so writing the list twice changes nothing
    return f"{FOLDER}{seal.day}.{seal.root[:16]}.leaves"


def write_seal(seal: Seal, leaves: list[Leaf]) -> bool:
    """Write the list, then the root: a root is there only when its list is. False when the day was sealed
    already."""
    lines = "".join(leaf.line() + "\n" for leaf in leaves)
    objects.write(_leaves_name(seal), lines.encode(), "text/plain; charset=utf-8")
    body = json.dumps({"format": FORMAT, **asdict(seal)}, indent=1, sort_keys=True)
    return objects.create(f"{FOLDER}{seal.day}.json", body.encode(), "application/json")

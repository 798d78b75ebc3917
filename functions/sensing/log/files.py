"""Month files: what a shard's devices measured in a month of the city, as CSV.gz with a manifest beside it,
under ``readings/<yyyy-mm>/``. Written anew each night that touched the month; deleted when single readings of
their class are."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from functions.adapters import objects
from functions.core import clock
from functions.core.context import Context
from functions.sensing.domain import Reading
from functions.sensing.log import retention, store
from functions.sensing.log.days import utc
from functions.sensing.log.rollups import MARKS
from functions.sensing.registry.domain import Device

FOLDER = "readings/"
COLUMNS = ("thing", "time", "metric", "value", "marks")
NAME = re.compile(r"readings/(\d{4}-\d{2})/(measurement|event)-([a-z]\d+)\.(csv\.gz|json)")


def file_name(month: str, kind: str, shard: str, ending: str) -> str:
    """``readings/2026-11/measurement-r0.csv.gz``, and ``.json`` for its manifest."""
    return f"{FOLDER}{month}/{kind}-{shard}.{ending}"


def write_month(ctx: Context, shard: str, month: str, devices: Iterable[Device]) -> list[str]:
    """The files of a shard's devices, one for each class of data; their names. What says something about
    people is in none. One call a device, and two writes a file."""
    by_kind: dict[str, list[Device]] = defaultdict(list)
    for device in sorted(devices, key=lambda one: one.thing):
        profile = ctx.city.config["devices"]["profiles"].get(device.profile) or {}
        if retention.kept(ctx.city.config, profile).files:
            by_kind[str(profile.get("retention", "measurement"))].append(device)
    return [
        name
        for kind in retention.FILED
        if (name := _write(ctx, shard, month, kind, [device.thing for device in by_kind[kind]]))
    ]


def _write(ctx: Context, shard: str, month: str, kind: str, things: list[str]) -> str:
    year, number = map(int, month.split("-"))
    first, last = date(year, number, 1), date(year, number, monthrange(year, number)[1])
    packed = io.BytesIO()
    seen = _Seen()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as squeezed,
        io.TextIOWrapper(squeezed, encoding="utf-8", newline="") as text,
    ):
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(COLUMNS)
        for thing in things:
            rows.writerows(seen.rows(thing, _of_month(thing, first, last)))
    body, name = packed.getvalue(), file_name(month, kind, shard, "csv.gz")
    if not seen.count:  # nothing is left of what an earlier night may have written
        objects.remove(name)
        objects.remove(file_name(month, kind, shard, "json"))
        return ""
    manifest = {
        "file": f"cities/{ctx.city.id}/{name}",
        "month": month,
        "zone": ctx.city.zone,
        "columns": list(COLUMNS),
        "rows": seen.count,
        "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "from": clock.iso(utc(seen.first)),
        "to": clock.iso(utc(seen.last)),
        "devices": seen.things,
        "written": clock.iso(ctx.now),
    }
    objects.write(name, body, "application/gzip")
    objects.write(file_name(month, kind, shard, "json"), json.dumps(manifest).encode(), "application/json")
    return name


def _of_month(thing: str, first: date, last: date) -> Iterator[Reading]:
    for day in store.read_days(thing, first, last, consistent=True):  # they were closed a moment ago
        yield from day.readings


class _Seen:
    """Counts what is written."""

    def __init__(self) -> None:
        self.count, self.first, self.last = 0, 0, 0
        self.things: list[str] = []

    def rows(self, thing: str, readings: Iterable[Reading]) -> Iterator[list[str]]:
        for at, metric, value, flags in readings:
            if not self.things or self.things[-1] != thing:
                self.things.append(thing)
            self.first = min(self.first or at, at)
            self.last = max(self.last, at)
            self.count += 1
            marks = " ".join(name for flag, name in MARKS.items() if flags & flag) if flags else ""
            yield [thing, clock.iso(utc(at)), metric, repr(value), marks]


def remove_old(config: Mapping[str, object], today: date) -> list[str]:
    """Delete the files of months whose last reading has been kept long enough; their names."""
    gone = []
    for name in objects.names(FOLDER):
        found = NAME.fullmatch(name)
        if found and _ends(found[1]) + timedelta(days=retention.of_class(config, found[2])) < today:
            objects.remove(name)
            gone.append(name)
    return gone


def _ends(month: str) -> date:
    year, number = map(int, month.split("-"))
    return date(year, number, monthrange(year, number)[1])

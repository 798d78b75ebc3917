"""A shard in the city's table: ``LOG#<shard>`` holds its entries, its board and how far it is closed;
``DEVICE#<thing>`` the closed days ``D#<date>`` and their roll-ups ``H#<date>``. Models never leave this
file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from itertools import groupby
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute
from pynamodb.exceptions import PutError, TransactWriteError

from functions.core import keys
from functions.core.context import Context
from functions.core.store import CityModel, contended, failed_conditions, transaction
from functions.sensing.domain import Reading
from functions.sensing.log import codec
from functions.sensing.log.days import Day, start_of
from functions.sensing.log.domain import Entry, Memory, Stale, State
from functions.sensing.log.retention import Kept
from functions.sensing.log.rollups import DayRollups, from_rows, to_rows
from functions.sensing.log.steps import Step
from functions.sensing.registry.domain import Device

ENTRY_DAYS = 45  # an entry is closed the night after; the rest is for whoever mends a closing that fails
DAY_PART = 250_000  # bytes of readings in one item of a closed day
LAST_DAY = date.max
_CONDITION = "ConditionalCheckFailedException"


class EntryItem(CityModel):
    """Short names: an entry's few bytes are what a reading costs. ``b``: the readings of one write."""

    b = BinaryAttribute(legacy_encoding=False)


class BoardItem(CityModel):
    """``b``: the state after entry ``n``."""

    n = NumberAttribute()
    b = BinaryAttribute(legacy_encoding=False)


class ClosedItem(CityModel):
    """The log is closed up to the entry ``n``."""

    n = NumberAttribute()


class DayItem(CityModel):
    """``b``: the readings; ``m``: the rules' memory at the day's end; ``n``: complete up to this entry."""

    b = BinaryAttribute(legacy_encoding=False)
    m = BinaryAttribute(legacy_encoding=False)
    n = NumberAttribute()


class RollupItem(CityModel):
    """``b``: the roll-ups of the hours and of the day; ``n`` as in the day's item."""

    b = BinaryAttribute(legacy_encoding=False)
    n = NumberAttribute()


def read_boards(shards: Iterable[str], *, consistent: bool = False) -> dict[str, tuple[State, int]]:
    """The boards of some shards with their bytes: one call for a hundred. A shard without one is left out."""
    names = [(keys.log(shard), keys.BOARD) for shard in dict.fromkeys(shards)]
    found = BoardItem.batch_get(names, consistent_read=consistent) if names else ()
    return {item.pk.partition("#")[2]: (codec.unpack_board(item.b), len(item.b)) for item in found}


@dataclass(frozen=True)
class Head:
    """A log from its end: ``board`` (an empty state without one), the newest ``entries`` in order, and up to
    which it is ``closed``. ``whole``: no entry is older than the first of these."""

    board: State
    closed: int
    entries: list[tuple[int, Entry]]
    whole: bool

    @property
    def first(self) -> int:
        """The sequence of the first entry that is here; one more than the board's without any."""
        return self.entries[0][0] if self.entries else self.board.seq + 1


def read_head(shard: str, limit: int, *, consistent: bool = False) -> Head:
    """The end of a log with about ``limit`` entries: one call."""
    connection = EntryItem._get_connection()
    answer = connection.query(
        keys.log(shard), scan_index_forward=False, limit=limit + 2, consistent_read=consistent
    )
    board, closed, entries = State(), 0, []
    for raw in answer["Items"]:
        name = raw["sk"]["S"]
        if name == keys.CLOSED:
            closed = int(raw["n"]["N"])
        elif name == keys.BOARD:
            board = codec.unpack_board(BoardItem.from_raw_data(raw).b)
        else:
            item = EntryItem.from_raw_data(raw)
            entries.append((keys.entry_sequence(name), codec.unpack_entry(item.b)))
    return Head(board, closed, entries[::-1], "LastEvaluatedKey" not in answer)


def read_entries(
    shard: str, after: int, before: int = 10**12, *, consistent: bool = False
) -> Iterator[tuple[int, Entry]]:
    """The entries between two sequences, both excluded, in order: one call a megabyte."""
    found = EntryItem.query(
        keys.log(shard),
        EntryItem.sk.between(keys.entry(after + 1), keys.entry(before - 1)),
        consistent_read=consistent,
    )
    for item in found:
        yield keys.entry_sequence(item.sk), codec.unpack_entry(item.b)


def closed_through(shard: str, *, consistent: bool = False) -> int:
    """The entry up to which a log is closed into days: one call."""
    try:
        return int(ClosedItem.get(keys.log(shard), keys.CLOSED, consistent_read=consistent).n)
    except ClosedItem.DoesNotExist:
        return 0


def read_days(
    thing: str, first: date, last: date = LAST_DAY, *, consistent: bool = False, at_once: int | None = None
) -> Iterator[Day]:
    """The closed days of a device in order, both ends included, each when it is asked for: one call a
    megabyte, or ``at_once`` days."""
    found = DayItem.query(
        keys.device(thing),
        DayItem.sk.between(keys.device_day(first), keys.device_day(last, 99)),
        consistent_read=consistent,
        page_size=at_once,
    )
    for day, parts in groupby(found, lambda item: item.sk.split("#")[1]):
        readings: list[Reading] = []
        for item in parts:
            readings += codec.unpack_series(item.b)
        yield Day(date.fromisoformat(day), tuple(readings), codec.unpack_json(item.m), int(item.n))


def memory_before(thing: str, day: date, *, consistent: bool = False) -> Memory | None:
    """The rules' memory at the end of the last closed day before: one call."""
    found = DayItem.query(
        keys.device(thing),
        DayItem.sk.between(keys.DAY_PREFIX, keys.device_day(day)),
        scan_index_forward=False,
        limit=2,
        consistent_read=consistent,
    )
    for item in found:
        if item.sk < keys.device_day(day):
            memory: Memory = codec.unpack_json(item.m)
            return memory
    return None


def read_rollups(thing: str, first: date, last: date) -> list[DayRollups]:
    """The roll-ups of closed days, both ends included: one call a megabyte."""
    found = RollupItem.query(
        keys.device(thing), RollupItem.sk.between(keys.device_rollup(first), keys.device_rollup(last))
    )
    return [
        from_rows(date.fromisoformat(item.sk.removeprefix(keys.ROLLUP_PREFIX)), codec.unpack_json(item.b))
        for item in found
    ]


class DynamoShelf:
    """One shard of the open scope's city, read consistently: for the worker (appending.Shelf) and for closing
    days (closing.DayShelf). ``devices`` are the registered ones that it meets, ``kept`` how long what of each
    is kept."""

    def __init__(
        self, ctx: Context, shard: str, devices: Mapping[str, Device], kept: Mapping[str, Kept], zone: tzinfo
    ) -> None:
        self.ctx, self.shard, self.devices, self.kept, self.zone = ctx, shard, devices, kept, zone

    def read_board(self) -> tuple[State, int]:
        """One call."""
        return read_boards([self.shard], consistent=True).get(self.shard, (State(), 0))

    def read_entries(self, after: int) -> Iterator[tuple[int, Entry]]:
        """One call a megabyte."""
        return read_entries(self.shard, after, consistent=True)

    def closed_through(self) -> int:
        """One call."""
        return closed_through(self.shard, consistent=True)

    def memory_before(self, thing: str, day: date) -> Memory | None:
        """One call."""
        return memory_before(thing, day, consistent=True)

    def days_since(self, thing: str, day: date) -> Iterator[Day]:
        """One call a megabyte."""
        return read_days(thing, day, consistent=True)

    def closed_between(self, thing: str, first: date, last: date) -> Iterator[Reading]:
        """One call a megabyte."""
        for one in read_days(thing, first, last, consistent=True):
            yield from one.readings

    def append(self, seq: int, entry: Entry, step: Step | None) -> None:
        """One write unit for each KB; a transaction when alarms change."""
        item = self._entry(seq, entry)
        if step is None or (not step.changes and step.since is None):
            _put(item, EntryItem.pk.does_not_exist())
        else:
            self._append_with_alarms(item, step)

    def _append_with_alarms(self, item: EntryItem, step: Step) -> None:
        from functions.sensing.alarms import opening as alarms

        device = self.devices[step.thing]
        again = (device, step.since or 0, step.changes, step.rules, step.standing)
        try:
            with transaction() as tx:
                tx.save(item, condition=EntryItem.pk.does_not_exist())
                if step.since is None:
                    after = alarms.apply(tx, self.ctx, device, step.changes)
                else:
                    after = alarms.reconcile(tx, self.ctx, *again)
        except TransactWriteError as error:
            if failed_conditions(error) or contended(error):
                raise Stale from error
            raise
        after.point(self.ctx)
        if after.more:
            alarms.reconcile_rest(self.ctx, *again).point(self.ctx)

    def _entry(self, seq: int, entry: Entry) -> EntryItem:
        newest = max((a.received for own in entry.arrivals.values() for a in own), default=0)
        seconds = newest // 1000 or int(self.ctx.now.timestamp())
        days = min([ENTRY_DAYS, *(one.raw for one in self.kept.values())])
        return EntryItem(
            keys.log(self.shard),
            keys.entry(seq),
            b=codec.pack_entry(entry),
            ttl=seconds + max(days, 3) * 86_400,
        )

    def write_board(self, state: State) -> int:
        """One write unit for each KB."""
        data = codec.pack_board(state)
        item = BoardItem(keys.log(self.shard), keys.BOARD, n=state.seq, b=data)
        with suppress(Stale):  # somebody else's board is newer
            _put(item, BoardItem.pk.does_not_exist() | (BoardItem.n <= state.seq))
        return len(data)

    def write_day(self, thing: str, day: Day, rollups: DayRollups) -> None:
        """Two write units as a rule, one for the readings and one for the roll-ups. A day in parts is written
        all or nothing: a part moves readings into the next one, and a stop between them would lose those."""
        kept = self.kept[thing]
        ends = start_of(day.date + timedelta(days=1), self.zone) // 1000
        memory = codec.pack_json(day.memory)
        parts = [
            DayItem(
                keys.device(thing), keys.device_day(day.date, number), b=part, m=memory, n=day.through,
                ttl=ends + kept.raw * 86_400,
            )
            for number, part in enumerate(_parts(day))
        ]  # fmt: skip
        _put_all(parts, DayItem.pk.does_not_exist() | (DayItem.n <= day.through))
        item = RollupItem(
            keys.device(thing), keys.device_rollup(day.date), b=codec.pack_json(to_rows(rollups)),
            n=day.through, ttl=ends + kept.rollups * 86_400,
        )  # fmt: skip
        _put(item, RollupItem.pk.does_not_exist() | (RollupItem.n <= day.through))

    def set_closed(self, through: int) -> None:
        """One write unit."""
        item = ClosedItem(keys.log(self.shard), keys.CLOSED, n=through)
        _put(item, ClosedItem.pk.does_not_exist() | (ClosedItem.n < through))


def _parts(day: Day) -> Iterator[bytes]:
    """The readings in pieces that fit into items; as a rule one."""
    data = codec.pack_series(day.readings)
    if len(data) <= DAY_PART:
        yield data
        return
    count = -(-len(data) // (DAY_PART // 2))
    step = -(-len(day.readings) // count)
    for start in range(0, len(day.readings), step):
        yield codec.pack_series(day.readings[start : start + step])


def _put_all(items: Sequence[Any], condition: Any) -> None:
    """One item, or all of them or none, which takes twice the units."""
    if len(items) == 1:
        return _put(items[0], condition)
    try:
        with transaction() as tx:
            for item in items:
                tx.save(item, condition=condition)
    except TransactWriteError as error:
        if failed_conditions(error) or contended(error):
            raise Stale from error
        raise


def _put(item: Any, condition: Any) -> None:
    try:
        item.save(condition=condition)
    except PutError as error:
        if error.cause_response_code != _CONDITION:
            raise
        raise Stale from error

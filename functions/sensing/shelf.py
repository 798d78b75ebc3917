"""One device's items in DynamoDB with their conditions: the real shelf behind functions/sensing/intake.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.core import keys
from functions.core.store import contended, failed_conditions, transaction
from functions.sensing import store
from functions.sensing.domain import Reading, Transition
from functions.sensing.intake import Pack, Stale
from functions.sensing.packing import Open, Step
from functions.sensing.store import AlarmItem, Known, OpenItem, PackItem

_CONDITION = "ConditionalCheckFailedException"

Raise = Callable[[TransactWrite, Transition], str]
"""Adds the incident of a raised alarm to the transaction; answers the incident's id."""
Clear = Callable[[str, Transition], None]
"""Notes on an incident that its alarm has ended."""


class DynamoShelf:
    """One device's items, with their conditions (functions/sensing/intake.py has the port)."""

    def __init__(self, device: Known, keep_days: int, on_raise: Raise, on_clear: Clear) -> None:
        self.device, self.keep_days = device, keep_days
        self.on_raise, self.on_clear = on_raise, on_clear

    def open(self) -> Open:
        """Raises Stale when the device is gone."""
        try:
            item = OpenItem.get(keys.device(self.device.thing), keys.OPEN, consistent_read=True)
        except OpenItem.DoesNotExist:
            raise Stale from None
        self.device = store.known_of(item)
        return self.device.open

    def pack_before(self, at: int) -> Pack:
        """One query; the pack at 0 when the one that held the moment has ended."""
        found = PackItem.query(
            keys.device(self.device.thing),
            PackItem.sk.between(keys.pack(0), keys.pack(at - 1)),
            scan_index_forward=False,
            limit=1,
            consistent_read=True,
        )
        for item in found:
            return Pack(int(item.sk.partition("#")[2]), int(item.n), store.readings_in(item))
        return Pack(0)

    def write(self, before: Open, step: Step) -> None:
        """One write unit as a rule; a second one when a pack is closed; a transaction when an alarm
        changes.
        """
        if step.closed:
            self._close(before, *step.closed)
        if step.transition is None:
            self._put(before, step.open)
        elif step.transition.change == "raised":
            self._raise(before, step, step.transition)
        else:
            self._clear(before, step, step.transition)

    def write_late(
        self, before: Open, after: Open, pack: Pack, packs: list[tuple[int, tuple[Reading, ...]]]
    ) -> None:
        """Packs and counters in one transaction."""
        thing = self.device.thing
        with _stale_if_refused(), transaction() as tx:
            tx.save(store.open_item(self.device, after), condition=OpenItem.n == before.version)
            for start, readings in packs:
                old = start == pack.start and pack.version
                tx.save(
                    store.pack_item(thing, start, pack.version + 1, before.version, readings, self.keep_days),
                    condition=PackItem.n == pack.version if old else PackItem.pk.does_not_exist(),
                )

    def _put(self, before: Open, after: Open) -> None:
        try:
            store.open_item(self.device, after).save(condition=OpenItem.n == before.version)
        except PutError as error:
            if error.cause_response_code != _CONDITION:
                raise
            raise Stale from error

    def _close(self, before: Open, start: int, readings: Sequence[Reading]) -> None:
        """The same version always closes the same pack: finding it there is as good as writing it."""
        item = store.pack_item(self.device.thing, start, 1, before.version, readings, self.keep_days)
        try:
            item.save(condition=PackItem.pk.does_not_exist() | (PackItem.src < before.version))
        except PutError as error:
            if error.cause_response_code != _CONDITION:
                raise
            if int(PackItem.get(item.pk, item.sk, consistent_read=True).src) != before.version:
                raise Stale from error

    def _raise(self, before: Open, step: Step, transition: Transition) -> None:
        alarm = keys.alarm(self.device.thing, transition.rule.id)
        try:
            with _stale_if_refused(), transaction() as tx:
                case = self.on_raise(tx, transition)
                tx.save(store.open_item(self.device, step.open), condition=OpenItem.n == before.version)
                tx.save(
                    AlarmItem(alarm, keys.META, state="raised", case=case, since=transition.reading.at),
                    condition=AlarmItem.pk.does_not_exist() | (AlarmItem.state == "cleared"),
                )
        except Stale:
            # The rule was away and is back while its alarm still runs: one incident is enough.
            if self.open().version != before.version or not _is_raised(alarm):
                raise
            self._put(before, step.open)

    def _clear(self, before: Open, step: Step, transition: Transition) -> None:
        alarm = keys.alarm(self.device.thing, transition.rule.id)
        try:
            item = AlarmItem.get(alarm, keys.META, consistent_read=True)
        except AlarmItem.DoesNotExist:
            return self._put(before, step.open)
        self.on_clear(item.case, transition)
        with _stale_if_refused(), transaction() as tx:
            tx.save(store.open_item(self.device, step.open), condition=OpenItem.n == before.version)
            tx.save(AlarmItem(alarm, keys.META, state="cleared", case=item.case, since=transition.reading.at))
        return None


@contextmanager
def _stale_if_refused() -> Iterator[None]:
    """A transaction whose conditions do not hold, or that met another one, is tried again on what is there
    now.
    """
    try:
        yield
    except TransactWriteError as error:
        if failed_conditions(error) or contended(error):
            raise Stale from error
        raise


def _is_raised(alarm: str) -> bool:
    try:
        return bool(AlarmItem.get(alarm, keys.META, consistent_read=True).state == "raised")
    except AlarmItem.DoesNotExist:
        return False

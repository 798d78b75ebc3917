"""Slow work on logs: closing yesterday's days, month files, deleting files whose time is over. Each task can
be repeated and interrupted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from functions.adapters.queue import Pointer, Queue, SqsQueue
from functions.core import log
from functions.core.context import Context
from functions.core.settings import settings
from functions.sensing.log import closing, files, retention
from functions.sensing.log.appending import ShardLog
from functions.sensing.log.days import day_of, start_of
from functions.sensing.log.domain import DAY_MS, DeviceState, Stale, State
from functions.sensing.log.rulesets import Rulesets
from functions.sensing.log.store import DynamoShelf
from functions.sensing.registry import store as registry

SHARD = re.compile(r"[ur]\d{1,4}")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
EVERYTHING = "all"  # beside a shard: close it up to now, because it is long


def close_city(ctx: Context, _: str, queue: Queue | None = None) -> None:
    """Each night: a task for each shard that devices have."""
    queue = queue or SqsQueue(settings().tasks_queue_url)
    for shard in sorted({device.shard for device in registry.list_devices() if device.shard}):
        queue.send(Pointer(ctx.city.id, "readings-close-shard", shard))


def close_shard(ctx: Context, task: str, queue: Queue | None = None) -> None:
    """Close what is before today in the city, ``<shard>#all`` up to now. Another task for each month that it
    touched, and for itself when there is more."""
    queue = queue or SqsQueue(settings().tasks_queue_url)
    shard, _, everything = task.partition("#")
    if not SHARD.fullmatch(shard):
        return log.info("no such shard", city=ctx.city.id)
    city, zone = ctx.city, ZoneInfo(ctx.city.zone)
    rules = Rulesets(city, {})
    shelf = DynamoShelf(ctx, shard, rules.devices, _KeptOf(ctx, rules), zone)
    now = int(ctx.now.timestamp() * 1000)
    until = None if everything == EVERYTHING else start_of(day_of(now, zone), zone)
    try:
        closed = closing.close(shelf, rules, until)
    except Stale:  # the same task, given out twice: the other one is further
        return log.info("closing was done by another", city=city.id, shard=shard)
    for month in sorted({day.isoformat()[:7] for _, day in closed.days}):
        queue.send(Pointer(city.id, "readings-file", f"{shard}#{month}"))
    if closed.more:
        queue.send(Pointer(city.id, "readings-close-shard", task))
    known = ShardLog(shelf)
    state = known.catch_up()
    if _forget(state, rules, shelf.kept, now) and not state.entries:
        shelf.write_board(state)  # that of a log that nothing comes into any more
    known.write_board(rules)
    return log.info("closed", city=city.id, shard=shard, through=closed.through, days=len(closed.days))


def _forget(state: State, rules: Rulesets, kept: Mapping[str, retention.Kept], now: int) -> bool:
    """Of devices whose last reading has been kept long enough only the moment of their last message stays (a
    device that was heard cannot be claimed again), since a board has no end of its own. Answers whether there
    were any. One call for each hundred that were silent for a day."""
    last = {
        thing: max(r.at for r in own.latest.values()) for thing, own in state.devices.items() if own.latest
    }
    silent = [thing for thing, at in last.items() if now - at > DAY_MS]
    rules(silent)  # reads which profile each is of
    old = [thing for thing in silent if now - last[thing] > kept[thing].raw * DAY_MS]
    for thing in old:
        state.devices[thing] = DeviceState(received=state.devices[thing].received)
    return bool(old)


class _KeptOf(dict[str, retention.Kept]):
    """How long what of a device is kept, found when it is asked for."""

    def __init__(self, ctx: Context, rules: Rulesets) -> None:
        super().__init__()
        self.ctx, self.rules = ctx, rules

    def __missing__(self, thing: str) -> retention.Kept:
        device = self.rules.devices.get(thing)
        profiles = self.ctx.city.config["devices"]["profiles"]
        self[thing] = retention.kept(self.ctx.city.config, profiles.get(device.profile) if device else None)
        return self[thing]


def write_file(ctx: Context, task: str) -> None:
    """The month file of a shard, ``<shard>#<yyyy-mm>``."""
    shard, _, month = task.partition("#")
    if not (SHARD.fullmatch(shard) and MONTH.fullmatch(month)):
        return log.info("no such month file", city=ctx.city.id)
    devices = [device for device in registry.list_devices() if device.shard == shard]
    names = files.write_month(ctx, shard, month, devices)
    return log.info("month files", city=ctx.city.id, shard=shard, month=month, files=len(names))


def remove_old_files(ctx: Context, _: str) -> None:
    """Each night: delete month files whose readings are kept no longer."""
    today = ctx.now.astimezone(ZoneInfo(ctx.city.zone)).date()
    gone = files.remove_old(ctx.city.config, today)
    log.info("old month files", city=ctx.city.id, deleted=len(gone))

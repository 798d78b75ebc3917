"""Bringing a city online: a list of idempotent steps, each a call of its own, with their state in the
registry.

Whoever is killed between two steps leaves a city that the next apply finishes. Two applies at once take
turns; of two with different files the later one wins and the earlier one is told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from functions.core import clock, log
from functions.core.errors import Conflict, Invalid, NotFound, TownkitError
from functions.core.scope import platform_scope, tenant_scope
from functions.services import definitions
from functions.tenancy import city_table, control, registry, store
from functions.tenancy.domain import (
    DONE,
    FAILED,
    WAITING,
    CityRow,
    ConfigRecord,
    StepRow,
    begin,
    digest_of,
    finish,
    unpublished,
)

BEGIN_TRIES = 4
LEASE_SECONDS = 150  # longer than the admin function can run


@dataclass(frozen=True)
class Work:
    """What a step may use. ``config`` and ``source`` come with the steps that need them."""

    row: CityRow
    digest: str
    config: dict[str, Any] | None
    source: str


@dataclass(frozen=True)
class Step:
    """``mark`` says what the step is done for: it is skipped while that has not changed. ``do`` answers
    whether it is finished; False means: ask again in a moment."""

    name: str
    mark: Callable[[str, str], str]
    do: Callable[[Work], bool]


def _table(work: Work) -> bool:
    return bool(control.ask("city-table", work.row.id)["ready"])


def _devices(work: Work) -> bool:
    return bool(control.ask("city-devices", work.row.id)["ready"])


def _files(work: Work) -> bool:
    from functions.adapters import objects

    with tenant_scope(registry.city_before_live(work.row), "onboarding"):
        objects.write("about.txt", f"Files of the city {work.row.id}\n".encode(), "text/plain; charset=utf-8")
    return True


def _configuration(work: Work) -> bool:
    record = ConfigRecord(work.row.pending, work.digest, _config(work), work.source, clock.iso(clock.now()))
    with tenant_scope(registry.city_before_live(work.row), "onboarding"):
        definitions.keep(record.config["services"])
        store.write_config(record)
    return True


def _staff(work: Work) -> bool:
    from functions.identity import store as people

    with tenant_scope(registry.city_before_live(work.row), "onboarding"):
        people.replace(_config(work)["staff"])
    return True


def _live(work: Work) -> bool:
    config = _config(work)
    if lacking := unpublished(config):
        raise Invalid({"legal": "missing"}, f"the city lacks these legal pages: {', '.join(lacking)}")
    with platform_scope("take a configuration live"):
        store.write_row(work.row, finish(work.row, config, work.digest, clock.iso(clock.now())))
    registry.forget(work.row.id)
    return True


def _config(work: Work) -> dict[str, Any]:
    if work.config is None or digest_of(work.config) != work.digest or work.config["id"] != work.row.id:
        raise Invalid(
            {"config": "digest"}, "the configuration that came with this step is not the one that was begun"
        )
    return work.config


def _table_mark(city_id: str, digest: str) -> str:
    return digest_of(city_table.definition("city"))


def _device_mark(city_id: str, digest: str) -> str:
    from functions.sensing import provisioning

    return digest_of({**provisioning.policy_document(city_id), **provisioning.names(city_id)})


STEPS: tuple[Step, ...] = (
    Step("table", _table_mark, _table),
    Step("files", lambda city_id, digest: "1", _files),
    Step("devices", _device_mark, _devices),
    Step("configuration", lambda city_id, digest: digest, _configuration),
    Step("staff", lambda city_id, digest: digest, _staff),
    Step("live", lambda city_id, digest: digest, _live),
)
FIRST = "registry"
OWN_DATA = ("configuration", "staff", "live")  # these need the configuration


def begin_apply(head: dict[str, Any], digest: str) -> dict[str, Any]:
    """Open or join an apply. Answers ``{"number", "todo": [step, ...]}``; nothing to do is an empty list."""
    for _ in range(BEGIN_TRIES - 1):
        with suppress(
            Conflict
        ):  # somebody else began in the same moment: perhaps the same file, which we then join
            return _begin(head, digest)
    return _begin(head, digest)


def _begin(head: dict[str, Any], digest: str) -> dict[str, Any]:
    now = clock.iso(clock.now())
    with platform_scope("begin an apply"):
        before = store.read_row(head["id"])
        row = begin(before, head, digest, now)
        if row is not before:
            store.write_row(before, row)
            store.write_step(row.id, StepRow(FIRST, DONE, digest, "", now))
        done = store.read_steps(row.id)
    return {"number": row.pending or row.active, "todo": todo(row, done, digest)}


def todo(row: CityRow, done: dict[str, StepRow], digest: str) -> list[str]:
    """The steps that are not done for ``digest``, in order."""
    open_ = [step.name for step in STEPS if not _is_done(step, row, done, digest)]
    return list(dict.fromkeys([*open_, *(OWN_DATA if row.pending and row.pending_digest == digest else ())]))


def _is_done(step: Step, row: CityRow, done: dict[str, StepRow], digest: str) -> bool:
    found = done.get(step.name)
    return found is not None and found.state == DONE and found.mark == step.mark(row.id, digest)


def run_step(
    city_id: str, name: str, digest: str, config: dict[str, Any] | None = None, source: str = ""
) -> dict[str, str]:
    """Do one step: ``{"state": "done" | "waiting" | "failed", "reason"}``, as it now stands in the registry.

    Raises Conflict when another apply has overtaken this one, NotFound when none has begun."""
    step = next((one for one in STEPS if one.name == name), None)
    if step is None:
        raise Invalid({"step": name}, f'there is no step "{name}"')
    with platform_scope("hold a city's onboarding"):
        holder = store.take_lease(city_id, LEASE_SECONDS)
    if holder is None:
        return {"state": WAITING, "reason": "another apply of this city is at work"}
    try:
        return _run(step, city_id, digest, config, source)
    finally:
        with platform_scope("let go of a city's onboarding"):
            store.release_lease(city_id, holder)


def _run(step: Step, city_id: str, digest: str, config: dict[str, Any] | None, source: str) -> dict[str, str]:
    with platform_scope("a step of an apply"):
        row = store.read_row(city_id)
    if row is None:
        raise NotFound("This city was never begun")
    if digest not in (row.pending_digest, row.active_digest):
        raise Conflict("A later apply of this city has begun; this one stops here.")
    state, reason = _try(step, Work(row, digest, config, source))
    result = StepRow(step.name, state, step.mark(city_id, digest), reason, clock.iso(clock.now()))
    with platform_scope("note a step"):
        store.write_step(city_id, result)
    return {"state": state, "reason": reason}


def _try(step: Step, work: Work) -> tuple[str, str]:
    """A step that fails says why, in the registry, where ``townkit cities`` shows it."""
    try:
        return (DONE, "") if step.do(work) else (WAITING, "not ready yet")
    except Conflict:
        raise
    except TownkitError as error:
        return FAILED, str(error)
    except Exception as error:
        log.failure("onboarding step failed", city=work.row.id, step=step.name)
        return FAILED, f"{type(error).__name__}: {error}"

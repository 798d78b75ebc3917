"""What an alarm does beyond the device: it opens an incident, and its end is noted on the incident."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pynamodb.transactions import TransactWrite

from functions.core import clock, ids, log
from functions.core.context import Actor, Context
from functions.core.errors import NotFound
from functions.core.i18n import pick
from functions.sensing.domain import Transition

Quantities = Mapping[str, Mapping[str, Any]]


def open_incident(
    ctx: Context, thing: str, quantities: Quantities, tx: TransactWrite, transition: Transition
) -> str:
    """Add the incident of a raised alarm to the transaction; its id. The title is in the city's first
    language.
    """
    from functions.cases import service as cases

    entry = next(rule for rule in ctx.city.config["devices"]["rules"] if rule["id"] == transition.rule.id)
    alarm = cases.Alarm(
        id=ids.new_id(ctx.now),
        thing=thing,
        rule=transition.rule.id,
        title=pick(entry["title"], ctx.city.languages[0]),
        department=entry["department"],
        severity=entry["levels"][0]["severity"],
        evidence=evidence(ctx, thing, quantities, transition),
    )
    cases.open_incident(tx, _speaker(ctx, thing), alarm)
    return alarm.id


def note_cleared(
    ctx: Context, thing: str, quantities: Quantities, case_id: str, transition: Transition
) -> None:
    """Note on the incident that the sensor is back; doing it twice changes nothing."""
    from functions.cases import service as cases

    seen = evidence(ctx, thing, quantities, transition)
    try:
        cases.note_cleared(_speaker(ctx, thing), case_id, _moment(transition), seen)
    except NotFound:  # the incident's time has run out and it was deleted
        log.info("cleared without incident", city=ctx.city.id, thing=thing, case=case_id)


def evidence(ctx: Context, thing: str, quantities: Quantities, transition: Transition) -> dict[str, Any]:
    """What a clerk sees of the reading that changed an alarm: names, value, unit, level, time (ISO, UTC)."""
    rule, reading = transition.rule, transition.reading
    quantity = quantities.get(reading.metric, {})
    things = ctx.city.config["devices"]["things"]
    return {
        "thing": thing,
        "names": next((dict(entry["names"]) for entry in things if entry["thing"] == thing), {}),
        "metric": reading.metric,
        "metric_names": quantity.get("names", {}),
        "value": reading.value,
        "unit": quantity.get("unit"),
        "kind": rule.kind,
        "level": rule.level if transition.change == "raised" else rule.clear,
        "at": clock.iso(_moment(transition)),
    }


def _moment(transition: Transition) -> datetime:
    return datetime.fromtimestamp(transition.reading.at / 1000, UTC)


def _speaker(ctx: Context, thing: str) -> Context:
    return Context(ctx.city, Actor("device", thing), ctx.lang, ctx.now, ctx.request_id)

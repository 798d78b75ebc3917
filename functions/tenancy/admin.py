"""What the command line (and later the console) asks of the ``admin`` function, one action a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from functions.core.errors import Invalid
from functions.core.scope import platform_scope, tenant_scope
from functions.tenancy import onboarding, registry, store, upgrade
from functions.tenancy.domain import FAILED, CityRow, StepRow

Answer = dict[str, Any]


def handle_admin(event: Answer) -> Answer:
    """Dispatch on ``event["action"]``; raises Invalid for an unknown one and the action's own errors."""
    action = str(event.get("action", ""))
    if action.startswith("audit-"):
        from functions.audit.admin import handle as handle_audit

        return handle_audit(event)
    if action.startswith("device"):
        from functions.sensing.admin import handle as handle_devices

        return handle_devices(event)
    if action not in ACTIONS:
        raise Invalid({"action": action}, f'there is no action "{action}"')
    return ACTIONS[action](event)


def plan(event: Answer) -> Answer:
    """``{city, digest}``: what is live, and the steps that ``digest`` would take. ``config`` only when it
    differs."""
    city_id, digest = str(event["city"]), str(event["digest"])
    with platform_scope("plan an apply"):
        row, steps = store.read_row(city_id), store.read_steps(city_id)
    if row is None:
        return {
            "state": None,
            "same": False,
            "todo": [step.name for step in onboarding.STEPS],
            "config": None,
        }
    same = row.active_digest == digest and not row.pending
    live = registry.city_for_admin(city_id).config if row.active and not same else None
    return {"state": row.state, "same": same, "todo": onboarding.todo(row, steps, digest), "config": live}


def apply_begin(event: Answer) -> Answer:
    """``{head: {id, names, languages, plan, residency}, digest}`` -> ``{number, todo}``."""
    return onboarding.begin_apply(event["head"], str(event["digest"]))


def apply_step(event: Answer) -> Answer:
    """``{city, step, digest, config?, source?}`` -> ``{state, reason}``."""
    return dict(
        onboarding.run_step(
            str(event["city"]),
            str(event["step"]),
            str(event["digest"]),
            event.get("config"),
            str(event.get("source", "")),
        )
    )


def cities(event: Answer) -> Answer:
    """Every city with its state and, while it is not done, the step at which it stands and why."""
    with platform_scope("list the cities"):
        ids = list(store.city_ids())
        rows = {
            row.id: row
            for start in range(0, len(ids), 100)
            for row in store.read_rows(ids[start : start + 100])
        }
        steps = {city_id: store.read_steps(city_id) for city_id, row in rows.items() if row.pending}
    return {"cities": [_line(rows[city_id], steps.get(city_id, {})) for city_id in ids if city_id in rows]}


def _line(row: CityRow, steps: dict[str, StepRow]) -> Answer:
    digest = row.pending_digest or row.active_digest
    todo = onboarding.todo(row, steps, digest) if row.pending else []
    failed = [name for name in todo if name in steps and steps[name].state == FAILED]
    name = next(iter([*failed, *todo]), None)
    at = steps.get(name) if name else None
    return {
        "id": row.id,
        "names": row.names,
        "state": row.state,
        "number": row.active,
        "pending": row.pending,
        "step": name,
        "step_state": at.state if at else None,
        "reason": at.reason if at and at.state == FAILED else "",
        "changed_at": row.changed_at,
    }


def export(event: Answer) -> Answer:
    """``{city}`` -> ``{number, source, logo}``: the file that is live. Raises NotFound, Invalid before the
    first is."""
    city = registry.city_for_admin(str(event["city"]))
    if not city.version:
        raise Invalid({"city": city.id}, f"{city.id} has no configuration that is live")
    with tenant_scope(city, "export"):
        record = store.read_config(city.version)
    if record is None:
        raise LookupError(f"configuration {city.version} of {city.id} is not in its table")
    return {"number": record.number, "source": record.source, "logo": record.config.get("logo")}


def upgrade_structure(event: Answer) -> Answer:
    """``{city}`` -> ``{ready, changed}``."""
    return upgrade.upgrade_structure(registry.city_for_admin(str(event["city"])).id)


def upgrade_items(event: Answer) -> Answer:
    """``{city}`` -> ``{done, seen, changed}``: one page."""
    return upgrade.upgrade_items(str(event["city"]))


ACTIONS: dict[str, Callable[[Answer], Answer]] = {
    "plan": plan,
    "apply-begin": apply_begin,
    "apply-step": apply_step,
    "cities": cities,
    "export": export,
    "upgrade-structure": upgrade_structure,
    "upgrade-items": upgrade_items,
}

"""Checks: states and actions. The thin engine carries a state by its `stage`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from functions.services.lint_base import (
    APPLICATION_STAGES,
    CLOSING_STAGES,
    INCIDENT_STAGES,
    Found,
    Looked,
    rule,
)

WITHDRAWN = "withdrawn"  # the one end that an applicant may choose
MOST_PATHS = 5000


def _stages(file: Looked) -> tuple[str, ...]:
    return INCIDENT_STAGES if file.service.is_report else APPLICATION_STAGES


@rule("state-unknown")
def state_unknown(file: Looked) -> Found:
    """The start and every action name states that exist."""
    if file.flow["states"] and file.flow["start"] not in file.states:
        yield "workflow.start", f'names the unknown state "{file.flow["start"]}"'
    for action in file.flow["actions"]:
        for part in ("from", "to"):
            named = action[part] if part == "from" else [action[part]]
            for name in named:
                if name not in file.states:
                    yield f"workflow.actions.{action['id']}.{part}", f'names the unknown state "{name}"'


@rule("action-to-itself")
def action_to_itself(file: Looked) -> Found:
    """An action leads to another state."""
    for action in file.flow["actions"]:
        if action["to"] in action["from"]:
            yield f"workflow.actions.{action['id']}.to", f'leads from "{action["to"]}" back to itself'


@rule("state-unreachable")
def state_unreachable(file: Looked) -> Found:
    """Some action leads to every state."""
    for name in file.states:
        if file.flow["start"] in file.states and name not in file.reached:
            yield f"workflow.states.{name}", "no action leads here"


@rule("state-dead-end")
def state_dead_end(file: Looked) -> Found:
    """A state that is not the end is left by some action."""
    for name, state in file.states.items():
        if not state["terminal"] and not any(name in action["from"] for action in file.flow["actions"]):
            yield (
                f"workflow.states.{name}",
                "no action leads away and it is not marked as the end (`terminal`)",
            )


@rule("end-with-actions")
def end_with_actions(file: Looked) -> Found:
    """No action leaves the end, unless it can be opened again (`reopenable`)."""
    for action in file.flow["actions"]:
        for name in action["from"]:
            state = file.states.get(name)
            if state and state["terminal"] and not state["reopenable"]:
                yield f"workflow.actions.{action['id']}.from", f'leaves "{name}", which is marked as the end'


@rule("reopenable-unfit")
def reopenable_unfit(file: Looked) -> Found:
    """What can be opened again is an end that an action leaves."""
    for name, state in file.states.items():
        left = any(name in action["from"] for action in file.flow["actions"])
        if state["reopenable"] and not (state["terminal"] and left):
            yield (
                f"workflow.states.{name}.reopenable",
                "this is for an end (`terminal`) that some action leaves",
            )


@rule("stage-unfit")
def stage_unfit(file: Looked) -> Found:
    """Every state says which state of the engine carries it."""
    for name, state in file.states.items():
        if file.stage(name) not in _stages(file):
            path = f"workflow.states.{name}" + (".stage" if state["stage"] else "")
            yield path, f"`stage` is one of {', '.join(_stages(file))}"


@rule("stage-missing")
def stage_missing(file: Looked) -> Found:
    """The engine's states are all there and can be reached."""
    if not file.states:
        return
    carried = {file.stage(name) for name in file.reached & set(file.states)}
    for stage in _stages(file):
        if stage not in carried:
            yield "workflow.states", f'no state that can be reached has the stage "{stage}"'


@rule("start-unfit")
def start_unfit(file: Looked) -> Found:
    """A case starts where nothing has been decided."""
    start, first = file.flow["start"], _stages(file)[0]
    if start in file.states and file.stage(start) in _stages(file) and file.stage(start) != first:
        yield "workflow.start", f'starts in the stage "{file.stage(start)}", not in "{first}"'


@rule("end-unfit")
def end_unfit(file: Looked) -> Found:
    """The end is a decision."""
    for name, state in file.states.items():
        if state["terminal"] and file.stage(name) in _stages(file) and file.stage(name) not in CLOSING_STAGES:
            yield f"workflow.states.{name}.terminal", f'an end cannot be in the stage "{file.stage(name)}"'


@rule("decision-by-applicant")
def decision_by_applicant(file: Looked) -> Found:
    """The person does not decide; withdrawing (state `withdrawn`) and closing an own report are theirs."""
    for action in file.flow["actions"]:
        if action["role"] != "applicant" or action["to"] == WITHDRAWN:
            continue
        if file.stage(action["to"]) in ("approved", "refused"):
            yield f"workflow.actions.{action['id']}.role", "a decision is not taken by the applicant"


@rule("refusal-by-rule")
def refusal_by_rule(file: Looked) -> Found:
    """Nobody is refused without a person; only what the applicant let lie may end by itself."""
    for action in file.flow["actions"]:
        states = [file.states[name] for name in action["from"] if name in file.states]
        waited = all(state["on_timeout"] == action["id"] or _waits(file, state) for state in states)
        if action["role"] == "system" and file.stage(action["to"]) == "refused" and not waited:
            yield f"workflow.actions.{action['id']}.role", "a refusal is decided by a person"


def _waits(file: Looked, state: Mapping[str, Any]) -> bool:
    return file.stage(state["id"]) == "waiting_for_applicant"


@rule("refusal-without-reason")
def refusal_without_reason(file: Looked) -> Found:
    """Who refuses says why."""
    for action in file.flow["actions"]:
        decides = action["role"] not in ("applicant", "system")
        if decides and file.stage(action["to"]) == "refused" and "reason" not in action["requires"]:
            yield f"workflow.actions.{action['id']}", "a refusal requires a reason (`requires: [reason]`)"


@rule("send-back-without-list")
def send_back_without_list(file: Looked) -> Found:
    """Who sends back names everything that is missing at once (一次性告知)."""
    for action in file.flow["actions"]:
        sends = action["role"] not in ("applicant", "system") and "note" not in action["requires"]
        waiting = file.stage(action["to"]) == "waiting_for_applicant"
        if sends and waiting and not {"missing", "payment"} & set(action["requires"]):
            yield f"workflow.actions.{action['id']}", "sending back requires the list (`requires: [missing]`)"


@rule("timeout-unknown")
def timeout_unknown(file: Looked) -> Found:
    """What happens when time is over is an action of that state, and there is a time."""
    for name, state in file.states.items():
        wanted = state["on_timeout"]
        if not wanted:
            continue
        leaving = [one["id"] for one in file.flow["actions"] if name in one["from"]]
        if wanted not in leaving:
            yield f"workflow.states.{name}.on_timeout", f'no action "{wanted}" leaves this state'
        if state["sla_days"] is None:
            yield f"workflow.states.{name}.on_timeout", "`on_timeout` needs `sla_days`"


@rule("notify-unknown")
def notify_unknown(file: Looked) -> Found:
    """An action tells `applicant`, or sends a letter of the list."""
    known = {"applicant", *(letter["id"] for letter in file.raw["letters"])}
    for action in file.flow["actions"]:
        for name in action["notify"]:
            if name not in known:
                yield f"workflow.actions.{action['id']}.notify", f'names the unknown letter "{name}"'


@rule("area-without-place")
def area_without_place(file: Looked) -> Found:
    """Who gives work out by area knows where."""
    if file.flow.get("assign", {}).get("by") != "area":
        return
    if not any(one.field.type in ("map_point", "address") for one in file.places):
        yield "workflow.assign.by", "no question asks for an address or a point on the map"


@rule("auto-approve-nowhere")
def auto_approve_nowhere(file: Looked) -> Found:
    """What is approved by rule has an action from the start to an approval."""
    start = file.flow["start"]
    if file.flow.get("auto_approve") and not any(
        start in one["from"] and file.stage(one["to"]) == "approved" for one in file.flow["actions"]
    ):
        yield "workflow.auto_approve", "no action leads from the start to an approval"


@rule("state-times-too-long")
def state_times_too_long(file: Looked) -> Found:
    """The times of the states on one way (`sla_days`, clock on) stay within the promised time."""
    clocks = file.raw["clocks"]
    if not clocks or file.flow["start"] not in file.states:
        return
    longest = max(_times(file), default=0) * (24 if clocks["unit"] == "hours" else 1)
    if longest > clocks["promised"]:
        words = f"the times of the states add up to {longest}, the promised time is {clocks['promised']}"
        yield "clocks.promised", words


def _times(file: Looked) -> Iterator[int]:
    """The time of every way from the start that visits no state twice; of a tangle, of all states."""
    todo: list[tuple[str, ...]] = [(file.flow["start"],)]
    seen = 0
    while todo:
        way = todo.pop()
        seen += 1
        if seen > MOST_PATHS:
            yield sum(_time(state) for state in file.states.values())
            return
        yield sum(_time(file.states[name]) for name in way)
        nexts = {one["to"] for one in file.flow["actions"] if way[-1] in one["from"]}
        todo += [(*way, name) for name in sorted(nexts) if name in file.states and name not in way]


def _time(state: Mapping[str, Any]) -> int:
    counts = state["clock"] == "on" and not state["terminal"]
    return int(state["sla_days"] or 0) if counts else 0

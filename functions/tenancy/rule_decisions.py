"""What a city's admins decided about the rules of device profiles, laid over the configuration of its file.

Pure. A decision holds for the condition that was looked at: a profile that ships with another limit later
waits for a new one. What the file itself decides is not decided again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

CONDITION = (
    "metric", "levels", "clear", "hold", "of", "window", "rate", "missing", "faulty", "both", "schedule",
    "usual", "area",
)  # fmt: skip
MAX_DECISIONS = 400


@dataclass(frozen=True, slots=True)
class Decision:
    """``source``: the law, standard or decision that the limit was compared with. ``condition``: what the
    rule said at that moment; ``at`` is ISO, UTC."""

    state: Literal["on", "off"]
    condition: Mapping[str, Any]
    source: str
    by: str
    at: str

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


Decisions = Mapping[str, Decision]


def name_of(profile_id: str, rule_id: str) -> str:
    """Under which name a decision is kept."""
    return f"{profile_id}/{rule_id}"


def read_decisions(data: Mapping[str, Mapping[str, Any]]) -> dict[str, Decision]:
    """The inverse of ``{name: decision.plain()}``."""
    return {name: Decision(**one) for name, one in data.items()}


def condition_of(rule: Mapping[str, Any]) -> dict[str, Any]:
    """What decides when a rule raises, without what it does not say."""
    return {key: rule[key] for key in CONDITION if rule.get(key) not in (None, 0, [])}


def decide(profile: Mapping[str, Any], profile_id: str, decisions: Decisions) -> Mapping[str, Any]:
    """A profile whose rules are active as was decided (``ships``: as they ship); the same object when nothing
    was."""
    rules = [_rule(rule, decisions.get(name_of(profile_id, rule["id"]))) for rule in profile.get("rules", ())]
    return {**profile, "rules": rules} if rules != profile.get("rules", []) else profile


def _rule(rule: Mapping[str, Any], decision: Decision | None) -> Mapping[str, Any]:
    if decision is None or rule.get("decided") or decision.condition != condition_of(rule):
        return rule
    ships = rule.get("ships", rule["active"])
    return {**rule, "ships": ships, "active": decision.state == "on", "source": decision.source or None}


def lay_over(config: Mapping[str, Any], decisions: Decisions, number: int) -> Mapping[str, Any]:
    """The configuration with the decisions, and their number, by which it is seen that they are others."""
    if not number:
        return config
    devices = config["devices"]
    profiles = {name: decide(one, name, decisions) for name, one in devices["profiles"].items()}
    found = {**devices, "profiles": profiles, "decisions": decisions, "decided": number}
    return {**config, "devices": found}

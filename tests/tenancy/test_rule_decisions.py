"""Which rules of device profiles work in a city: what ships, what its file and its admins decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from functions.core.scope import tenant_scope
from functions.core.store import transaction
from functions.tenancy import registry, store
from functions.tenancy.compile import compile_city
from functions.tenancy.loader import load_city
from functions.tenancy.rule_decisions import Decision, condition_of, decide, lay_over, name_of
from functions.tenancy.schema_devices import Confirmed, Off
from tests.tenancy.conftest import elmtown
from tests.tenancy.test_onboarding import apply

OAKVILLE = Path(__file__).parents[2] / "tenants" / "oakville.yaml"
RULE = {"id": "high", "active": False, "metric": "level", "levels": [{"above": 3.0}], "clear": 2.5, "hold": 0}
PROFILE = {"rules": [RULE]}
ON = Decision("on", condition_of(RULE), "a standard", "ada@oakville.example", "2026-11-20T09:30:00.000Z")


def active(profile: Any) -> list[bool]:
    return [rule["active"] for rule in profile["rules"]]


def test_the_file_confirms_and_switches_off() -> None:
    loaded = load_city(OAKVILLE)
    sensors = loaded.city.sensors.model_copy(
        update={
            "confirmed": [Confirmed(profile="air-station", rule="pm2-5-high", source="a standard")],
            "off": [Off(profile="river-level", rule="flooded")],
        }
    )
    city = loaded.city.model_copy(update={"sensors": sensors})
    profiles = compile_city(replace(loaded, city=city), date(2026, 11, 20))["devices"]["profiles"]
    rules = {(name, rule["id"]): rule for name in profiles for rule in profiles[name]["rules"]}
    confirmed, off = rules["air-station", "pm2-5-high"], rules["river-level", "flooded"]
    assert (confirmed["active"], confirmed["decided"], confirmed["source"]) == (
        True,
        "confirmed",
        "a standard",
    )
    assert (off["active"], off["decided"]) == (False, "off")
    assert not rules["air-station", "pm10-high"]["active"]


def test_a_decision_holds_for_the_condition_that_was_looked_at() -> None:
    name = name_of("river", "high")
    assert active(decide(PROFILE, "river", {name: ON})) == [True]
    assert active(decide(PROFILE, "other", {name: ON})) == [False]
    later = {"rules": [{**RULE, "levels": [{"above": 9.0}]}]}
    assert active(decide(later, "river", {name: ON})) == [False]


def test_what_the_file_decides_is_not_decided_again() -> None:
    by_file = {"rules": [{**RULE, "decided": "off"}]}
    assert decide(by_file, "river", {name_of("river", "high"): ON}) is by_file


def test_decisions_do_not_change_what_they_are_laid_over() -> None:
    config = {"devices": {"profiles": {"river": PROFILE}, "rules": []}}
    over = lay_over(config, {name_of("river", "high"): ON}, 1)
    assert active(over["devices"]["profiles"]["river"]) == [True]
    assert active(config["devices"]["profiles"]["river"]) == [False]
    assert lay_over(config, {}, 0) is config


def test_a_decision_is_seen_within_half_a_minute_and_by_its_city_alone(
    land: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(elmtown())
    moment = [1000.0]
    monkeypatch.setattr(registry.time, "monotonic", lambda: moment[0])
    first = registry.find_city("elmtown")
    assert first is not None and first.config["devices"].get("decided", 0) == 0
    with tenant_scope(first), transaction() as tx:
        store.put_rule_decisions(tx, {name_of("river-level", "flooded"): ON}, 0)
    assert registry.find_city("elmtown") is first
    moment[0] += registry.KEEP_SECONDS + 1
    second = registry.find_city("elmtown")
    assert second is not None and second.config["devices"]["decided"] == 1
    assert registry.city_for_admin("elmtown").config == first.config

"""Alarm rules in the console: read in plain words, confirmed, switched off, tried."""

from __future__ import annotations

import pytest
from chalice.test import Client

from functions.core import scope, usage
from functions.core.errors import Conflict
from functions.sensing.rules import trying, watching
from functions.sensing.worker import handle_readings
from functions.tenancy import store as tenancy
from tests.desk import Browser
from tests.sensing.conftest import record
from tests.sensing.registry.conftest import ROLES, context
from tests.web.pages import check_structure
from tests.world import World

HOME = "/oakville/console/rules"
TRY = f"{HOME}/try?profile=river-level&rule=high-water"
STANDARD = "GB 3095-2012, table 1, level 2"


def waiting(world: World) -> tuple[str, str]:
    """A profile and a rule of it that ships inactive."""
    rules = watching.as_decided(context(world), "air-station", {})["rules"]
    return "air-station", next(rule["id"] for rule in rules if not rule["active"])


@pytest.mark.parametrize("page", [HOME, f"{HOME}?profile=river-level&rule=flooded", TRY, f"{TRY}&go=1"])
@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_every_page_is_well_built_in_both_languages(admin: Browser, page: str, lang: str) -> None:
    admin.cookies["lang"] = lang
    answer = admin.get(page)
    assert answer.status == 200, answer.text[:300]
    check_structure(answer.document, lang)


def test_the_list_says_in_plain_words_what_watches_the_devices(admin: Browser) -> None:
    with usage.measured() as spent:
        words = admin.get(HOME).words
    assert "Alarm when Water level is above 3.5 m (High). 2 readings in a row must say so." in words
    assert "It ends at 3.2 m or less." in words and "The city's own rule." in words
    assert "Waits for confirmation" in words
    assert spent.calls <= 4


def test_a_limit_works_once_an_admin_says_what_it_was_compared_with(river: World, admin: Browser) -> None:
    profile, rule = waiting(river)
    page = f"{HOME}?profile={profile}&rule={rule}"
    refused = admin.submit(admin.get(page), "form", source="")
    assert refused.status == 422 and "Say what you compared the limit with" in refused.words
    said = admin.follow(admin.submit(admin.get(page), "form", source=STANDARD)).words
    assert STANDARD in said and ROLES["admin"] in said and "Switch this rule off" in said
    with scope.tenant_scope(river.oakville):
        decisions, number = tenancy.read_rule_decisions()
    assert (number, [*decisions], decisions[f"{profile}/{rule}"].state) == (1, [f"{profile}/{rule}"], "on")
    with scope.tenant_scope(river.qinghe):
        assert tenancy.read_rule_decisions() == ({}, 0)


def test_a_rule_is_switched_off_and_on_again(river: World, admin: Browser) -> None:
    page = f"{HOME}?profile=river-level&rule=flooded"
    assert "Switched off" in admin.follow(admin.submit(admin.get(page), "form")).words
    assert "Switch this rule off" in admin.follow(admin.submit(admin.get(page), "form")).words


def test_of_two_decisions_at_once_the_second_is_told(river: World, monkeypatch: pytest.MonkeyPatch) -> None:
    profile, rule = waiting(river)
    with scope.tenant_scope(river.oakville):
        stale = tenancy.read_rule_decisions()
        watching.set_rule(context(river), "river-level", "flooded", "off", "")
        monkeypatch.setattr(tenancy, "read_rule_decisions", lambda: stale)
        with pytest.raises(Conflict):
            watching.set_rule(context(river), profile, rule, "on", STANDARD)


def test_only_admins_decide_and_try(client: Client, river: World) -> None:
    clerk = Browser(client)
    clerk.sign_in(ROLES["operator"])
    assert clerk.get(HOME).status == 200
    assert clerk.get(TRY).status == 404
    token = clerk.get(HOME).document.find("input", {"name": "_csrf"})["value"]
    form = {"_csrf": token, "profile": "river-level", "rule": "flooded", "state": "off"}
    assert clerk.post(HOME, form).status == 404
    assert "Switch this rule off" not in clerk.get(f"{HOME}?profile=river-level&rule=flooded").words
    with scope.tenant_scope(river.oakville):
        assert tenancy.read_rule_decisions() == ({}, 0)


def test_a_change_is_tried_on_what_was_measured(river: World, admin: Browser) -> None:
    measured = [3.0, 3.4, 3.6, 3.6, 3.0, 3.3, 3.3, 2.5]
    pack = [{"n": "level", "u": "m", "v": value, "t": n * 60 - 900} for n, value in enumerate(measured)]
    handle_readings({"Records": [record("oakville", "river-bridge", pack)]}, None)
    same = admin.get(f"{TRY}&go=1").words
    assert "1 with the change, 1 as the rule is" in same
    lower = admin.get(f"{TRY}&go=1&level-0=3.2&clear=3.1").words
    assert "2 with the change, 1 as the rule is" in lower
    assert "Alarm when Water level is above 3.2 m (High)." in lower
    other = admin.get(f"{TRY}&go=1&level-0=3.2&clear=3.1&thing=river-park").words
    assert "0 with the change, 0 as the rule is" in other
    pasted = "id: x%0Atitle: {en: X}%0Ametric: level%0Alevels: [{above: 9, severity: low}]%0Aclear: 8"
    assert "0 with the change, 1 as the rule is" in admin.get(f"{TRY}&go=1&pasted={pasted}").words


def test_silence_and_two_rules_together_are_tried_as_well(river: World, admin: Browser) -> None:
    rules = river.oakville.config["devices"]["rules"]
    low = {"id": "falls", "levels": [{"below": 3.4, "severity": "low"}], "clear": 3.5, "of": [1, 1]}
    joined = {"both": ["high-water", "falls"], "severity": "high", "profile": "river-level", "thing": None}
    names = {"en": "High and falling", "zh-Hans": "高位回落"}
    rules += [{**rules[0], **low}, {"id": "pair", "title": names, **joined}]
    measured = [
        3.6,
        3.6,
        3.3,
        3.3,
        3.1,
    ]  # together from the third to the last
    pack = [{"n": "level", "u": "m", "v": value, "t": n * 600 - 9000} for n, value in enumerate(measured)]
    handle_readings({"Records": [record("oakville", "river-bridge", pack)]}, None)
    page = f"{HOME}/try?profile=river-level&rule=pair&go=1"
    assert "1 with the change, 1 as the rule is" in admin.get(page).words
    assert "20 minutes" in admin.get(page).words
    check_structure(admin.get(page).document, "en")
    other = "id: x%0Atitle: {en: X}%0Aseverity: low%0Aboth: [high-water, no-such-rule]"
    assert "0 with the change, 1 as the rule is" in admin.get(f"{page}&pasted={other}").words
    silent = f"{HOME}/try?profile=river-level&rule=offline"
    assert "1 with the change, 1 as the rule is" in admin.get(f"{silent}&go=1").words
    long = admin.get(f"{silent}&go=1&missing=50")
    assert "0 with the change, 1 as the rule is" in long.words
    assert "by the times of the readings" in long.words


@pytest.mark.parametrize(
    ("typed", "field"),
    [("level-0=much", "level-0"), ("clear=9", "level-0"), ("of=2.5", "of"), ("pasted=rm%20-rf", "pasted")],
)
def test_numbers_that_make_no_rule_are_said_beside_the_field(admin: Browser, typed: str, field: str) -> None:
    answer = admin.get(f"{TRY}&go=1&{typed}")
    assert answer.status == 422
    assert [link["href"] for link in answer.document.select(".govuk-error-summary a")] == [f"#{field}"]


def test_tries_have_a_limit(admin: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.sensing.rules import views

    monkeypatch.setattr(views, "TRIES", 1)
    assert admin.get(f"{TRY}&go=1").status == 200
    assert admin.get(f"{TRY}&go=1").status == 429


def test_a_try_looks_at_so_many_devices_and_readings(
    river: World, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "DEVICES", 0)
    assert "2 more devices were not looked at" in admin.get(f"{TRY}&go=1").words


def test_what_is_unknown_is_not_found(admin: Browser) -> None:
    for page in ("?profile=nothing&rule=x", "/try?profile=river-level&rule=x"):
        assert admin.get(HOME + page).status == 404
    assert admin.get(f"{TRY}&thing=x").status == 404

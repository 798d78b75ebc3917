"""Service files: every template is sound, an override is a small patch, and what has no meaning is refused
in words."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.i18n import use_language
from functions.services import fields, service
from functions.services.domain import Service
from functions.services.errors import DefinitionError, UnknownTemplate
from functions.services.patch import apply_patch
from functions.services.schemas import Definition, json_schema

BOTH = {"en": "Words", "zh-Hans": "文字"}
RESIDENCE = "residence-certificate"


def added(field: dict[str, Any], page: str = "z") -> dict[str, Any]:
    """An override that adds a page with one question."""
    return {"form": {"pages": [{"id": page, "fields": [field]}]}}


def problems(override: dict[str, Any], template: str = RESIDENCE) -> list[str]:
    """What is wrong with a template under an override, as text."""
    with pytest.raises(DefinitionError) as refused:
        service.resolve(template, override, department="residents")
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize("template", service.template_ids())
def test_every_template_resolves_in_both_languages_and_passes_its_own_samples(template: str) -> None:
    definition = service.resolve(template, department="residents")
    assert definition["service"]["id"] == template
    assert json.loads(json.dumps(definition)) == definition
    assert "tests" not in definition


def test_an_unknown_template_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownTemplate, match=RESIDENCE):
        service.resolve("nothing")


def test_an_override_changes_what_it_names_and_nothing_else() -> None:
    plain = service.resolve(RESIDENCE, department="residents")
    changed = service.resolve(
        RESIDENCE,
        {
            "fee": {"lines": [{"id": "fee", "label": BOTH, "amount": 500, "basis": BOTH}]},
            "clocks": {"promised": 2},
            "documents": [{"id": "proof-of-address", "required": False}],
            "tests": [{"id": "empty", "drop": True}],
        },
        department="residents",
    )
    assert (changed["fee"]["lines"][0]["amount"], changed["clocks"]["promised"]) == (500, 2)
    assert changed["documents"][0]["required"] is False
    assert changed["documents"][0]["hint"] == plain["documents"][0]["hint"]
    same = ("form", "guide", "workflow", "certificate", "privacy")
    assert all(changed[key] == plain[key] for key in same)
    assert changed["digest"] != plain["digest"]


def test_a_page_can_be_dropped_and_one_added_after_another() -> None:
    page = {
        "id": "household", "after": "name",
        "fields": [{"id": "household", "type": "text", "label": BOTH, "optional": True}],
    }  # fmt: skip
    changed = service.resolve(
        RESIDENCE,
        {"form": {"pages": [{"id": "phone", "drop": True}, page]}},
        department="residents",
    )
    ids = [one.id for one in Service(changed).pages]
    assert ids[:2] == ["name", "household"] and "phone" not in ids


def test_the_digest_depends_on_the_content_alone() -> None:
    first = service.resolve(RESIDENCE, department="residents")
    again = service.resolve(RESIDENCE, {}, department="residents")
    assert first["digest"] == again["digest"] == service.digest(first)
    assert service.resolve(RESIDENCE, department="other")["digest"] != first["digest"]


def test_a_city_of_one_language_needs_no_other() -> None:
    override = {"form": {"declaration": {"zh-Hans": "我确认"}}}
    assert service.resolve(RESIDENCE, override, department="residents", languages=["zh-Hans"])
    override = {"fee": {"lines": [{"id": "fee", "label": BOTH, "amount": 5, "basis": {"zh-Hans": "依据"}}]}}
    assert problems(override) == ["fee.lines.fee.basis: has no text in en"]


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ({"fee": {"amont": 5}}, 'fee.amont: unknown key "amont"'),
        ({"clocks": {"promised": "5"}}, '"clocks.promised" is "5", but it must be a whole number'),
        (
            {"fee": {"lines": [{"id": "fee", "label": BOTH, "amount": 5}]}},
            "fee.lines.fee: a fee needs its basis",
        ),
        ({"form": {"declaration": {"en": "Only English", "fr": "x"}}}, "form.declaration.fr"),
        ({"clocks": {"statutory": 2, "basis": BOTH}}, "the promised time is longer than the statutory time"),
        ({"clocks": {"statutory": 20}}, "a statutory time needs its basis"),
        ({"service": {"mode": "instant"}}, "an instant service promises 0 days"),
        ({"service": {"kind": "licence"}}, "a licence needs its legal basis"),
        ({"guide": {"visits": {"count": 1}}}, "a visit needs its reason"),
        ({"documents": [{"id": "proof-of-address", "max_mb": 51}]}, "the limit may not be above 50 MB"),
        (
            {"documents": [{"id": "other", "name": BOTH, "accept": ["pdf"]}]},
            "no question of the form takes this document",
        ),
        ({"form": {"pages": [{"id": "nothing", "drop": True}]}}, "there is nothing of that name to drop"),
        ({"form": {"pages": [{"id": "email", "after": "nothing"}]}}, 'there is nothing called "nothing"'),
        ({"form": {"pages": [{"id": "name", "drop": True}]}}, 'names the unknown question "name"'),
        (
            added({"id": "y", "type": "text", "label": BOTH, "optional": True}, "check"),
            "this id belongs to the form itself",
        ),
        (
            added({"id": "z", "type": "email", "semantic": "email", "label": BOTH, "optional": True}),
            "two questions ask for the same thing (email)",
        ),
        (
            added({"id": "name", "type": "text", "label": BOTH, "optional": True}),
            'the id "name" is used twice',
        ),
        (added({"id": "z", "type": "text", "label": BOTH}), "a required question needs `missing`"),
        (
            added({"id": "z", "type": "radios", "label": BOTH, "optional": True}),
            "a choice needs at least two options",
        ),
        (
            added({"id": "z", "type": "file", "label": BOTH, "document": "no"}),
            'names the unknown document "no"',
        ),
        ({"workflow": {"states": [{"id": "posted", "label": BOTH, "next": BOTH}]}}, "no action leads here"),
        ({"workflow": {"actions": [{"id": "approve", "to": "gone"}]}}, 'names the unknown state "gone"'),
        (
            {"workflow": {"actions": [{"id": "resubmit", "to": "approved"}]}},
            "a decision is not taken by the applicant",
        ),
        (
            {"workflow": {"states": [{"id": "submitted", "terminal": True}]}},
            'leaves "submitted", which is marked as the end',
        ),
        (
            {"workflow": {"actions": [{"id": "refuse", "drop": True}]}},
            "workflow.states.refused: no action leads here",
        ),
        ({"certificate": {"text": {"en": "{nothing} lives here"}}}, 'names the unknown word "{nothing}"'),
        ({"privacy": {"sensitive": ["nothing"]}}, 'names the unknown question "nothing"'),
        (
            {"tests": [{"id": "complete", "expect": {"errors": {"name": "missing"}}}]},
            "errors: expected name: missing, found no errors",
        ),
    ],
)
def test_what_has_no_meaning_is_refused_in_words(override: dict[str, Any], sentence: str) -> None:
    found = problems(override)
    assert any(sentence in line for line in found), found


def test_the_json_schema_describes_every_part() -> None:
    assert set(json_schema()["properties"]) == set(Definition.model_fields)


KEYS = st.sampled_from(["id", "en", "amount", "pages", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
PARTS = st.sampled_from(["service", "guide", "form", "documents", "workflow", "clocks", "fee", "tests"])


@given(st.dictionaries(PARTS, JSON, max_size=2))
def test_any_override_gives_a_sound_service_or_a_list_of_problems(override: dict[str, Any]) -> None:
    try:
        definition = service.resolve(RESIDENCE, override, department="residents")
    except DefinitionError as refused:
        assert refused.problems
        return
    own_keys = {key: value for key, value in definition.items() if key not in ("template", "digest")}
    assert Definition.model_validate({**own_keys, "tests": service.load(RESIDENCE)["tests"]})


@given(JSON, JSON)
def test_a_patch_never_changes_the_template(base: Any, patch: Any) -> None:
    if not isinstance(base, dict) or not isinstance(patch, dict):
        return
    before = deepcopy(base)
    apply_patch(base, patch)
    assert base == before


def test_answers_are_shown_as_people_read_them() -> None:
    definition = Service(service.resolve(RESIDENCE, department="residents"))
    given_answers = {
        "birth_date": "1984-02-29",
        "reason": "school",
        "address": "12 Oak Street\n\nOakville",
        "name": "Maria",
    }
    assert fields.displayed(definition, given_answers)["birth_date"] == "29 February 1984"
    assert fields.displayed(definition, given_answers)["address"] == "12 Oak Street, Oakville"
    with use_language("zh-Hans"):
        shown = fields.displayed(definition, given_answers | {"address": "河北省\n清河市\n\n301 室"})
    assert (shown["birth_date"], shown["reason"], shown["address"]) == (
        "1984年2月29日",
        "入学或入托",
        "河北省清河市301 室",
    )
    assert shown["phone"] == "" and "proof" not in shown

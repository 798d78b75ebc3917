"""A guide in schema.org's words: every type and property is in the vocabulary, every value of a type that the
property expects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

from functions.services.domain import Service
from functions.services.linked_data import document
from functions.services.service import load, template_ids
from tests.builders import both
from tests.cases.browser import Browser
from tests.services.guide_world import heat_help, live, offering, passport, residence
from tests.web.pages import make_context
from tests.world import World

VOCABULARY = json.loads(Path(__file__).with_name("schema_org.json").read_text(encoding="utf-8"))["types"]
PLAIN = {"Text", "URL", "Date", "DateTime", "Duration", "Number", "Integer", "Boolean"}


def parents(name: str) -> set[str]:
    """The type and everything above it."""
    return {name}.union(*(parents(parent) for parent in VOCABULARY[name]["parents"]))


def properties(name: str) -> dict[str, list[str]]:
    """Property -> expected types, inherited ones included."""
    return {key: types for one in parents(name) for key, types in VOCABULARY[one]["properties"].items()}


def wrong(node: dict[str, Any], path: str = "") -> list[str]:
    """Everything in a node that the vocabulary does not know."""
    kind = node["@type"]
    if kind not in VOCABULARY:
        return [f"{path}: no type {kind}"]
    known, found = properties(kind), []
    for name, value in node.items():
        if name.startswith("@"):
            continue
        if name not in known:
            found.append(f"{path}{kind} has no {name}")
            continue
        for one in value if isinstance(value, list) else [value]:
            found += _wrong_value(one, known[name], f"{path}{kind}.{name}")
    return found


def _wrong_value(value: Any, expected: list[str], path: str) -> list[str]:
    if isinstance(value, dict) and "@type" in value:
        fits = parents(value["@type"]) & set(expected) if value["@type"] in VOCABULARY else {"?"}
        return ([] if fits else [f"{path} does not take {value['@type']}"]) + wrong(value, f"{path}: ")
    if isinstance(value, dict):
        tagged = set(value) == {"@language", "@value"} and value["@language"] in ("en", "zh-Hans")
        return [] if tagged and "Text" in expected else [f"{path}: {value}"]
    return [] if PLAIN & set(expected) and value not in ("", None) else [f"{path} does not take {value!r}"]


def described(service: dict[str, Any]) -> dict[str, Any]:
    """The document of a definition in Oakville."""
    return document(make_context(), Service(service, service["service"]["id"]))


@pytest.mark.parametrize("make", [residence, heat_help, passport])
def test_only_words_of_the_vocabulary_are_used(make: Any) -> None:
    found = described(make())
    assert found["@context"] == "https://schema.org" and found["@type"] == "GovernmentService"
    assert wrong(found) == []


@pytest.mark.parametrize("template", template_ids())
def test_every_template_can_be_described(template: str) -> None:
    assert wrong(described(live(load(template)))) == []


def test_the_check_sees_what_is_invented() -> None:
    assert wrong({"@type": "GovernmentService", "legalBasis": "x"}) == ["GovernmentService has no legalBasis"]
    assert wrong({"@type": "GovernmentService", "offers": {"@type": "Place"}}) == [
        "GovernmentService.offers does not take Place"
    ]
    assert wrong({"@type": "Rule"}) == [": no type Rule"]


def test_it_says_what_the_guide_says() -> None:
    found = described(heat_help())
    assert found["name"] == [
        {"@language": "en", "@value": "Help with heating costs"},
        {"@language": "zh-Hans", "@value": "取暖补助"},
    ]
    assert found["identifier"] == ["T-001", "L-7"]
    assert [(one.get("price"), one.get("priceCurrency")) for one in found["offers"]] == [
        ("12.50", "USD"), (None, None),
    ]  # fmt: skip
    online, counter = found["availableChannel"]
    assert online["serviceUrl"].endswith("/oakville/services/heat-help")
    assert "processingTime" not in online, "ISO 8601 has no working days"
    assert counter["serviceLocation"]["telephone"] == "+1 512 555 0177"
    kinds = [one["@type"] for one in found["subjectOf"]]
    assert kinds == ["Legislation", "HowTo", "FAQPage"]
    contacts = {one["contactType"] for one in found["provider"]["contactPoint"]}
    assert contacts == {"customer service", "complaints", "appeals"}


def test_a_time_in_calendar_days_or_hours_is_a_duration() -> None:
    days = described(heat_help(clocks={"unit": "calendar_days"}))["availableChannel"][0]
    hours = described(heat_help(clocks={"unit": "hours", "promised": 8, "statutory": None}))
    assert days["processingTime"] == "P10D"
    assert hours["availableChannel"][0]["processingTime"] == "PT8H"


def test_a_service_of_somebody_else_names_its_provider_and_leads_there() -> None:
    found = described(passport())
    assert found["provider"]["@type"] == "Organization"
    assert found["availableChannel"] == {
        "@type": "ServiceChannel", "serviceUrl": "https://passports.example/apply",
    }  # fmt: skip
    assert "offers" not in found


def test_no_text_ends_the_script_element(client: Client, towns: World) -> None:
    with offering(heat_help(service={"name": both("</script><script>alert(1)//", "<!--")})):
        page = Browser(client, towns).get("/oakville/services/heat-help").page
    scripts = page.find_all("script", type="application/ld+json")
    assert len(scripts) == 1
    assert json.loads(scripts[0].string)["name"][0]["@value"] == "</script><script>alert(1)//"
    assert all(one.get("src") for one in page.find_all("script") if one not in scripts)

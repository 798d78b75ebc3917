"""Publishing changes what begins afterwards, never a case that has begun."""

from __future__ import annotations

import pytest
from chalice.test import Client

from functions.cases import service
from functions.cases.domain import Decision
from functions.core import clock
from functions.core.city import City, seal
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from functions.services import definitions
from functions.services.service import resolve
from functions.tenancy import registry
from tests.builders import both
from tests.cases.browser import Browser, stored
from tests.cases.test_status_pages import CLERK
from tests.cases.walk import finish
from tests.world import World

SERVICE = "residence-certificate"
CHANGED = {
    "workflow": {"states": [{"id": "submitted", "label": both("Now in a queue", "正在排队")}]},
    "form": {"pages": [{"id": "phone", "drop": True}]},
    "certificate": {"text": both("{city} knows {name}.", "{city}认识{name}。")},
}


@pytest.fixture
def publish(cities: World, monkeypatch: pytest.MonkeyPatch):
    """Take another version of the service live in Oakville."""
    definitions.forget()
    with tenant_scope(cities.oakville):
        definitions.keep(cities.oakville.config["services"])

    def take_live(override: dict) -> City:
        raw = resolve(SERVICE, override, department="residents")
        config = {**cities.oakville.config, "services": {SERVICE: raw}}
        city = seal("oakville", "live", config, cities.oakville.version + 1)
        with tenant_scope(city):
            assert definitions.keep(config["services"]) == 1
            assert definitions.keep(config["services"]) == 0
        monkeypatch.setattr(registry, "find_city", {"oakville": city, "qinghe": cities.qinghe}.get)
        return city

    return take_live


def test_a_running_case_keeps_the_labels_form_and_certificate_of_its_version(
    browser: Browser,
    publish,
) -> None:
    before = browser.world.oakville.service(SERVICE)
    finish(browser, "oakville")
    city = publish(CHANGED)
    page = browser.get("/oakville/status/application").page.get_text()
    assert "Received" in page and "Now in a queue" not in page
    with tenant_scope(city):
        kept = definitions.definition_for_case(city, SERVICE, before["digest"])
    assert kept == before
    assert city.service(SERVICE)["certificate"]["text"] != kept["certificate"]["text"]


def test_a_certificate_says_what_the_version_of_its_case_says(browser: Browser, publish) -> None:
    finish(browser, "oakville")
    city = publish(CHANGED)
    (case,) = [item for item in stored(browser.world, city, "CASE#") if item["sk"]["S"] == "META"]
    context = Context(city, Actor("staff", CLERK.email, CLERK.name), "en", clock.now(), "request-9")
    with tenant_scope(city):
        service.decide(context, CLERK, case["pk"]["S"].removeprefix("CASE#"), Decision("approve", 1))
    (certificate,) = stored(browser.world, city, "CERT#")
    assert "has told the city under a" in str(certificate) and "knows Maria" not in str(certificate)


def test_a_case_that_begins_after_publishing_is_on_the_new_version(
    client: Client,
    browser: Browser,
    publish,
) -> None:
    publish(CHANGED)
    finish(browser, "oakville")
    assert "Now in a queue" in browser.get("/oakville/status/application").page.get_text()


def test_a_version_that_never_was_live_is_not_there_and_a_case_is_shown_with_the_present_one(
    cities: World,
) -> None:
    with tenant_scope(cities.oakville):
        assert definitions.definition_of(cities.oakville, SERVICE, "0" * 64) is None
        present = cities.oakville.service(SERVICE)
        assert definitions.definition_for_case(cities.oakville, SERVICE, "0" * 64) == present
        assert definitions.definition_of(cities.oakville, SERVICE, "") is None


def test_another_citys_versions_are_not_found(cities: World) -> None:
    with tenant_scope(cities.qinghe):
        definitions.keep(cities.qinghe.config["services"])
    digest = cities.qinghe.service(SERVICE)["digest"]
    with tenant_scope(cities.oakville):
        assert definitions.definition_of(cities.oakville, SERVICE, digest) is None

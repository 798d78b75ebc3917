"""What counted units cost, and the page that says it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from chalice import Chalice
from chalice.test import Client

from functions.core import clock, usage
from functions.core.scope import tenant_scope
from functions.tenancy import console as usage_console
from functions.tenancy import costs
from tests import desk
from tests.desk import Browser
from tests.web.pages import check_structure


def test_a_million_messages_cost_rule_action_and_queue() -> None:
    assert costs.of_message() == Decimal("0.15") + Decimal("0.15") + Decimal("0.40") * Decimal("1.2")


def test_a_month_adds_up_what_was_counted() -> None:
    counts = {"messages": 900_000, "refused": 100_000, "wcu_tenths": 10_000_000, "mails": 1_000}
    lines = {line.label: line for line in costs.estimate(counts, devices=100, days=30)}
    assert lines["Sensor messages"].count == 1_000_000
    assert lines["Sensor messages"].dollars == Decimal("0.78")
    assert lines["Written to the database (units)"].dollars == Decimal("0.625")
    assert lines["Minutes that sensors were connected"].count == 100 * 30 * 1_440
    assert lines["Minutes that sensors were connected"].dollars == Decimal("0.3456")
    assert lines["Emails"].dollars == Decimal("0.1")
    assert lines["Read from the database (units)"].dollars == 0


@pytest.fixture(scope="module")
def application():
    app = Chalice(app_name="trial")
    app.register_blueprint(usage_console.bp)
    from functions.identity import pages as identity_pages

    app.register_blueprint(identity_pages.bp)
    return app


@pytest.fixture
def client(world, application, monkeypatch):
    monkeypatch.setattr(desk, "console_app", lambda: application)
    with desk.console(world) as client:
        yield client


@pytest.mark.parametrize(("lang", "words"), [("en", "Cost so far this month"), ("zh-Hans", "本月至今费用")])
def test_an_admin_sees_what_the_month_costs_and_what_each_part_of_it_is(client, world, lang, words):
    with tenant_scope(world.oakville):
        usage.set_counts(clock.now().date().isoformat(), Counter(messages=2_000_000, wcu_tenths=10_000_000))
    page = _admin(client, f"/oakville/console/usage?lang={lang}")
    assert words in page.words
    assert "$1.5600" in page.words  # two million messages
    assert "$0.6250" in page.words  # a million write units
    assert "$2.18" in page.words or "$2.19" in page.words
    check_structure(page.document, lang)


def test_another_citys_counts_cost_this_city_nothing(client, world):
    with tenant_scope(world.qinghe):
        usage.set_counts(clock.now().date().isoformat(), Counter(messages=2_000_000))
    assert "$1.5600" not in _admin(client, "/oakville/console/usage").words
    assert "$1.5600" in _admin(client, "/qinghe/console/usage", "qinghe").words


def test_a_clerk_does_not_see_costs(client, world):
    browser = Browser(client)
    browser.sign_in("ana@oakville.example")
    assert browser.get("/oakville/console/usage").status == 404


def _admin(client: Client, path: str, city: str = "oakville"):
    browser = Browser(client)
    browser.sign_in(f"ada@{city}.example", city)
    return browser.follow(browser.get(path)) if "?lang=" in path else browser.get(path)

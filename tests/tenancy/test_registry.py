"""Finding cities: two reads at most, none again for half a minute, and never another city's configuration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.core import sessions, usage
from functions.core.errors import NotFound
from functions.core.scope import current_scope, tenant_scope
from functions.tenancy import registry
from tests.tenancy.conftest import elmtown
from tests.tenancy.test_onboarding import apply


def test_a_name_that_is_no_city_id_is_not_looked_up(land):
    names = ["", "x", "../oakville", "Oakville", "oak ville", "a" * 40, "oak#ville", "-oak", "oak-"]
    with usage.measured() as spent:
        assert {registry.find_city(name) for name in names} == {None}
    assert spent.calls == 0


def test_a_city_costs_two_reads_and_then_none(land):
    apply(elmtown())
    registry.forget()
    with usage.measured() as spent:
        first = registry.find_city("elmtown")
    assert spent.calls == 2
    with usage.measured() as spent:
        assert registry.find_city("elmtown") is first
    assert spent.calls == 0


def test_after_half_a_minute_two_small_reads_tell_whether_all_is_still_the_same(land, monkeypatch):
    apply(elmtown())
    registry.forget()
    moment = [1000.0]
    monkeypatch.setattr(registry.time, "monotonic", lambda: moment[0])
    first = registry.find_city("elmtown")
    moment[0] += registry.KEEP_SECONDS + 1
    with usage.measured() as spent:
        assert registry.find_city("elmtown") is first
    assert spent.calls == 2


def test_a_change_is_seen_within_half_a_minute(land, monkeypatch):
    assert registry.KEEP_SECONDS <= 30
    apply(elmtown())
    moment = [1000.0]
    monkeypatch.setattr(registry.time, "monotonic", lambda: moment[0])
    registry.find_city("elmtown")
    monkeypatch.setattr(registry, "forget", lambda city_id=None: None)  # the apply runs in another process
    apply(elmtown(currency="EUR"))
    assert registry.find_city("elmtown").config["currency"] == "USD"
    moment[0] += registry.KEEP_SECONDS + 1
    assert registry.find_city("elmtown").config["currency"] == "EUR"


def test_an_unknown_city_is_remembered_as_unknown(land):
    assert registry.find_city("nowhere") is None
    with usage.measured() as spent:
        assert registry.find_city("nowhere") is None
    assert spent.calls == 0


def test_what_is_kept_is_bounded_and_guessing_names_pushes_no_city_out(land, monkeypatch):
    monkeypatch.setattr(registry, "KEEP_CITIES", 3)
    apply(elmtown())
    city = registry.find_city("elmtown")
    for n in range(6):
        registry.find_city(f"nowhere-{n}")
    assert len(registry._unknown) == 3
    with usage.measured() as spent:
        assert registry.find_city("elmtown") is city
    assert spent.calls == 0


def test_the_list_of_live_cities_comes_from_the_registry_alone(land):
    apply(elmtown())
    apply(elmtown(id="ashtown"), stop_after=2)
    assert registry.live_city_ids() == ["elmtown"]
    assert [name[0] for name in registry.live_city_names()] == ["elmtown"]
    assert [(city.id, city.languages) for city in registry.live_bare_cities()] == [
        ("elmtown", registry.find_city("elmtown").languages)
    ]


def test_a_city_that_is_not_live_is_found_by_administration_only(land):
    apply(elmtown(), stop_after=2)
    registry.forget()
    assert registry.find_city("elmtown") is None
    city = registry.city_for_admin("elmtown")
    assert (city.state, city.version) == ("onboarding", 0)
    with pytest.raises(NotFound):
        registry.city_for_admin("nowhere")


def test_the_pages_share_the_session_with_which_the_configuration_was_read(land):
    apply(elmtown())
    registry.forget()
    sessions.reset()
    city = registry.find_city("elmtown")
    with tenant_scope(city):
        sessions.credentials(current_scope())
    assert list(sessions._cache) == [("elmtown", "data")]


def test_a_city_made_again_under_an_old_id_is_another_city(land, monkeypatch):
    """Its configuration may bear the number of the first one's."""
    apply(elmtown())
    moment = [1000.0]
    monkeypatch.setattr(registry.time, "monotonic", lambda: moment[0])
    first = registry.find_city("elmtown")
    read_row, later = registry.store.read_row, "2027-01-01T00:00:00.000Z"
    monkeypatch.setattr(registry.store, "read_row", lambda name: replace(read_row(name), created_at=later))
    moment[0] += registry.KEEP_SECONDS + 1
    second = registry.find_city("elmtown")
    assert (first.version, first.id) == (second.version, second.id)
    assert second is not first
    assert first.created < second.created

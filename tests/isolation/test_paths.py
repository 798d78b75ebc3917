"""Paths below the code: every way into a city's data that the cloud offers, with the keys that the deployed
functions really have. Whoever is not meant to get in is refused by IAM, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.isolation import ledger, probes_control, probes_data
from tests.isolation.actors import OPENERS, Cast, session
from tests.isolation.probe import Place, Probe, clean, leaks, prepare
from tests.stack import CITIES

OF_A_CITY = [*probes_data.DATA, *probes_data.BEYOND, *probes_control.OF_A_CITY]
PROBES = [*OF_A_CITY, *probes_control.SHARED]


@pytest.fixture(scope="module")
def places(casts: dict[str, Cast]) -> Iterator[dict[str, Place]]:
    """What the calls are aimed at, by city; nothing of it stays."""
    made = {city: Place(cast) for city, cast in casts.items()}
    yield made
    for place in made.values():
        clean(place)


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("probe", OF_A_CITY, ids=str)
def test_only_the_rightful_gets_to_what_a_city_owns(
    probe: Probe, city: str, places: dict[str, Place]
) -> None:
    assert not list(leaks(probe, places[city]))


@pytest.mark.parametrize("probe", probes_control.SHARED, ids=str)
def test_only_the_rightful_gets_to_what_cities_share(probe: Probe, places: dict[str, Place]) -> None:
    assert not list(leaks(probe, places[CITIES[0]]))


@pytest.mark.parametrize("function", OPENERS)
@pytest.mark.parametrize("city", CITIES)
def test_every_function_that_opens_a_city_reaches_it(
    function: str, city: str, places: dict[str, Place]
) -> None:
    place = places[city]
    prepare(place)
    opened = session(place.cast.stack, function, city)
    for probe in probes_data.DATA[:2]:
        assert probe.call(opened, place)["Item"]["text"]["S"] == city


@pytest.mark.parametrize("service", ledger.SERVICES)
def test_every_service_has_probes(service: str) -> None:
    assert [probe for probe in PROBES if probe.service == service and probe.strangers]
    names = [str(probe) for probe in PROBES]
    assert len(names) == len(set(names))

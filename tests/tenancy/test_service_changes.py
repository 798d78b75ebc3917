"""What a city makes of a template, as `townkit plan` and `townkit service diff` show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.services.errors import DefinitionError
from functions.tenancy.loader import load_city
from functions.tenancy.schemas import CityFile
from functions.tenancy.service_changes import changed_overrides, changes
from tests.tenancy.conftest import TENANTS, real_config

BAD = Path(__file__).parents[1] / "bad"


@pytest.fixture(scope="module")
def city() -> CityFile:
    """A demonstration city that changes some templates."""
    return load_city(TENANTS / "oakville.yaml").city


def test_every_changed_place_is_a_line(city: CityFile) -> None:
    lines = changes("parking-card", city.services["parking-card"], city)
    assert lines and all(line.startswith(("+ ", "- ", "~ ")) for line in lines)
    assert any(line.startswith("~ tables.monthly_rate.otherwise: ") for line in lines)
    assert not any("department" in line or "digest" in line for line in lines)


def test_a_template_as_it_ships_has_no_lines(city: CityFile) -> None:
    assert changes("residence-certificate", city.services["residence-certificate"], city) == []


def test_only_services_that_are_not_live_in_this_way_are_shown(city: CityFile) -> None:
    services = real_config("oakville")["services"]
    assert dict(changed_overrides(city, services, services)) == {}
    live = {**services, "parking-card": {**services["parking-card"], "digest": "another"}}
    assert list(dict(changed_overrides(city, live, services))) == ["parking-card"]
    assert set(dict(changed_overrides(city, {}, services))) == {
        name for name, enabled in city.services.items() if enabled.override
    }


def test_a_wrong_override_has_no_lines_but_problems() -> None:
    wrong = load_city(BAD / "override-wrong.yaml").city
    with pytest.raises(DefinitionError, match="unknown key"):
        changes("residence-certificate", wrong.services["residence-certificate"], wrong)


def test_a_service_of_the_citys_own_is_said_to_be_one() -> None:
    own = load_city(BAD / "service-code-twice.yaml").city
    assert changes("passport", own.services["passport"], own) == ["+ passport: a service of the city's own"]

"""What is no rule about the sun, an area or what is usual is refused with a reason; areas reach the functions
by their group."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from functions.sensing.schema_rules import AlarmRule
from functions.tenancy.compile import _areas
from functions.tenancy.schema_devices import Area, Sensors

BASE = {"id": "x", "title": {"en": "X"}, "severity": "low"}
LEVEL = {"metric": "level", "levels": [{"above": 1, "severity": "low"}], "clear": 0.5, "severity": None}
HOURS = {"start": "02:00", "end": "04:00"}
NAMES = {"en": "Pit", "zh-Hans": "采石场"}
CIRCLE = {"lat": 30, "lon": 120, "radius": 100}


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"area": {}}, "either inside or outside"),
        ({"area": {"inside": "a", "outside": "b"}}, "either inside or outside"),
        ({"area": {"outside": "place"}}, "place has a radius"),
        ({"area": {"outside": "sites", "radius": 5}}, "place has a radius"),
        ({"area": {"outside": "sites"}, "metric": "lat"}, "no metric"),
        ({"usual": {"direction": "rise", "by": 3}}, "look at a metric"),
        ({"metric": "flow", "usual": {"direction": "rise", "by": 3}, "hold": 60}, "hours of its own"),
        ({"metric": "q", "usual": {"direction": "rise", "by": 3, "against": "year", "hours": HOURS}}, "as a"),
        (
            {"metric": "flow", "usual": {"direction": "rise", "by": 3, "hours": {**HOURS, "days": ["mon"]}}},
            "fewer of these days",
        ),
        ({**LEVEL, "schedule": {"start": "sunset+200", "end": "sunrise"}}, "pattern"),
        ({**LEVEL, "quiet": {"start": "sunset", "end": "sunrise"}}, "pattern"),
        ({**LEVEL, "area": {"outside": "sites"}}, "exactly one of"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_a_reason(rule: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        AlarmRule.model_validate({key: value for key, value in (BASE | rule).items() if value is not None})


@pytest.mark.parametrize("edge", ["sunset", "sunset+30", "sunrise-180", "sunrise-0", "22:00"])
def test_hours_begin_with_the_clock_or_with_the_sun(edge: str) -> None:
    rule = {key: value for key, value in (BASE | LEVEL).items() if value is not None}
    AlarmRule.model_validate({**rule, "schedule": {"start": edge, "end": "06:00"}})


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ({}, "exactly one of"),
        ({"circle": CIRCLE, "polygon": [[1, 2], [2, 2], [2, 3]]}, "exactly one of"),
        ({"circle": CIRCLE, "radius": 5}, "a line has a radius"),
        ({"line": [[1, 2], [2, 2]]}, "a line has a radius"),
        ({"polygon": [[120.1, 30.2], [120.2, 30.2], [120.2, 30.3]]}, "latitude, longitude"),
        ({"polygon": [[1, 2], [2, 2]]}, "at least 3"),
    ],
)
def test_an_area_is_one_shape_on_the_earth(shape: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Area.model_validate({"id": "pit", "group": "sites", "names": NAMES, **shape})


def test_all_areas_together_have_so_many_corners() -> None:
    ring = [[n / 1000, 1.0] for n in range(200)]
    areas = [{"id": f"a{n}", "group": "sites", "names": NAMES, "polygon": ring} for n in range(16)]
    assert len(Sensors.model_validate({"areas": areas[:15]}).areas) == 15
    with pytest.raises(ValidationError, match="at most 3000 corners"):
        Sensors.model_validate({"areas": areas})


def test_areas_reach_the_functions_by_their_group() -> None:
    class City:
        sensors = Sensors.model_validate({"areas": [
            {"id": "pit", "group": "sites", "names": NAMES, "circle": CIRCLE},
            {"id": "dump", "group": "sites", "names": NAMES, "polygon": [[1, 2], [2, 2], [2, 3]]},
        ]})  # fmt: skip

    found = _areas(City())  # type: ignore[arg-type]
    assert [(group, [one["id"] for one in own]) for group, own in found.items()] == [
        ("sites", ["pit", "dump"])
    ]
    assert found["sites"][0]["circle"] == CIRCLE and "polygon" not in found["sites"][0]

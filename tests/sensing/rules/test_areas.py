"""Rules about where a device is: distances, shapes, and points made of two readings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.domain import RANGE, Reading
from functions.sensing.geometry import distance
from functions.sensing.rules import RuleSet, compile_rules, evaluate
from functions.sensing.rules.areas import DEGREE_M, outside
from functions.sensing.rules.build import waits_for
from tests.sensing.rules.test_engine import MINUTE, START

SQUARE = {"polygon": [[30.0, 120.0], [30.01, 120.0], [30.01, 120.01], [30.0, 120.01]]}
HOLLOW = {"polygon": [[0, 0], [0.03, 0], [0.03, 0.03], [0.02, 0.03], [0.02, 0.01], [0.01, 0.01], [0.01, 0.03],
                      [0, 0.03]]}  # fmt: skip
LEFT: dict[str, Any] = {"id": "left", "severity": "low", "area": {"outside": "sites", "by": 50}}
QUANTITIES = {"lat": {"unit": "lat", "step": 1}, "lon": {"unit": "lon"}, "speed": {"unit": "km/h"}}


def rules_of(*rules: dict[str, Any], place: Any = None) -> RuleSet:
    profile = {"id": "truck", "quantities": QUANTITIES, "rules": rules}
    return compile_rules(profile, zone="UTC", place=place, areas={"sites": [SQUARE]})


def way(*points: tuple[float, float], flags: int = 0) -> list[Reading]:
    return [
        Reading(START + n * MINUTE, metric, value, flags)
        for n, point in enumerate(points)
        for metric, value in zip(("lat", "lon"), point, strict=True)
    ]


def said(rules: RuleSet, series: list[Reading]) -> list[tuple[str, int]]:
    return [(one.change, (one.at - START) // MINUTE) for one in evaluate(rules, rules.start(), series)[1]]


def test_a_degree_of_latitude_and_a_known_distance() -> None:
    assert distance((0, 0), (1, 0)) == pytest.approx(111_195, abs=1)
    # Paris to London, great circle: 343.6 km
    assert distance((48.8566, 2.3522), (51.5074, -0.1278)) == pytest.approx(343_560, rel=0.001)


@pytest.mark.parametrize(
    ("area", "point", "metres"),
    [
        (SQUARE, (30.005, 120.005), -482),  # half the width of its narrow side
        (SQUARE, (30.02, 120.005), 1112),
        (HOLLOW, (0.015, 0.02), 556),  # in the bay: not within
        (HOLLOW, (0.025, 0.02), -556),
        ({"circle": {"lat": 30, "lon": 120, "radius": 500}}, (30.01, 120), 612),
        ({"line": [[30, 120], [30, 120.1]], "radius": 300}, (30.01, 120.05), 812),
        ({"line": [[0, 179.99], [0, -179.99]], "radius": 100}, (0.001, 180), 11),  # over the date line
    ],
)
def test_metres_beyond_the_edge(area: dict[str, Any], point: tuple[float, float], metres: float) -> None:
    assert outside([area], point) == pytest.approx(metres, abs=2)


@settings(max_examples=200, deadline=None)
@given(st.floats(-60, 60), st.floats(-180, 180), st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_a_square_is_what_the_sides_say(lat: float, lon: float, east: float, north: float) -> None:
    """Any square of 2 km, against its four sides; near the edge a metre of doubt."""
    from math import cos, hypot, radians

    up, across = 1000 / DEGREE_M, 1000 / (DEGREE_M * cos(radians(lat)))
    turned = (lon + 180) % 360 - 180
    ring = [[lat + a * up, turned + b * across] for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))]
    point = (lat + north / DEGREE_M, turned + east / (DEGREE_M * cos(radians(lat))))
    found = outside([{"polygon": ring}], point)
    beyond = (max(0.0, abs(east) - 1000), max(0.0, abs(north) - 1000))
    expected = hypot(*beyond) if any(beyond) else -(1000 - max(abs(east), abs(north)))
    assert found == pytest.approx(expected, abs=6)


def test_it_raises_beyond_the_edge_and_ends_inside() -> None:
    series = way(
        (30.005, 120.005), (30.0103, 120.005), (30.02, 120.005), (30.0103, 120.005), (30.009, 120.005)
    )
    rules = rules_of(LEFT)
    assert said(rules, series) == [("raised", 2), ("cleared", 4)]
    raised = evaluate(rules, rules.start(), series)[1][0]
    assert (raised.metric, raised.reading.value, raised.limit) == ("lon", 120.005, 50)
    assert raised.value == pytest.approx(1112, abs=1) and raised.evidence[0].value == raised.value


def test_inside_and_around_its_place_are_told_too() -> None:
    inside = {"id": "in", "severity": "low", "area": {"inside": "sites"}}
    home = {"id": "home", "severity": "low", "area": {"outside": "place", "radius": 200}}
    series = way((30.02, 120.005), (30.005, 120.005), (30.02, 120.005))
    assert said(rules_of(inside), series) == [("raised", 1), ("cleared", 2)]
    assert said(rules_of(home, place=(30.005, 120.005)), series) == [
        ("raised", 0),
        ("cleared", 1),
        ("raised", 2),
    ]


def test_to_stay_is_to_hold() -> None:
    held = {**LEFT, "hold": 120}
    out, back = (30.02, 120.005), (30.005, 120.005)
    assert said(rules_of(held), way(out, out, back, out, out, out)) == [("raised", 5)]


def test_half_a_point_a_marked_one_and_no_fix_are_not_judged() -> None:
    rules = rules_of(LEFT)
    far = way((30.02, 120.005))
    assert said(rules, far[:1]) == said(rules, far[1:]) == []
    assert said(rules, [far[0], far[1]._replace(at=START + 1)]) == []
    assert said(rules, [far[0]._replace(flags=RANGE), far[1]]) == []
    assert said(rules, way((0.0, 0.0))) == []
    assert said(rules, far) == [("raised", 0)]


def test_a_rule_waits_for_the_citys_areas_and_for_a_place() -> None:
    home = {"id": "home", "severity": "low", "area": {"inside": "place", "radius": 200}}
    assert (waits_for(LEFT, True, {}), waits_for(LEFT, False, {"sites": [SQUARE]})) == ("sites", "")
    assert (waits_for(home, False, {}), waits_for(home, True, {})) == ("place", "")
    assert rules_of(home).rules == {} and list(rules_of(home, place=(30, 120)).rules) == ["home"]


def test_another_area_forgets_what_was_waited_for_but_not_the_alarm() -> None:
    counted = {**LEFT, "of": [2, 2]}
    rules = rules_of(counted)
    memory, _, _ = evaluate(rules, rules.start(), way((30.02, 120.005)))
    moved = compile_rules(
        {"id": "truck", "quantities": QUANTITIES, "rules": [counted]}, zone="UTC",
        areas={"sites": [{"circle": {"lat": 30, "lon": 120, "radius": 10}}]},
    )  # fmt: skip
    later = [one._replace(at=one.at + MINUTE) for one in way((30.02, 120.005))]
    assert evaluate(rules, memory, later)[1] and not evaluate(moved, memory, later)[1]

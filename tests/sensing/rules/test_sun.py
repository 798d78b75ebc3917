"""Rules by the sun: against published times, at the poles, over midnight, and without a place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.domain import Reading
from functions.sensing.rules import compile_rules, evaluate
from functions.sensing.rules.build import waits_for
from functions.sensing.rules.engine import look_again
from functions.sensing.rules.hours import hours_of, span_by_sun
from functions.sensing.rules.sun import Event, Place, sun_at

NIGHT = {"start": "sunset", "end": "sunrise"}
OFF: dict[str, Any] = {
    "id": "off",
    "metric": "state",
    "levels": [{"below": 0.5, "severity": "low"}],
    "clear": 0.5,
    "schedule": {"start": "sunset+30", "end": "sunrise-30"},
}
LAMP = {"id": "lamp", "quantities": {"state": {}}, "rules": [OFF]}
TROMSO, DAY_MS = (69.65, 18.96), 86_400_000


def local(event: Event, place: Place, zone: str, day: date) -> str:
    at = sun_at(event, place, ZoneInfo(zone), day.toordinal()) / 1000
    return f"{datetime.fromtimestamp(at, ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("place", "zone", "day", "rises", "sets"),
    [
        # London at midsummer and New York at midwinter as almanacs print them, Beijing at the equinox
        ((51.48, 0.0), "Europe/London", date(2026, 6, 21), "04:43", "21:21"),
        ((40.71, -74.01), "America/New_York", date(2026, 12, 21), "07:17", "16:32"),
        ((39.91, 116.40), "Asia/Shanghai", date(2026, 3, 20), "06:19", "18:27"),
    ],
)
def test_the_sun_rises_and_sets_when_the_almanac_says(
    place: Place, zone: str, day: date, rises: str, sets: str
) -> None:
    for event, written in (("sunrise", rises), ("sunset", sets)):
        found = datetime.fromisoformat(local(event, place, zone, day))  # type: ignore[arg-type]
        assert abs(found - datetime.fromisoformat(f"{day} {written}")) <= timedelta(minutes=2)


@pytest.mark.parametrize("zone", ["Pacific/Fiji", "Pacific/Kiritimati", "Pacific/Honolulu", "Asia/Urumqi"])
def test_a_day_of_the_zone_has_its_own_sunrise_before_its_own_sunset(zone: str) -> None:
    place = {"Pacific/Fiji": (-18.1, 178.4), "Pacific/Kiritimati": (1.9, -157.5),
             "Pacific/Honolulu": (21.3, -157.9), "Asia/Urumqi": (43.8, 87.6)}[zone]  # fmt: skip
    day = date(2026, 6, 21)
    assert local("sunrise", place, zone, day).startswith(str(day))
    assert local("sunrise", place, zone, day) < local("sunset", place, zone, day)


def test_in_a_polar_summer_there_is_no_night_and_in_a_polar_winter_no_day() -> None:
    night, zone = hours_of(NIGHT, TROMSO), ZoneInfo("Europe/Oslo")
    summer, winter = date(2026, 6, 21).toordinal(), date(2026, 12, 21).toordinal()
    assert span_by_sun(hours_of({"start": "sunset+1", "end": "sunrise"}, TROMSO), zone, summer) is None
    dark = span_by_sun(night, zone, winter)
    assert dark is not None and abs(dark[1] - dark[0] - DAY_MS) < 120_000
    by_day = hours_of({"start": "sunrise", "end": "sunset"}, TROMSO)
    light = span_by_sun(by_day, zone, summer)
    assert light is not None and abs(light[1] - light[0] - DAY_MS) < 120_000


@settings(max_examples=120, deadline=None)
@given(st.floats(-89, 89), st.floats(-180, 180), st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_a_night_is_never_longer_than_a_day_and_begins_at_its_own_noon_or_later(
    lat: float, lon: float, day: date
) -> None:
    offset = max(-12, min(14, round(lon / 15)))
    zone = ZoneInfo(f"Etc/GMT{-offset:+d}")
    rises, sets = (sun_at(event, (lat, lon), zone, day.toordinal()) for event in ("sunrise", "sunset"))  # type: ignore[arg-type]
    assert 0 <= sets - rises <= DAY_MS + 1
    night = span_by_sun(hours_of(NIGHT, (lat, lon)), zone, day.toordinal())
    assert night is None or 0 < night[1] - night[0] <= DAY_MS + 300_000


def test_a_lamp_that_is_off_is_seen_from_half_an_hour_after_sunset_till_half_an_hour_before_sunrise() -> None:
    rules = compile_rules(LAMP, zone="Asia/Shanghai", place=(39.91, 116.40))
    noon = int(datetime(2026, 3, 20, 4, tzinfo=UTC).timestamp() * 1000)
    series = [Reading(noon + n * 60_000, "state", 0.0) for n in range(1440)]
    found = [
        (one.change, f"{datetime.fromtimestamp(one.at / 1000, ZoneInfo('Asia/Shanghai')):%H:%M}")
        for one in evaluate(rules, rules.start(), series)[1]
    ]
    assert [change for change, _ in found] == ["raised", "cleared"]
    assert "18:55" <= found[0][1] <= "19:00" and "05:45" <= found[1][1] <= "05:50"


def test_without_a_place_the_rule_waits_and_its_alarm_ends() -> None:
    placed = compile_rules(LAMP, zone="UTC", place=(0.0, 0.0))
    night = [Reading(int(datetime(2026, 3, 20, 21, n, tzinfo=UTC).timestamp() * 1000), "state", 0.0)
             for n in (0, 1)]  # fmt: skip
    memory, changes, _ = evaluate(placed, placed.start(), night[:1])
    assert [one.change for one in changes] == ["raised"]
    without = compile_rules(LAMP, zone="UTC")
    assert without.rules == {} and waits_for(OFF, False, {}) == "place" and waits_for(OFF, True, {}) == ""
    assert [one.change for one in evaluate(without, memory, night[1:])[1]] == ["cleared"]


def test_an_alarm_ends_at_once_when_the_place_that_its_rule_looks_at_is_gone() -> None:
    placed = compile_rules(LAMP, zone="UTC", place=(0.0, 0.0))
    night = int(datetime(2026, 3, 20, 21, tzinfo=UTC).timestamp() * 1000)
    memory, _, _ = evaluate(placed, placed.start(), [Reading(night, "state", 0.0)])
    after, changes = look_again(compile_rules(LAMP, zone="UTC"), memory, night + 60_000)
    assert [(one.rule, one.change, one.at) for one in changes] == [("off", "cleared", night + 60_000)]
    assert after["r"] == {}

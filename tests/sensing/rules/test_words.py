"""What a rule does, in sentences; and the page that explains how to write one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from functions.core import i18n
from functions.core.paths import root
from functions.sensing import profiles
from functions.sensing.rules import words
from functions.sensing.schema_rules import AlarmRule
from functions.tenancy import catalogue
from functions.tenancy.schema_devices import Sensors

PAGE = (root() / "docs" / "alarm-rules.md").read_text(encoding="utf-8")
PROFILE: dict[str, Any] = {
    "heartbeat": 900,
    "quantities": {
        "level": {"unit": "m", "names": {"en": "Water level", "zh-Hans": "水位"}},
        "open": {"unit": "/", "range": [0, 1], "names": {"en": "Open", "zh-Hans": "打开"}},
    },
    "commands": {"pump": {"names": {"en": "Pump"}, "values": {"on": {"en": "Switch on"}}}},
}
LEVELS = {"metric": "level", "levels": [{"above": 3.5, "severity": "high"}], "clear": 3.0}
AREAS = {"sites": [{"names": {"en": "Gravel pit"}}, {"names": {"en": "dump"}}]}
SAID = [
    ({**LEVELS, "of": [2, 3]}, "Alarm when Water level is above 3.5 m (High). "
     "2 of the last 3 readings must say so. It ends at 3 m or less."),
    ({**LEVELS, "window": {"take": "mean", "seconds": 86400}, "hold": 600},
     "Alarm when the mean of Water level over 24 hours is above 3.5 m (High). "
     "It must stay so for 10 minutes. It ends at 3 m or less."),
    ({"metric": "open", "levels": [{"above": 0.5, "severity": "critical"}], "clear": 0.4},
     "Alarm (Critical) when Open is 1. It ends when the value is 0."),
    ({"metric": "level", "severity": "low",
      "rate": {"direction": "rise", "by": 50, "percent": True, "seconds": 7200}},
     "Alarm (Low) when Water level rises by more than 50 % within 2 hours. "
     "It ends when the change is half of that or less."),
    ({"severity": "medium", "missing": 2}, "Alarm (Medium) when no message has come for 30 minutes. "
     "It ends with the next message."),
    ({"severity": "high", "both": ["a", "b"], "quiet": {"start": "22:00", "end": "06:00", "days": ["sat"]}},
     "Alarm (High) while two rules are raised at the same time: “Rain” and “b”. "
     "Nobody is told from 22:00 to 06:00 (Saturday)."),
    ({**LEVELS, "schedule": {"start": "sunset+30", "end": "sunrise"}},
     "Alarm when Water level is above 3.5 m (High). It ends at 3 m or less. "
     "It looks only from 30 minutes after sunset to sunrise. "
     "A device without a place on the map is not judged."),
    ({"severity": "low", "area": {"outside": "sites", "by": 50}, "hold": 600},
     "Alarm (Low) when the device is more than 50 m outside these areas: Gravel pit, dump. "
     "It must stay so for 10 minutes. It ends when the device is inside again."),
    ({"severity": "low", "area": {"inside": "place", "radius": 200}},
     "Alarm (Low) when the device is less than 200 m away from its place. "
     "It ends when the device is outside again. A device without a place on the map is not judged."),
    ({"metric": "level", "severity": "low",
      "usual": {"direction": "rise", "by": 30, "take": "min", "hours": {"start": "02:00", "end": "04:00"}}},
     "Alarm (Low) when the least Water level from 02:00 to 04:00 is more than 30 % above the median of the "
     "same hours of the last 28 days. Nothing is compared before there are 14 such days. "
     "It ends when the difference is half of that or less."),
    ({"metric": "level", "severity": "low", "usual": {"direction": "fall", "by": 20, "against": "year"}},
     "Alarm (Low) when the mean of Water level of a month is more than 20 % below that of the same month of "
     "the year before. It ends when the difference is half of that or less."),
    ({**LEVELS, "command": {"name": "pump", "value": "on"}, "silent": True},
     "Alarm when Water level is above 3.5 m (High). It ends at 3 m or less. "
     "Then a command is prepared: Pump – Switch on. "
     "By itself it tells nobody; it only serves a rule that joins two."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), SAID)
def test_a_rule_is_said_in_plain_words(rule: dict[str, Any], said: str) -> None:
    with i18n.use_language("en"):
        assert words.sentences(rule, PROFILE, {"a": {"en": "Rain"}}, AREAS) == said


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_every_rule_that_ships_can_be_said(lang: str) -> None:
    with i18n.use_language(lang):
        for profile in profiles.load_all().values():
            titles = {rule["id"]: rule["title"] for rule in profile["rules"]}
            for rule in profile["rules"]:
                said = words.sentences(rule, profile, titles)
                assert len(said) > 10 and "None" not in said and "%(" not in said, (profile["id"], said)


def test_the_examples_of_the_page_are_rules() -> None:
    read = YAML(typ="safe", pure=True).load
    blocks = [read(block)["sensors"] for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)]
    assert len(blocks) == 4
    for block in blocks:
        sensors = Sensors.model_validate({key: value for key, value in block.items() if key != "devices"})
        for one in (*sensors.confirmed, *sensors.off):
            assert one.rule in {rule["id"] for rule in catalogue.profile_rules(one.profile)}
    base = {"id": "x", "title": {"en": "X"}}
    for cell in re.findall(r"^\|[^|]*\| (`.*?`) \|", PAGE, re.M):
        entry = {**base}
        for part in re.findall(r"`([^`]*)`", cell):
            entry |= read(part)
        if not {"levels", "rate", "usual", "area", "missing", "faulty", "both"} & entry.keys():
            entry |= LEVELS
        entry.setdefault("metric", None if {"missing", "both", "area"} & entry.keys() else "level")
        AlarmRule.model_validate(entry)

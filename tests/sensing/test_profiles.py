"""Every profile that ships: sound, in every language, and its rules fire and clear on its own samples."""

import pytest
from pydantic import ValidationError

from functions.core import i18n
from functions.sensing import profiles
from functions.sensing.domain import RANGE, STEP, STUCK
from functions.sensing.rules import compile_rules, evaluate
from functions.sensing.schema_profile import Profile
from functions.sensing.sources import payload
from functions.sensing.sources.payload import quantity_of
from infra.simulator.samples import packs, stage

ZONE, NOW = "Asia/Shanghai", 1_795_200_000
MARKS = {"range": RANGE, "step": STEP, "stuck": STUCK}
SAMPLES = [
    (profile_id, sample["id"])
    for profile_id, profile in profiles.load_all().items()
    for sample in profile["samples"]
]


@pytest.mark.parametrize("profile_id", profiles.profile_ids())
def test_every_profile_that_ships_is_sound_and_in_every_language(profile_id):
    profile = profiles.load(profile_id)
    for names in (profile["names"], *(entry["names"] for entry in profile["quantities"].values())):
        assert set(names) >= set(i18n.LANGUAGES)
    for metric in profile["quantities"]:
        assert quantity_of(f"urn:dev:x:{metric}", profile["quantities"]) == metric


def sampled(profile, sample_id):
    """What ingest reads of the messages that the simulator sends for a sample."""
    sent = packs(profile, sample_id, ZONE, NOW)
    return [
        reading
        for at, text in sent
        for reading in payload.read(text, int((at + 2) * 1000), profile["quantities"]).readings
    ]


@pytest.mark.parametrize(("profile_id", "sample_id"), SAMPLES)
def test_the_rules_fire_and_clear_on_the_samples_of_their_profile(profile_id, sample_id):
    profile = profiles.load(profile_id)
    sample = next(one for one in profile["samples"] if one["id"] == sample_id)
    rules = compile_rules(profile, zone=ZONE, every=True, **stage(profile))
    _, changes, marked = evaluate(rules, rules.start(), sampled(profile, sample_id))
    raised = {change.rule for change in changes if change.change == "raised"}
    last = {change.rule: change.change for change in changes}
    assert raised == set(sample["expect"]["raises"])
    assert {rule for rule, change in last.items() if change != "cleared"} == set(sample["expect"]["active"])
    assert {name for name, flag in MARKS.items() if any(r.flags & flag for r in marked)} == set(
        sample["marks"]
    )


def test_an_unknown_profile_is_a_key_error():
    for name in ("nothing", "../countries/us", "shared/standard", ""):
        with pytest.raises(KeyError):
            profiles.load(name)


def test_a_city_carries_no_samples_and_nothing_that_is_empty():
    lean = profiles.for_city("manhole-cover")
    assert "samples" not in lean
    assert "rate" not in lean["rules"][0]
    assert (
        compile_rules(lean, zone=ZONE).rules.keys()
        == compile_rules(profiles.load("manhole-cover"), zone=ZONE).rules.keys()
    )


def test_what_is_no_profile_is_refused():
    good = profiles.load("river-level")
    names = {"en": "x"}
    for change in (
        {"quantities": {}},
        {"heartbeat": 0},
        {"extra": 1},
        {"format": 1},
        {"quantities": {"level": {"unit": "m", "names": names, "range": [2, 1]}}},
        {"quantities": {"LEVEL": {"unit": "m", "names": names}}},
        {"quantities": {"level": {"unit": "m", "names": names, "personal": True}}},
        {"samples": good["samples"][:2]},
    ):
        with pytest.raises(ValidationError):
            Profile.model_validate(good | change)


def test_what_is_packed_is_what_a_city_carries(tmp_path, monkeypatch):
    packed = profiles.pack()
    (tmp_path / profiles.PACKED).write_text(packed, encoding="utf-8")
    expected = profiles.for_city("tap-water")
    monkeypatch.setattr(profiles, "folder", lambda: tmp_path)
    for kept in (profiles.for_city, profiles._packed):
        kept.cache_clear()
    try:
        assert profiles.for_city("tap-water") == expected
        with pytest.raises(KeyError):
            profiles.for_city("nothing")
    finally:
        for kept in (profiles.for_city, profiles._packed):
            kept.cache_clear()

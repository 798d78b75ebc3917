import pytest
from pydantic import ValidationError

from functions.core import i18n
from functions.sensing import profiles
from functions.sensing.domain import quantity_of
from functions.sensing.schemas import Profile


@pytest.mark.parametrize("profile_id", profiles.profile_ids())
def test_every_profile_that_ships_is_sound_and_in_every_language(profile_id):
    profile = profiles.load(profile_id)
    for names in (profile["names"], *(entry["names"] for entry in profile["quantities"].values())):
        assert set(names) >= set(i18n.LANGUAGES)
    for metric in profile["quantities"]:
        assert quantity_of(f"urn:dev:x:{metric}", profile["quantities"]) == metric


def test_an_unknown_profile_is_a_key_error():
    for name in ("nothing", "../countries/us", ""):
        with pytest.raises(KeyError):
            profiles.load(name)


def test_what_is_no_profile_is_refused():
    good = profiles.load("river-level")
    for change in (
        {"quantities": {}},
        {"cadence": 0},
        {"extra": 1},
        {"quantities": {"level": {"unit": "m", "names": {"en": "x"}, "range": [2, 1]}}},
        {"quantities": {"LEVEL": {"unit": "m", "names": {"en": "x"}}}},
    ):
        with pytest.raises(ValidationError):
            Profile.model_validate(good | change)

"""Country profiles: every rule has its source, every text both languages, every date its announcement."""

import importlib
import re

import pytest

from functions.tenancy.country import PAGES, country, country_ids, shared_texts
from functions.tenancy.country_holidays import days_off, extra_working_days

BOTH = {"en", "zh-Hans"}
# 国务院办公厅关于2026年部分节假日安排的通知 (4 November 2025): days off on weekdays, and days worked.
CHINA_2026_OFF = [
    "2026-01-01",
    "2026-01-02",
    "2026-02-16",
    "2026-02-17",
    "2026-02-18",
    "2026-02-19",
    "2026-02-20",
    "2026-02-23",
    "2026-04-06",
    "2026-05-01",
    "2026-05-04",
    "2026-05-05",
    "2026-06-19",
    "2026-09-25",
    "2026-10-01",
    "2026-10-02",
    "2026-10-05",
    "2026-10-06",
    "2026-10-07",
]
CHINA_2026_WORKED = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]


def test_china_the_united_states_and_a_member_of_the_union_have_profiles():
    assert {"cn", "us", "ie"} <= set(country_ids())


@pytest.mark.parametrize("code", country_ids())
def test_the_identity_check_is_a_module_that_is_installed(code):
    module = importlib.import_module(f"stdnum.{country(code).identity.module}")
    example = re.search(r"[0-9][0-9A-Z-]{6,}", country(code).identity.hint["en"])[0]
    assert module.is_valid(example)


@pytest.mark.parametrize("code", [code for code in country_ids() if country(code).organisation])
def test_the_example_of_an_organisation_number_passes_its_check_and_has_a_source(code):
    number = country(code).organisation
    module = importlib.import_module(f"stdnum.{number.module}")
    assert module.is_valid(re.search(r"[0-9][0-9A-Z-]{6,}", number.hint["en"])[0])
    assert number.source.url


@pytest.mark.parametrize("code", country_ids())
def test_the_example_of_a_phone_number_is_one(code):
    import phonenumbers

    phone = country(code).phone
    parsed = phonenumbers.parse(phone.example)
    assert phonenumbers.is_valid_number_for_region(parsed, phone.region)


@pytest.mark.parametrize("code", country_ids())
def test_every_text_is_in_both_languages(code):
    profile = country(code)
    for text in _texts(profile.model_dump()):
        assert set(text) == BOTH, text


def _texts(value):
    if isinstance(value, dict):
        if value and set(value) <= BOTH:
            yield value
        else:
            for inner in value.values():
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def test_shared_blocks_are_in_both_languages():
    assert all(set(text) == BOTH for text in _texts(shared_texts().model_dump()))


@pytest.mark.parametrize("code", country_ids())
def test_the_five_pages_use_blocks_that_exist(code):
    profile = country(code)
    known = set(shared_texts().blocks) | set(profile.legal.blocks)
    assert set(profile.legal.pages) == set(PAGES)
    for page in profile.legal.pages.values():
        assert set(page.sections) <= known
    used = {name for page in profile.legal.pages.values() for name in page.sections}
    assert set(profile.legal.blocks) <= used


@pytest.mark.parametrize("code", country_ids())
def test_a_rule_that_is_shown_has_a_source_or_says_that_it_is_our_own(code):
    profile = country(code)
    for rule in profile.retention:
        assert rule.source or rule.basis == "house"
    assert any(body.active for body in profile.complaint)
    assert {body.topic for body in profile.complaint if body.active} >= {
        "service",
        "privacy",
        "accessibility",
    }


@pytest.mark.parametrize("code", country_ids())
@pytest.mark.parametrize("year", [2025, 2026, 2027, 2030])
def test_holidays_of_three_years_have_names_in_both_languages(code, year):
    found = days_off(country(code), year)
    assert {day["date"][:4] for day in found} == {str(year), str(year + 1), str(year + 2)}
    assert all(set(day["name"]) == BOTH and all(day["name"].values()) for day in found)
    assert [day["date"] for day in found] == sorted({day["date"] for day in found})


def test_china_2026_is_as_the_state_council_announced_it():
    off = {day["date"] for day in days_off(country("cn"), 2026)}
    assert set(CHINA_2026_OFF) <= off
    assert [day["date"] for day in extra_working_days(country("cn"), 2026)] == CHINA_2026_WORKED
    assert not off & set(CHINA_2026_WORKED)


def test_china_has_no_guessed_moved_days_for_years_that_are_not_announced():
    later = [day for day in days_off(country("cn"), 2026) if day["date"] >= "2027"]
    assert later
    assert not [day for day in later if "observed" in day["name"]["en"] or "Day off" in day["name"]["en"]]
    assert extra_working_days(country("cn"), 2027) == []


def test_every_announced_year_names_its_notice():
    holidays = country("cn").holidays
    assert str(holidays.announced_through) in holidays.announcements


def test_new_years_day_that_is_observed_in_the_old_year_is_off_there():
    assert "2027-12-31" in {day["date"] for day in days_off(country("us"), 2025)}


def test_saint_brigids_day_is_an_irish_holiday():
    assert "2027-02-01" in {day["date"] for day in days_off(country("ie"), 2026)}

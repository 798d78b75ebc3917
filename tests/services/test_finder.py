"""The search by itself: terms, slips, pinyin, ranking; and any text at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.services.finder import distance, query_terms, search, stem, terms_of
from functions.services.finder_index import make_index, synonyms
from tests.builders import both


def service(en: str, zh: str, **about: object) -> dict[str, object]:
    """As much of a definition as the index reads."""
    return {"service": {"name": both(en, zh), "summary": both("A service.", "一项服务。"), **about}}


KEYWORDS = {"en": ["season ticket"], "zh-Hans": ["包月"]}
INDEX = json.loads(
    json.dumps(
        make_index({
            "parking": service("Parking card", "停车月卡", keywords=KEYWORDS),
            "school": service("School enrolment", "入学报名"),
            "company": service("Start a company", "企业开办"),
        })
    )
)  # fmt: skip


def found(query: str) -> list[str]:
    """Ids of the services, best first."""
    return [hit.service for hit in search(INDEX, query)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("parking card", "parking"),
        ("PARKING", "parking"),
        ("ｐａｒｋｉｎｇ", "parking"),
        ("parkng", "parking"),
        ("prakign card", "parking"),
        ("season tickets", "parking"),
        ("enrolments", "school"),
        ("enroll my child", "school"),
        ("register a company", "company"),
        ("停车", "parking"),
        ("我想办个停车月卡", "parking"),
        ("报名入学", "school"),
        ("tcyk", "parking"),
        ("tingche", "parking"),
        ("ting che yue ka", "parking"),
        ("rxbm", "school"),
        ("qiyekaiban", "company"),
        ("开公司", "company"),
    ],
)
def test_what_people_type_finds_the_service(query: str, first: str) -> None:
    assert found(query)[0] == first


def test_pinyin_is_read_as_southerners_spell_it() -> None:
    assert found("tinche")[0] == "parking"


@pytest.mark.parametrize("query", ["", "   ", "!?", "的", "qqqqqq", "xyzzyplugh", "龘龘"])
def test_a_hopeless_query_finds_nothing(query: str) -> None:
    assert found(query) == []


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others() -> None:
    assert query_terms("how do I get a parking card", INDEX["ignore"]) == ["park", "card"]
    assert query_terms("how", INDEX["ignore"]) == ["how"]
    assert query_terms("怎么办理停车", INDEX["ignore"]) == ["停车"]


def test_chinese_is_read_in_pairs_of_characters() -> None:
    assert terms_of("停车月卡 A1") == ["停车", "车月", "月卡", "a1"]
    assert terms_of("娃") == ["娃"]


def test_an_index_without_services_finds_nothing() -> None:
    assert search({}, "parking") == [] and search(make_index({}), "parking") == []


def test_the_index_is_plain_json_and_says_the_same_each_time() -> None:
    again = make_index({"school": service("School enrolment", "入学报名")})
    assert json.loads(json.dumps(again)) == again
    assert list(again["words"]["school"]) == sorted(again["words"]["school"])


def test_synonyms_are_of_one_language_and_in_no_group_twice() -> None:
    for lang in ("en", "zh-Hans"):
        for group in synonyms(lang)["groups"]:
            assert len(group) == len(set(group)) > 1
            assert all(word.isascii() == (lang == "en") for word in group), group


@given(st.text(max_size=200))
def test_any_text_at_all_is_answered(query: str) -> None:
    assert set(found(query)) <= {"parking", "school", "company"}


WORDS = st.text("abcde", min_size=1, max_size=8)


@given(WORDS, WORDS)
def test_distance_is_the_same_in_both_directions_and_bounded(one: str, other: str) -> None:
    assert distance(one, other, 2) == distance(other, one, 2) <= 3
    assert (distance(one, other, 2) == 0) == (one == other)


@given(WORDS, st.integers(0, 7))
def test_one_swapped_pair_is_one_slip(word: str, place: int) -> None:
    at = place % len(word)
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    assert distance(word, swapped, 2) <= 1


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_a_stem_is_never_empty_and_never_longer(word: str) -> None:
    assert 1 <= len(stem(word)) <= len(word)

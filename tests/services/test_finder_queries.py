"""Everyday searches over the whole catalogue find the right service among the first three."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import pytest
import yaml

from functions.core import paths
from functions.services.finder import search
from functions.services.finder_index import make_index
from functions.services.service import load, template_ids

FILE = yaml.safe_load((paths.templates() / "finder" / "queries.yaml").read_text(encoding="utf-8"))
EVERYDAY = [*FILE["en"], *FILE["zh-Hans"]]
LEAST, LEAST_UNSEEN = 36, 0.8


@cache
def index() -> dict[str, Any]:
    """The search's index over every template that ships."""
    return make_index({name: load(name) for name in template_ids()})


def missed(queries: list[dict[str, str]]) -> list[str]:
    """Queries whose service is not among the first three, with what came instead."""
    tops = {one["q"]: [hit.service for hit in search(index(), one["q"])[:3]] for one in queries}
    return [f"{one['q']}: {tops[one['q']]}" for one in queries if one["service"] not in tops[one["q"]]]


def test_the_queries_are_twenty_a_language_for_services_that_ship() -> None:
    assert [len(FILE[lang]) for lang in ("en", "zh-Hans")] == [20, 20]
    assert {one["service"] for one in [*EVERYDAY, *FILE["unseen"]]} <= set(template_ids())
    assert len({one["q"] for one in [*EVERYDAY, *FILE["unseen"]]}) == 40 + len(FILE["unseen"])


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_there_are_queries_for_every_service_in_each_language(lang: str) -> None:
    assert {one["service"] for one in FILE[lang]} == set(template_ids())


def test_the_right_service_is_among_the_first_three() -> None:
    wrong = missed(EVERYDAY)
    assert len(EVERYDAY) - len(wrong) >= LEAST, wrong


def test_it_does_as_well_on_queries_that_nobody_tuned_it_for() -> None:
    wrong = missed(FILE["unseen"])
    assert len(wrong) <= len(FILE["unseen"]) * (1 - LEAST_UNSEEN), wrong


def test_a_search_takes_milliseconds_even_for_sixty_services() -> None:
    many = make_index({f"{name}-{copy}": load(name) for name in template_ids() for copy in range(6)})
    started = time.perf_counter()
    for one in EVERYDAY:
        search(many, one["q"])
    assert (time.perf_counter() - started) / len(EVERYDAY) < 0.05

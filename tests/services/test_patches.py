"""Overrides: a patch never makes an invalid service go live, samples follow what a city takes out, and a text
that is changed in one language only is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.services import service
from functions.services.domain import Service
from functions.services.errors import DefinitionError
from functions.services.lint import lint
from functions.services.lint_base import Around
from functions.services.patch import half_changed
from functions.services.schemas import parse
from functions.services.service import made_live
from functions.tenancy.source import read
from infra.bench import big_service
from tests.services.test_lint_rules import SOUND

BOTH = {"en": "Words", "zh-Hans": "文字"}


@cache
def _sound() -> dict[str, Any]:
    data: dict[str, Any] = read(SOUND.name, SOUND.read_bytes()).data
    return data


def resolve(override: dict[str, Any]) -> dict[str, Any]:
    return made_live("tree-permit", deepcopy(_sound()), override, "trees", Around())


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a definition, entries of lists by their id."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list) and all(isinstance(one, dict) and "id" in one for one in value):
        for one in value:
            yield from _paths(one, (*path, ("id", one["id"])))


def _patch(path: tuple[Any, ...], value: Any) -> Any:
    """The override that sets one place."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    inner = _patch(rest, value)
    if isinstance(first, tuple):
        return [{"id": first[1], **inner} if isinstance(inner, dict) else {"id": first[1], "drop": True}]
    return {first: inner}


def _at(path: tuple[Any, ...]) -> Any:
    value: Any = _sound()
    for part in path:
        value = next(one for one in value if one["id"] == part[1]) if isinstance(part, tuple) else value[part]
    return value


PATHS = list(_paths(_sound()))
PIECES = st.sampled_from(PATHS).map(lambda path: deepcopy(_at(path)))
ODD = st.sampled_from(
    [None, True, "true", "", 0, -1, 10**12, 0.5, [], {}, "height > 1", "ends", [{"id": "x"}], "a" * 600, BOTH]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PATHS), ODD | PIECES), min_size=1, max_size=2))
def test_a_patch_never_makes_an_invalid_service_go_live(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    override: dict[str, Any] = {}
    for path, value in changes:
        override |= _patch(path, value)
    before = deepcopy(override)
    try:
        definition = resolve(override)
    except DefinitionError as refused:
        assert refused.problems and all(problem.message for problem in refused.problems)
    else:
        own = {key: value for key, value in definition.items() if key not in ("template", "digest")}
        whole = parse({**own, "tests": _sound()["tests"]}) | {"tests": []}
        assert lint(whole) == []
        assert json.loads(json.dumps(definition)) == definition
        assert service.digest(definition) == definition["digest"]
    assert override == before


def test_samples_follow_what_a_city_takes_out() -> None:
    changed = resolve(
        {
            "form": {"pages": [{"id": "helpers", "drop": True}, {"id": "photo", "drop": True}]},
            "documents": [{"id": "photo", "drop": True}],
            "privacy": {"sensitive": ["email"]},
            "letters": [{"id": "granted", "text": BOTH}],
        }
    )
    assert [page.id for page in Service(changed).pages] == ["owner", "height", "work", "email"]


def test_a_changed_fee_breaks_the_sample_that_names_the_old_one_until_the_sample_is_changed() -> None:
    override: dict[str, Any] = {"tables": [{"id": "price", "otherwise": 4500}]}
    with pytest.raises(DefinitionError, match="fee: expected 4000, found 4500"):
        resolve(override)
    override["tests"] = [{"id": "accepted", "expect": {"fee": 4500}}]
    assert resolve(override)["tables"][0]["otherwise"] == 4500


def test_a_route_of_the_citys_own_does_not_answer_to_the_templates_departments() -> None:
    route = {"rows": [{"when": "height > 20", "department": "forest"}]}
    assert resolve({"workflow": {"route": route}})["workflow"]["route"]["rows"][0]["department"] == "forest"


def test_null_takes_a_key_out() -> None:
    assert resolve({"result": None})["result"] is None
    with pytest.raises(DefinitionError, match="these parts are missing: privacy"):
        resolve({"privacy": None})


def test_a_text_changed_in_one_language_only_is_named() -> None:
    override = {
        "guide": {"who_for": {"en": "Owners of land."}},
        "documents": [{"id": "photo", "name": {"en": "Picture", "zh-Hans": "图片"}}],
        "letters": [{"id": "granted", "text": {"zh-Hans": "可以开始。"}}],
        "form": {"declaration": {"en": "True."}},
    }
    found = list(half_changed(_sound(), override, ["en", "zh-Hans"]))
    assert found == [("guide.who_for", ["zh-Hans"]), ("letters.granted.text", ["en"])]
    assert list(half_changed(_sound(), override, ["zh-Hans"])) == [("guide.who_for", ["zh-Hans"])]


def test_a_service_of_the_citys_own_may_only_lead_elsewhere() -> None:
    link = {
        "service": {
            "id": "passport", "version": 1, "name": BOTH, "summary": BOTH, "kind": "public_service",
            "audience": ["person"],
        },
        "link": {"url": "https://passport.example/", "provider": BOTH},
        "guide": {"who_for": BOTH, "steps": [BOTH]},
    }  # fmt: skip
    made = Service(made_live("passport", link, {}, "clerk", Around()))
    assert made.link == {"url": "https://passport.example/", "provider": BOTH}
    assert not made.is_open and made.department == "clerk" and list(made.fields) == []


def test_the_benchmarks_big_service_is_sound_at_every_size() -> None:
    for questions, rules in ((4, 2), (30, 40)):
        assert made_live("big-permit", big_service.definition(questions, rules), None, "x", Around())

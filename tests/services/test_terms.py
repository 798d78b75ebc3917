"""The words of guide pages are those of the glossary, in both languages, and every choice of the definition
has a name."""

from __future__ import annotations

from typing import get_args

import pytest

from functions.core.i18n import t, use_language
from functions.services import terms
from functions.services.domain import LIFE_EVENTS
from functions.services.schema_case import Fee, Result
from functions.services.schema_form import Document
from functions.services.schema_guide import Channels, Service
from infra import glossary

TERMS = {term["id"]: term for term in glossary.read()["terms"]}


@pytest.mark.parametrize("element", terms.ELEMENTS)
def test_a_guide_calls_each_element_as_the_glossary_does(element: str) -> None:
    name = TERMS[element]["name"]
    assert terms.ELEMENTS[element].lower() == name["en"].lower()
    with use_language("zh-Hans"):
        assert t(terms.ELEMENTS[element]) == name["zh-Hans"]


@pytest.mark.parametrize("element", terms.ELEMENTS)
def test_the_glossary_says_where_an_official_term_comes_from(element: str) -> None:
    assert TERMS[element]["source"] == "gbt39554"


def choices(model: type, field: str) -> set[str]:
    """The values that a field of the schema takes."""
    annotation = model.model_fields[field].annotation  # type: ignore[attr-defined]
    inner = [get_args(one) for one in get_args(annotation)]
    return set(inner[0] if inner and inner[0] else get_args(annotation))


def test_every_choice_of_a_definition_has_a_name() -> None:
    assert set(terms.KINDS) == choices(Service, "kind")
    assert set(terms.MODES) == choices(Service, "mode")
    assert set(terms.LEVELS) == choices(Service, "level")
    assert set(terms.AUDIENCES) == choices(Service, "audience")
    assert set(terms.FORMS) == choices(Document, "form")
    assert set(terms.FEE_TIMES) == choices(Fee, "when")
    assert set(terms.DELIVERY) == choices(Result, "delivery")
    assert set(terms.CHANNELS) == set(Channels.model_fields)
    assert set(terms.LIFE_EVENTS) == set(LIFE_EVENTS)

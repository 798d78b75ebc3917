"""Every type of question as JSON: what the pages store is what a program may send, and it comes to the same;
what has another shape is refused before anything looks at it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from functions.api.answers import fits, question_schema, schema_of, typed
from functions.core.i18n import use_language
from functions.services import fields
from functions.services.domain import FIELD_TYPES, Field, Service
from functions.services.service import resolve, template_ids
from tests.services.fields.rows import ROWS, RULES, text

ASKED = [kind for kind in FIELD_TYPES if ROWS[kind].asks and kind != "file"]
LANGUAGES = ("en", "zh-Hans")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=8), part, max_size=4),
    max_leaves=8,
)


def question(kind: str) -> Field:
    """The row's question."""
    return Field({"id": "q", "type": kind, "label": text("The question", "问题"), **ROWS[kind].definition})


def stored(kind: str, language: str) -> list[Any]:
    """What the pages keep of the row's good answers in a language."""
    row = ROWS[kind]
    return [answer for _, answer in (row.good if language == "en" else row.chinese or ())]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ASKED)
def test_what_a_page_stores_a_program_may_send(kind: str, language: str) -> None:
    field, rules = question(kind), RULES[language]
    schema = question_schema(field, rules)
    Draft202012Validator.check_schema(schema)
    with use_language(language):
        for answer in stored(kind, language):
            sent = json.loads(json.dumps(answer))
            assert fits(schema, sent) and Draft202012Validator(schema).is_valid(sent), answer
            inputs = typed(field, sent, rules)
            assert inputs is not None
            assert fields.check(field, inputs, rules) == (answer, ()), answer


@pytest.mark.parametrize("kind", ASKED)
@given(value=JSON)
@settings(max_examples=40, deadline=None)
def test_anything_else_is_refused_or_checked_and_never_a_fault(kind: str, value: Any) -> None:
    field, rules = question(kind), RULES["en"]
    inputs = typed(field, value, rules)
    if inputs is not None:
        answer, problems = fields.check(field, inputs, rules)
        assert problems or answer is None or typed(field, json.loads(json.dumps(answer)), rules) is not None


@pytest.mark.parametrize("template", template_ids())
def test_the_schema_of_every_template_is_one(template: str) -> None:
    service = Service(resolve(template, department="residents"))
    if service.link:
        return
    for language in LANGUAGES:
        with use_language(language):
            schema = schema_of(service, RULES[language])
        Draft202012Validator.check_schema(schema)
        assert set(schema["required"]) <= schema["properties"].keys()

"""The OpenAPI document and the interface say the same: read by a validator, and tried out by schemathesis,
which sends what the document allows and what it forbids."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from functions.api import catalogue, schemas, service
from functions.api.domain import SCOPES
from functions.api.operations import OPERATIONS, Operation
from functions.core import clock
from functions.web.responses import Json
from tests.api.people import send
from tests.api.wsgi import wsgi

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
]
EXAMPLES = 12
PUBLIC = {"read_openapi", "list_services", "read_service", "read_answers_schema"}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_document_is_openapi_in_both_languages(stranger, language):
    answer = stranger.get("/openapi.json", Accept_Language=language)
    assert answer.status == 200 and answer.json["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(answer.json).iter_errors()) == []
    chinese = "\u4e00" <= answer.json["paths"]["/services"]["get"]["summary"][0] <= "\u9fff"
    assert chinese is (language == "zh-CN")


def test_the_document_lists_exactly_the_operations(stranger):
    document = stranger.get("/openapi.json").json
    listed = {
        (method.upper(), path, one["operationId"], one.get("x-scope"))
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    }
    assert listed == {(one.method, one.path, one.id, one.scope) for one in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
def test_every_operation_says_who_may_use_it_and_exists(operation: Operation):
    assert (operation.scope is None) == (operation.id in PUBLIC)
    assert operation.scope is None or operation.scope in SCOPES
    module, _, name = operation.run.partition(":")
    assert callable(getattr(import_module(f"functions.api.{module}"), name))
    for model in filter(None, (operation.answer, operation.body, operation.query)):
        assert hasattr(schemas, model)


def test_every_scope_opens_something():
    assert {one.scope for one in OPERATIONS} - {None} == set(SCOPES)


@pytest.fixture
def known(program, cities) -> dict[str, Any]:
    """Things that exist, so that not every address leads nowhere."""
    mine = program()
    case = send(mine, cities).json["case"]
    (document,) = mine.get(f"/cases/{case}").json["documents"]
    webhook = mine.post("/webhooks", {"url": "https://hooks.example.com/"}).json["id"]
    return {
        "key": mine.key,
        "service": "residence-certificate",
        "case": case,
        "file": document["id"],
        "webhook": webhook,
    }


def asked(known: dict[str, Any], app: Any, operation: Operation, mode: GenerationMode) -> None:
    """Let schemathesis ask one operation: always the same examples."""
    schema = schemathesis.openapi.from_wsgi("/oakville/api/v1/openapi.json", wsgi(app, "oakville"))
    described = schema[operation.path][operation.method]
    path = {name: known[name] for name in operation.parameters} if mode is GenerationMode.POSITIVE else None
    headers = {"Authorization": f"Bearer {known['key']}"} if operation.scope else {}

    @seed(20261120)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described.as_strategy(generation_mode=mode, path_parameters=path))
    def ask(case: Any) -> None:
        case.validate_response(case.call(headers=headers), checks=CHECKS, headers=headers)

    with clock.frozen(clock.now()):
        ask()


TRIED = [
    pytest.param(one, mode, id=f"{one.id}-{mode.value}")
    for one in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or one.parameters or one.body or one.query  # else nothing is wrong
]


@pytest.mark.parametrize(("operation", "mode"), TRIED)
def test_nothing_that_is_sent_gets_an_answer_that_is_not_documented(
    operation: Operation, mode: GenerationMode, app, known, monkeypatch
):
    monkeypatch.setattr(service, "PER_KEY", 10**6)
    monkeypatch.setattr(service, "PER_CITY", 10**6)
    asked(known, app, operation, mode)


def test_an_answer_that_is_not_documented_would_be_found(app, known, monkeypatch):
    broken = {"missing": "everything"}
    monkeypatch.setattr(catalogue, "list_services", lambda call: Json(broken))
    with pytest.raises(FailureGroup):
        asked(known, app, OPERATIONS[1], GenerationMode.POSITIVE)


def test_a_fault_of_ours_would_be_found(app, known, monkeypatch):
    monkeypatch.setattr(catalogue, "list_services", lambda call: 1 / 0)
    with pytest.raises(FailureGroup):
        asked(known, app, OPERATIONS[1], GenerationMode.POSITIVE)

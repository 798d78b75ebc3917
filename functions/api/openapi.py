"""The OpenAPI 3.1 document, made from the table of operations and the models that check and describe their
bodies. Made when it is asked for: pages never pay for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from functions.api import schemas
from functions.api.dispatch import Call
from functions.api.domain import PREFIX, SCOPES
from functions.api.operations import ID, OPERATIONS, VERSION, Operation
from functions.core.context import Context
from functions.core.i18n import N_, t
from functions.core.settings import settings
from functions.web.responses import Json

Document = dict[str, Any]
ABOUT = N_(
    "The same use cases, checks and limits as on the pages. Changes and views of cases are recorded under "
    "the name of the key. Errors come as {code, message, fields, request_id}, in the language of "
    "Accept-Language."
)
SCHEMES = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": f"{PREFIX}_<city>_<id>_<secret>",
}
REQUEST = N_(
    "8 to 128 visible characters of your choice for one application: its files and its sending carry the "
    "same. Sent twice, the application is made once."
)


def read_openapi(call: Call) -> Json:
    """The document in the asked language."""
    return Json(document(call.ctx), headers={"Vary": "Accept-Language"})


def document(ctx: Context) -> Document:
    """OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0) of one city's interface."""
    paths: Document = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    base = f"{settings().public_url}/{ctx.city.id}/api/v1"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": t("%(city)s: programming interface", city=ctx.city.name(ctx.lang)),
            "version": VERSION,
            "description": t(ABOUT),
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "schemas": _models(),
            "securitySchemes": {"key": {**SCHEMES, "description": _scopes()}},
        },
    }


def _scopes() -> str:
    return "\n".join(f"- `{scope}`: {t(text)}" for scope, text in SCOPES.items())


def _operation(operation: Operation) -> Document:
    made: Document = {
        "operationId": operation.id,
        "summary": t(operation.summary),
        "parameters": _parameters(operation),
        "responses": _responses(operation),
        "security": [] if operation.public else [{"key": []}],
    }
    if operation.scope:
        made["x-scope"] = operation.scope
    if operation.body:
        made["requestBody"] = {"required": True, "content": _content("application/json", operation.body)}
    return made


def _content(kind: str, model: str) -> Document:
    return {kind: {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _parameters(operation: Operation) -> list[Document]:
    found: list[Document] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": f"^{ID}$"}}
        for name in operation.parameters
    ]
    if operation.idempotent:
        schema = {"type": "string", "pattern": "^[!-~]{8,128}$"}
        header = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema}
        found.append({**header, "description": t(REQUEST)})
    if operation.query:
        asked = _spoken(getattr(schemas, operation.query).model_json_schema())
        found += [
            {"name": name, "in": "query", "required": name in asked.get("required", ()), "schema": schema}
            for name, schema in asked["properties"].items()
        ]
    return found


def _responses(operation: Operation) -> Document:
    kind = "application/schema+json" if operation.id == "read_answers_schema" else "application/json"
    right = {
        str(status): {"description": HTTPStatus(status).phrase, "content": _content(kind, operation.answer)}
        for status in operation.statuses
    }
    if operation.id in ("list_services", "read_service"):
        right["304"] = {"description": HTTPStatus(304).phrase}
    wrong = {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "content": _content("application/json", "Problem"),
        }
        for status in operation.all_errors
    }
    return {**right, **wrong}


def _models() -> Document:
    from pydantic.json_schema import models_json_schema

    wanted: list[tuple[Any, Any]] = [(schemas.Problem, "serialization")]
    for operation in OPERATIONS:
        if operation.body:
            wanted.append((getattr(schemas, operation.body), "validation"))
        wanted.append((getattr(schemas, operation.answer), "serialization"))
    _, found = models_json_schema(list(dict.fromkeys(wanted)), ref_template="#/components/schemas/{model}")
    models: Document = _spoken(found["$defs"])
    for model in models.values():
        model.pop("description", None)  # our own words about the code
    return models


def _spoken(part: Any) -> Any:
    """The same with every description in the asked language."""
    if isinstance(part, list):
        return [_spoken(one) for one in part]
    if isinstance(part, dict):
        return {
            name: t(value) if name == "description" and isinstance(value, str) else _spoken(value)
            for name, value in part.items()
        }
    return part

"""Operations on the catalogue: what anybody may read. The same documents as the open data of the pages."""

from __future__ import annotations

from functions.api.answers import schema_of
from functions.api.dispatch import Call
from functions.cases.journey import rules_for
from functions.core.errors import NotFound
from functions.services import open_data
from functions.services.domain import Service
from functions.web.responses import Json, Text


def service_of(call: Call) -> Service:
    """The service in the path. Raises NotFound."""
    raw = call.ctx.city.service(call.values["service"])
    if raw is None:
        raise NotFound
    return Service(raw, call.values["service"])


def list_services(call: Call) -> Text:
    """Every service, shortly."""
    return open_data.catalogue(call.ctx)


def read_service(call: Call) -> Text:
    """Everything that the guide page says."""
    return open_data.one(call.ctx, service_of(call))


def read_answers_schema(call: Call) -> Json:
    """The form as JSON Schema, its words in the asked language."""
    rules = rules_for(call.ctx.city, call.ctx.now)
    document = schema_of(service_of(call), rules)
    headers = {"Vary": "Accept-Language"}
    return Json(document, media_type="application/schema+json", headers=headers)

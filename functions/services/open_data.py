"""The catalogue and each service as open data: plain JSON and JSON-LD, for anyone's program, without a key.
Only what the public pages say; staff, cases and answers are no part of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from functions.core.city import City
from functions.services import guide as words
from functions.services import linked_data
from functions.services.availability import availability, city_day
from functions.services.domain import Service
from functions.services.finder_views import services_of
from functions.web.request import PageContext
from functions.web.responses import JSON, Text

FORMAT = 1
KEEP_SECONDS = 300
ABOUT = (
    "name", "summary", "code", "local_code", "version", "kind", "mode", "level", "audience", "life_events",
    "situation", "parent", "partners", "channels", "assurance", "applicants", "anonymous", "status_note",
)  # fmt: skip
DOCUMENT = (
    "id", "name", "hint", "required", "form", "copies", "core", "accept", "max_mb", "max_files", "source",
    "wallet_type", "min_grade", "waivable", "sample",
)  # fmt: skip


def catalogue(ctx: PageContext) -> Text:
    """Every service of the city, shortly, with the addresses of the rest."""
    return _answer(ctx, {
        "format": FORMAT,
        "city": _city(ctx),
        "services": [_short(ctx, service) for service in services_of(ctx)],
    })  # fmt: skip


def one(ctx: PageContext, service: Service) -> Text:
    """Everything that the guide page of a service says."""
    return _answer(ctx, {"format": FORMAT, "city": _city(ctx), "service": _whole(ctx, service)})


def linked(ctx: PageContext, service: Service) -> Text:
    """The same as schema.org's GovernmentService."""
    return _answer(ctx, linked_data.document(ctx, service), linked_data.MEDIA_TYPE)


def _answer(ctx: PageContext, body: Any, media_type: str = JSON) -> Text:
    """The document, or 304 when the program has it already (RFC 9110, 13.1.2)."""
    text = json.dumps(body, ensure_ascii=False)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": f"public, max-age={KEEP_SECONDS}",
        "ETag": tag,
    }
    known = [one.strip().removeprefix("W/") for one in ctx.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Text("", media_type, status=304, headers=headers)
    return Text(text, media_type, headers=headers)


def _city(ctx: PageContext) -> dict[str, Any]:
    city = ctx.city
    return {
        "id": city.id,
        "names": city.config["names"],
        "country": city.config["country"],
        "languages": city.languages,
        "demo": bool(city.config.get("demo")),
        "url": ctx.url(""),
    }


def _short(ctx: PageContext, service: Service) -> dict[str, Any]:
    address = ctx.url(f"/services/{service.id}")
    about = service.raw["service"]
    return {
        "id": service.id,
        **{name: about.get(name) for name in ("name", "summary", "kind", "audience", "life_events")},
        "availability": _availability(ctx, service),
        "url": address,
        "data": f"{address}.json",
        "linked_data": f"{address}.jsonld",
    }


def _availability(ctx: PageContext, service: Service) -> dict[str, Any]:
    state = availability(service, city_day(ctx.city, ctx.now))
    about = service.raw["service"]
    return {
        "state": state.state,
        "opens": state.opens.isoformat() if state.opens else None,
        "closes": state.closes.isoformat() if state.closes else None,
        "season": [about["opens"], about["closes"]] if about["status"] == "seasonal" else None,
    }


def _whole(ctx: PageContext, service: Service) -> dict[str, Any]:
    raw, guide = service.raw, service.raw["guide"]
    return {
        **_short(ctx, service),
        **{name: raw["service"].get(name) for name in ABOUT},
        "link": service.link,
        "department": _department(ctx.city, service),
        **{name: guide[name] for name in ("who_for", "need", "before_you_start", "steps", "visits", "quota")},
        "legal_basis": guide["legal_basis"],
        "conditions": raw["eligibility"]["conditions"],
        "documents": [_document(document) for document in raw["documents"]],
        "time": raw.get("clocks"),
        "fee": _fee(ctx.city, service),
        "result": {
            "type": words.result_type(service),
            "text": guide["result"],
            "validity_days": words.validity(service),
            "delivery": (raw.get("result") or {}).get("delivery") or [],
        },
        "offices": words.offices(service, ctx.city),
        "enquiries": words.enquiries(service, ctx.city),
        "complaint": guide["complaint"],
        "appeal": guide["appeal"],
        "faq": guide["faq"],
        "privacy": {name: (raw.get("privacy") or {}).get(name) for name in ("purpose", "basis")},
        "definition": raw.get("digest"),
    }


def _department(city: City, service: Service) -> dict[str, Any] | None:
    found = None if service.link else city.department(service.department)
    return {name: found.get(name) for name in ("names", "email", "phone")} if found else None


def _document(document: Mapping[str, Any]) -> dict[str, Any]:
    sometimes = bool(document.get("required_when"))
    pledge = (document.get("pledge") or {}).get("text")
    return {**{name: document.get(name) for name in DOCUMENT}, "in_some_cases": sometimes, "pledge": pledge}


def _fee(city: City, service: Service) -> dict[str, Any]:
    """Amounts in minor units of the currency; null where it depends on answers."""
    lines = [
        {name: line.get(name) for name in ("id", "label", "amount", "basis", "waive_because")}
        for line in words.fee_lines(service)
    ]
    return {"currency": city.config["currency"], "when": service.raw["fee"]["when"], "lines": lines}

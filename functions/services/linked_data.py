"""A service as schema.org's GovernmentService in JSON-LD: only properties that the vocabulary has for the
type (tests compare them with a copy of it). Texts carry their language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from functions.core.city import City
from functions.core.i18n import LANGUAGES, t, use_language
from functions.services import guide as words
from functions.services.availability import availability, city_day
from functions.services.domain import Service
from functions.services.terms import KINDS, LIFE_EVENTS
from functions.web.formats import DECIMALS
from functions.web.request import PageContext

Node = dict[str, Any]
MEDIA_TYPE = "application/ld+json; charset=utf-8"
PERMITS = ("licence", "confirmation")


def document(ctx: PageContext, service: Service) -> Node:
    """The whole description, with its context."""
    about, guide = service.raw["service"], service.raw["guide"]
    address = ctx.url(f"/services/{service.id}")
    return _filled({
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": address,
        "url": address,
        "identifier": [about.get("code"), about.get("local_code")],
        "name": _text(about["name"]),
        "description": _text(about["summary"]),
        "serviceType": _message(ctx.city, KINDS[about["kind"]]),
        "category": [one for event in about["life_events"] for one in _message(ctx.city, LIFE_EVENTS[event])],
        "audience": _filled({"@type": "Audience", "description": _text(guide["who_for"])}),
        "areaServed": {"@type": "AdministrativeArea", "name": _text(ctx.city.config["names"])},
        "provider": _provider(ctx, service),
        "serviceOperator": _operator(ctx.city, service),
        "availableChannel": _channels(ctx, service),
        "offers": _offers(ctx, service),
        "serviceOutput": _output(service),
        "termsOfService": ctx.url("/terms"),
        "subjectOf": [*_legislation(guide), *_steps(guide), *_questions(guide)],
    })  # fmt: skip


def embedded(ctx: PageContext, service: Service) -> Markup:
    """The description for a script element of the guide page; no text in it can end the element."""
    text = json.dumps(document(ctx, service), ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _filled(node: Node) -> Node:
    """Without what is empty; a list of one is its one."""
    found: Node = {}
    for name, value in node.items():
        if isinstance(value, list):
            value = [one for one in value if one]
            value = value[0] if len(value) == 1 else value
        if value:
            found[name] = value
    return found


def _text(text: Mapping[str, str] | None) -> list[Node]:
    return [{"@language": lang, "@value": words} for lang, words in (text or {}).items()]


def _message(city: City, msgid: str) -> list[Node]:
    """A message of the product in each of the city's languages."""
    found = {}
    for lang in (one for one in city.languages if one in LANGUAGES):
        with use_language(lang):
            found[lang] = t(msgid)
    return _text(found)


def _provider(ctx: PageContext, service: Service) -> Node:
    if service.link:
        provider = _text(service.link["provider"])
        return _filled({"@type": "Organization", "name": provider, "url": service.link["url"]})
    ask = words.enquiries(service, ctx.city)
    points = [
        {"contactType": "customer service", "telephone": ask["phone"], "email": ask["email"]},
        {"contactType": "complaints", "description": _text(service.raw["guide"]["complaint"])},
        _appeals(service),
    ]
    return _filled({
        "@type": "GovernmentOrganization",
        "name": _text(ctx.city.config["names"]),
        "url": ctx.url(""),
        "contactPoint": [
            _filled({"@type": "ContactPoint", **one}) for one in points if len(_filled(one)) > 1
        ],
    })  # fmt: skip


def _appeals(service: Service) -> Node:
    appeal = service.raw["guide"]["appeal"] or {}
    return {
        "contactType": "appeals",
        "name": _text(appeal.get("body")),
        "description": _text(appeal.get("basis")),
    }


def _operator(city: City, service: Service) -> Node:
    """The department that decides."""
    department = None if service.link else city.department(service.department)
    if not department:
        return {}
    return _filled({
        "@type": "GovernmentOrganization",
        "name": _text(department["names"]),
        "email": department.get("email"),
        "telephone": department.get("phone"),
    })  # fmt: skip


def _channels(ctx: PageContext, service: Service) -> list[Node]:
    if service.link:
        return [{"@type": "ServiceChannel", "serviceUrl": service.link["url"]}]
    found = []
    if availability(service, city_day(ctx.city, ctx.now)).can_start:
        online = {"serviceUrl": ctx.url(f"/services/{service.id}"), "availableLanguage": ctx.city.languages}
        found.append({"@type": "ServiceChannel", **online, **_processing(service)})
    if service.raw["service"]["channels"]["counter"]:
        found += [
            _filled({"@type": "ServiceChannel", "serviceLocation": _place(one)})
            for one in words.offices(service, ctx.city)
        ]
    return found


def _processing(service: Service) -> Node:
    """ISO 8601 has no working days, so those are not said as a duration."""
    clocks = service.raw.get("clocks") or {"unit": "", "promised": 0}
    units = {"hours": f"PT{clocks['promised']}H", "calendar_days": f"P{clocks['promised']}D"}
    return {"processingTime": units[clocks["unit"]]} if clocks["unit"] in units else {}


def _place(office: Mapping[str, Any]) -> Node:
    hours = _filled({"@type": "OpeningHoursSpecification", "description": _text(office.get("hours"))})
    return _filled({
        "@type": "Place",
        "name": _text(office["name"]),
        "address": {"@type": "PostalAddress", "streetAddress": _text(office["address"])},
        "telephone": office.get("phone"),
        "openingHoursSpecification": hours if len(hours) > 1 else None,
    })  # fmt: skip


def _offers(ctx: PageContext, service: Service) -> list[Node]:
    """Each line of the fee; what depends on answers has no price here."""
    if service.link:
        return []
    state = availability(service, city_day(ctx.city, ctx.now))
    season = {
        "availabilityStarts": state.opens.isoformat() if state.opens else None,
        "availabilityEnds": state.closes.isoformat() if state.closes else None,
    }
    currency = str(ctx.city.config["currency"])
    free = {"@type": "Offer", "price": "0", "priceCurrency": currency}
    lines = [_offer(line, currency) for line in words.fee_lines(service)] or [free]
    return [_filled({**line, **season}) for line in lines]


def _offer(line: Mapping[str, Any], currency: str) -> Node:
    found = {"@type": "Offer", "name": _text(line["label"]), "description": _text(line.get("basis"))}
    if line.get("amount") is None:
        return found
    return {**found, "price": _price(int(line["amount"]), currency), "priceCurrency": currency}


def _price(minor: int, currency: str) -> str:
    """A plain decimal, as schema.org asks for."""
    decimals = DECIMALS.get(currency, 2)
    whole, part = divmod(minor, 10**decimals)
    return f"{whole}.{part:0{decimals}d}" if decimals else str(whole)


def _output(service: Service) -> Node:
    name = _text(words.result_type(service))
    if not name:
        return {}
    if service.raw["service"]["kind"] not in PERMITS:
        return _filled({"@type": "Thing", "name": name})
    days = words.validity(service)
    return _filled({
        "@type": "GovernmentPermit", "name": name, "validFor": f"P{days}D" if days else None,
    })  # fmt: skip


def _legislation(guide: Mapping[str, Any]) -> list[Node]:
    return [
        _filled({
            "@type": "Legislation",
            "name": _text(one["title"]),
            "description": _text(one.get("article")),
            "url": one.get("url"),
        })
        for one in guide["legal_basis"]
    ]  # fmt: skip


def _steps(guide: Mapping[str, Any]) -> list[Node]:
    steps = [
        {"@type": "HowToStep", "position": number, "text": _text(text)}
        for number, text in enumerate(guide["steps"], 1)
    ]
    return [{"@type": "HowTo", "step": steps}]


def _questions(guide: Mapping[str, Any]) -> list[Node]:
    if not guide["faq"]:
        return []
    asked = [
        {
            "@type": "Question",
            "name": _text(one["question"]),
            "acceptedAnswer": {"@type": "Answer", "text": _text(one["answer"])},
        }
        for one in guide["faq"]
    ]
    return [{"@type": "FAQPage", "mainEntity": asked}]

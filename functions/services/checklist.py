"""What do I need? A list to print: documents, things to know, fee, time and places, for what this browser
answered so far; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.core.i18n import pick, t
from functions.services import asking, guide, terms
from functions.services.asking import CHECK, NEED, Asking, address_of, answer_rows
from functions.services.availability import checkable
from functions.services.decisions import FeeLine
from functions.services.domain import Field, Text
from functions.web.formats import money
from functions.web.responses import Page


def page(asked: Asking, questions: list[Field]) -> Page:
    """The list. Without answers it says what everybody needs and what only some do."""
    service, city = asked.service, asked.ctx.city
    rest = asking.still_open(asked, questions)
    needed, perhaps = documents(asked)
    return Page(
        "services/checklist.html",
        service=service,
        raw=service.raw,
        about=service.raw["service"],
        guide=service.raw["guide"],
        words=guide,
        terms=terms,
        needed=needed,
        perhaps=perhaps,
        held=held(asked),
        fees=fees(asked),
        places=guide.offices(service, city),
        rows=answer_rows(asked, questions, NEED),
        ask=f"{address_of(asked, NEED)}?ask={rest[0].id}" if rest else "",
        open_questions=len(rest),
        verdict=asked.verdict() if asked.answers else None,
        check=address_of(asked, CHECK) if checkable(service) else "",
        here=f"/{city.id}/services/{service.id}",
        section="services",
        back=f"/{city.id}/services/{service.id}",
    )


def documents(asked: Asking) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """(needed with these answers, perhaps: optional ones and those that a missing answer decides)."""
    decisions = asked.decisions
    required = decisions.required_documents()
    needed, perhaps = [], []
    for one in asked.service.raw["documents"]:
        condition = one.get("required_when")
        if one["id"] in required:
            needed.append(one)
        elif not one["required"] or (condition and decisions.undecided(condition)):
            perhaps.append(one)
    return needed, perhaps


def held(asked: Asking) -> frozenset[str]:
    """Ids of the service's documents for which the signed-in person already has one that fits. Two calls,
    none without a session or without such documents."""
    reusable = [one for one in asked.service.raw["documents"] if one["source"] == "wallet"]
    if not reusable:
        return frozenset()
    from functions.people.service import person_of

    person = person_of(asked.ctx)
    if person is None:
        return frozenset()
    from functions.wallet import domain, service

    own = service.held(asked.ctx, person)
    return frozenset(one["id"] for one in reusable if domain.fitting(own, one, asked.rules.today))


def fees(asked: Asking) -> list[str]:
    """The lines of the fee in words, as far as the answers decide them."""
    decisions, currency = asked.decisions, str(asked.ctx.city.config["currency"])
    waivers = {
        line["id"]: line["waive_because"]
        for line in asked.service.raw["fee"]["lines"]
        if line.get("waive_when") and decisions.undecided(line["waive_when"])
    }
    return [_fee(line, currency, waivers.get(line.id)) for line in decisions.fee().lines]


def _fee(line: FeeLine, currency: str, perhaps_waived: Text | None) -> str:
    name = pick(line.label)
    if line.waived:
        return t("%(name)s: nothing. %(reason)s", name=name, reason=pick(line.waived))
    if line.amount is None:
        return t("%(name)s: depends on your answers", name=name)
    amount = money(line.amount, currency)
    if perhaps_waived:
        reason = pick(perhaps_waived)
        return t("%(name)s: %(amount)s, or nothing. %(reason)s", name=name, amount=amount, reason=reason)
    return t("%(name)s: %(amount)s", name=name, amount=amount)

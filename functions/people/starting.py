"""Before a form begins: whether the city is sure enough who applies, for whom they apply and by what right.
The page that asks is /{city}/me/start; its answer goes to the service's own start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from functions.core.i18n import N_
from functions.people import service as people
from functions.people.domain import GROUNDS, MAX_NAME, ground_of, reaches
from functions.web.responses import Page, Redirect

if TYPE_CHECKING:
    from functions.cases.drafts import About
    from functions.people.domain import Person
    from functions.services.domain import Service
    from functions.web.request import PageContext

PROBLEMS = {
    "for": {"for": N_("Choose for whom you apply")},
    "name": {"for_name": N_("Enter the name of the person, household or firm")},
}


def wanted_assurance(service: Service, document: str = "") -> str:
    """How sure the city must be who applies, or who hands in one of the service's documents."""
    asking = service.document(document) if document else service.raw["service"]
    return str((asking or {}).get("assurance") or "none")


def not_sure_enough(
    ctx: PageContext, service: Service, reached: str, then: str, document: str = ""
) -> Redirect | None:
    """Where somebody must go before a form of this service goes on, or before a document (its id) is handed
    in; None when the city is sure enough."""
    wanted = wanted_assurance(service, document)
    if reaches(reached, wanted):
        return None
    if wanted == "contact":
        return Redirect(f"/{ctx.city.id}/me/sign-in?then={quote(then, safe='')}")
    return Redirect(f"/{ctx.city.id}/me/start?service={service.id}&document={document}")


def choices(service: Service) -> list[tuple[str, str]]:
    """(value, message id) of each way to apply, for a service that is not only for oneself."""
    kinds = list(service.raw["service"].get("applicants") or ["self"])
    found = [("self", N_("For myself"))] if "self" in kinds else []
    for kind in kinds:
        found += [(f"{kind}.{ground}", words) for ground, words in GROUNDS.get(kind, {}).items()]
    return found


def begin(ctx: PageContext, service: Service) -> About | Redirect:
    """What a new draft is told, or the page that must come first. One call when somebody is signed in."""
    from functions.cases.drafts import About

    person = people.person_of(ctx)
    start = f"/{ctx.city.id}/me/start?service={service.id}"
    if not reaches(person.assurance if person else "none", wanted_assurance(service)):
        return Redirect(start)
    offered = dict(choices(service))
    choice, name = ctx.value("for") or ("self" if set(offered) == {"self"} else ""), ctx.value("for_name")
    ground = ground_of(choice) if choice in offered else None
    if ground is None:
        return Redirect(f"{start}&problem=for" if ctx.value("for_asked") else start)
    if ground[0] != "self" and not 0 < len(name) <= MAX_NAME:
        return Redirect(f"{start}&problem=name&for={choice}")
    named = person is not None and not service.raw["service"].get("anonymous")
    return About(
        person=person.id if person and named else "",
        applicant=ground[0],
        ground=ground[1],
        for_name=name if ground[0] != "self" else "",
    )


def note_draft(ctx: PageContext, about: About, draft_id: str, service_id: str) -> None:
    """A new draft stands on the page of who is signed in. One call then, else none."""
    if about.person:
        from functions.core.store import transaction

        person = people.get(about.person)
        if person:
            with transaction() as tx:
                people.link_case(tx, ctx, person, draft_id, service_id, "begun")


def start_page(ctx: PageContext) -> Page | Redirect:
    """What stands before a form: signing in, being identified, for whom it is."""
    from functions.services.offered import service_of

    service = service_of(ctx, ctx.query.get("service", ""))
    person, document = people.person_of(ctx), ctx.query.get("document", "")[:64]
    wanted = wanted_assurance(service, document)
    reached = reaches(person.assurance if person else "none", wanted)
    if not reached and person is None:
        then = quote(f"/{ctx.city.id}/me/start?service={service.id}", safe="")
        return Redirect(f"/{ctx.city.id}/me/sign-in?then={then}")
    if reached and document:
        return Redirect(f"/{ctx.city.id}/me")
    template = "people/for_whom.html" if reached else "people/identify.html"
    found = service.document(document)
    return Page(template, **_view(ctx, service, person, wanted), document=found["name"] if found else None)


def _view(ctx: PageContext, service: Service, person: Person | None, wanted: str) -> dict[str, Any]:
    from functions.core.i18n import t

    problem = PROBLEMS.get(ctx.query.get("problem", ""), {})
    return {
        "service": service,
        "person": person,
        "wanted": wanted,
        "choices": [(value, t(words)) for value, words in choices(service)],
        "chosen": ctx.query.get("for", ""),
        "identity": ctx.city.config.get("identity"),
        "contact": ctx.city.config.get("contact", {}),
        "errors": {name: t(text) for name, text in problem.items()},
        "back": f"/{ctx.city.id}/services/{service.id}",
        "section": "services",
    }

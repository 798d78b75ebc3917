"""My page and what hangs on it. A view of somebody's data is in their history before it is shown."""

from __future__ import annotations

from typing import Any

from functions.core import audit, keys
from functions.core.errors import NotFound
from functions.core.i18n import N_, own_name, pick, t
from functions.people import seen, store
from functions.people import service as people
from functions.people.domain import CONSENTS, LEVELS, Person
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

DONE = {
    "added": N_("The application is on your page now"),
    "consents": N_("Your choices are saved"),
    "contact": N_("We do not use this any more to reach you"),
    "answer": N_("The answer is deleted"),
    "language": N_("Your language is saved"),
}
PROBLEMS = {
    "missing": {"reference": N_("Enter your reference and your code")},
    "unknown": {"reference": N_("We cannot find an application with this reference and code")},
    "limit": {"reference": N_("Too many wrong codes. Try again in an hour.")},
    "confirm": {"confirm": N_("Confirm that you want to erase your page")},
    "last-contact": {"contact": N_("Add another way to reach you first")},
}
ANSWER_NAMES = {
    "name": N_("Name"),
    "birth_date": N_("Date of birth"),
    "email": N_("Email"),
    "phone": N_("Phone"),
    "address": N_("Address"),
    "organisation": N_("Organisation"),
    "postcode": N_("Postal code"),
    "identity_number": N_("Identity number"),
    "organisation_number": N_("Number of the organisation"),
    "vehicle_plate": N_("Vehicle plate"),
    "contact_name": N_("Name of a contact person"),
    "contact_phone": N_("Phone of a contact person"),
    "delivery_address": N_("Delivery address"),
}


def _said(ctx: PageContext) -> dict[str, Any]:
    """What the page before did or found wrong, and the place in the menu."""
    problem = PROBLEMS.get(ctx.query.get("problem", ""), {})
    done = DONE.get(ctx.query.get("done", ""))
    return {
        "done": t(done) if done else "",
        "errors": {name: t(text) for name, text in problem.items()},
        "section": "me",
    }


def my_page(ctx: PageContext) -> Page | Redirect:
    """Applications and reports, unfinished forms, and the way to everything else. Four calls."""
    person = people.person_of(ctx)
    if person is None:
        return Redirect(f"/{ctx.city.id}/me/sign-in")
    latest = sorted(person.things, key=lambda one: str(person.things[one]["at"]), reverse=True)[:50]
    found = store.get_metas([*map(keys.case, latest), *map(keys.draft, latest)])
    audit.record("person", person.id, "viewed", ctx)
    cases = [_case_row(ctx, found[keys.case(one)]) for one in latest if keys.case(one) in found]
    waiting = [one for one in latest if keys.case(one) not in found and keys.draft(one) in found]
    return Page(
        "people/me.html",
        person=person,
        cases=cases,
        drafts=[row for one in waiting if (row := _draft_row(ctx, one, found[keys.draft(one)]))],
        level=t(LEVELS[person.assurance]),
        identity=ctx.city.config.get("identity"),
        **_said(ctx),
    )


def _service_name(ctx: PageContext, service_id: str) -> str:
    raw = ctx.city.service(service_id)
    return str(pick(raw["service"]["name"])) if raw else service_id


def _case_row(ctx: PageContext, raw: dict[str, Any]) -> dict[str, Any]:
    from functions.cases.desk import COLOURS
    from functions.cases.store import CaseItem, case_of
    from functions.services.domain import Service

    case = case_of(CaseItem.from_raw_data(raw))
    definition = ctx.city.service(case.service)
    state = Service(definition, case.service).state(case.state) if definition else None
    return {
        "id": case.id,
        "reference": case.reference,
        "name": _service_name(ctx, case.service),
        "state": pick(state["label"]) if state else t(case.state_label),
        "colour": COLOURS[case.state],
        "submitted_at": case.submitted_at,
        "for_name": case.for_name,
    }


def _draft_row(ctx: PageContext, draft_id: str, raw: dict[str, Any]) -> dict[str, Any] | None:
    from functions.cases.drafts import DraftItem

    item = DraftItem.from_raw_data(raw)
    ended = int(item.ttl or 0) < int(ctx.now.timestamp())
    if ended or item.done_at is not None:
        return None
    return {"id": draft_id, "name": _service_name(ctx, item.service), "ends": int(item.ttl)}


def case_page(ctx: PageContext, person: Person) -> Page:
    """One application: state, letters, who looked at it. Four calls."""
    from functions.cases import reading
    from functions.cases.desk import COLOURS
    from functions.notifications import service as notifications
    from functions.services.domain import Service

    case_id = ctx.query.get("id", "")
    if case_id not in person.things:
        raise NotFound
    from functions.services.definitions import definition_for_case

    found = reading.file_for_applicant(ctx, case_id)
    case = found.case
    definition = definition_for_case(ctx.city, case.service, case.definition)
    state = Service(definition, case.service).state(case.state) if definition else None
    return Page(
        "people/case.html",
        case=case,
        name=_service_name(ctx, case.service),
        state=pick(state["label"]) if state else t(case.state_label),
        colour=COLOURS[case.state],
        letters=notifications.letters_of(case_id),
        ground=seen.ground_of(case),
        level=t(LEVELS.get(case.assurance, case.assurance)),
        events=seen.rows(ctx, person, found.events),
        back=f"/{ctx.city.id}/me",
        **_said(ctx),
    )


def open_case(ctx: PageContext, person: Person) -> Redirect:
    """To the application itself, or on with an unfinished form, without asking for the reference and the
    code."""
    from functions.cases import drafts, visitors

    thing = ctx.query.get("id", "")
    if thing not in person.things:
        raise NotFound
    draft = drafts.find_draft(ctx, thing)
    if draft is not None and not draft.done:
        visitors.remember_draft(ctx, thing)
        return Redirect(f"/{ctx.city.id}/apply/{thing}/check")
    visitors.remember_case(ctx, thing)
    return Redirect(f"/{ctx.city.id}/status/application")


def details(ctx: PageContext, person: Person) -> Page:
    """How to reach somebody, language, consents, what is kept. Three calls."""
    audit.record("person", person.id, "details_viewed", ctx)
    return Page(
        "people/details.html",
        person=person,
        languages=[(tag, own_name(tag)) for tag in ctx.city.languages],
        consents=[(id, t(name), t(what), person.consents.get(id)) for id, (name, what) in CONSENTS.items()],
        answers=[
            {
                "id": name,
                "label": t(ANSWER_NAMES.get(name, name)),
                "text": _shown(one["value"]),
                "at": one["at"],
            }
            for name, one in person.known.items()
        ],
        level=t(LEVELS[person.assurance]),
        back=f"/{ctx.city.id}/me",
        **_said(ctx),
    )


def _shown(value: Any) -> str:
    """A kept answer in words: parts and lines one after another."""
    if isinstance(value, dict):
        return str(value.get("full") or ", ".join(str(one) for one in value.values() if one))
    return ", ".join(str(value).splitlines())


def add(ctx: PageContext, person: Person) -> Page:
    """Asks for the reference and the code of an application that is not on the page yet."""
    return Page("people/add.html", back=f"/{ctx.city.id}/me", **_said(ctx))


def erase(ctx: PageContext, person: Person) -> Page:
    """Says what goes and what stays, and asks once more."""
    return Page("people/erase.html", person=person, back=f"/{ctx.city.id}/me/details", **_said(ctx))

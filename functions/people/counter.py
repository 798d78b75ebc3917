"""Use cases at the counter and out in the town: staff apply for somebody, and clerks record that they saw a
person. A helper begins drafts and sees their own; everything else is for clerks of the department."""

from __future__ import annotations

from dataclasses import dataclass

from functions.cases import drafts, reading, service
from functions.cases.domain import Case
from functions.cases.drafts import About
from functions.core import audit, clock, ids, limits
from functions.core.context import Context
from functions.core.errors import Conflict, Forbidden, Invalid, NotFound
from functions.core.i18n import N_
from functions.identity.domain import Staff
from functions.people import codes, store
from functions.people import service as people
from functions.people.domain import MAX_NAME, SEEN_DOCUMENTS, Person, ground_of, normal_email, reaches
from functions.people.phones import normal_phone
from functions.people.starting import choices, wanted_assurance
from functions.services.domain import Service

STARTS_PER_HOUR, SEEN_PER_HOUR = 120, 120


@dataclass(frozen=True, slots=True)
class Begun:
    """Something that a member of staff began. ``reference`` is empty until it is sent."""

    id: str
    service: str
    at: str
    reference: str
    state: str


def channel_of(staff: Staff) -> str:
    """How it is recorded: a clerk sits at the counter, a helper may be anywhere."""
    return "counter" if staff.may_identify else "helper"


def offered(ctx: Context, staff: Staff) -> list[Service]:
    """Services that may be applied for in this way, in the file's order."""
    channel = channel_of(staff)
    every = [Service(raw, key) for key, raw in ctx.city.config.get("services", {}).items()]
    return [
        one for one in every if one.is_open and (one.raw["service"].get("channels") or {}).get(channel, True)
    ]


def start(ctx: Context, staff: Staff, service: Service, choice: str, name: str) -> str:
    """A draft for somebody else; answers its id, which becomes the case's. Raises Forbidden for other roles
    and for a service that needs more than a helper can know, Invalid for a missing ground or name."""
    if not staff.may_serve or service.id not in {one.id for one in offered(ctx, staff)}:
        raise Forbidden(N_("Your role cannot begin this for somebody else"))
    if not staff.may_identify and not reaches("none", wanted_assurance(service)):
        raise Forbidden(N_("This service needs a clerk who has seen the person, or their own sign-in"))
    ground = ground_of(choice) if choice in dict(choices(service)) else None
    if ground is None:
        raise Invalid({"for": N_("Choose for whom you apply")})
    if ground[0] != "self" and not 0 < len(name) <= MAX_NAME:
        raise Invalid({"for_name": N_("Enter the name of the person, household or firm")})
    limits.hit(f"counter#{ids.digest(staff.email)[:32]}", STARTS_PER_HOUR, 3600)
    about = About(
        channel="counter" if staff.may_identify else "helper",
        by=staff.email,
        applicant=ground[0],
        ground=ground[1],
        for_name=name if ground[0] != "self" else "",
    )
    days = int(service.raw["privacy"]["retention"]["draft_days"])
    draft_id = drafts.start_draft(ctx, service.id, days, about)
    ends = clock.epoch(drafts.ends_after(ctx.city, ctx.now, days))
    store.note_counter(_digest(staff), draft_id, service.id, ctx.now, ends)
    audit.record("draft", draft_id, "counter_started", ctx, {"service": service.id, "channel": about.channel})
    return draft_id


def begun_by(staff: Staff) -> list[Begun]:
    """What this member of staff began and what became of it, latest first: two calls."""
    from functions.cases.store import CaseItem
    from functions.core import keys

    items = store.counter_of(_digest(staff))
    found = store.get_metas([keys.case(item.sk) for item in items])
    rows = []
    for item in items:
        raw = found.get(keys.case(item.sk))
        case = CaseItem.from_raw_data(raw) if raw else None
        rows.append(
            Begun(item.sk, item.service, item.at, case.reference if case else "", case.state if case else "")
        )
    return rows


def reopen(ctx: Context, staff: Staff, draft_id: str) -> str:
    """One's own unfinished draft, to go on with. Raises NotFound for any other."""
    draft = drafts.find_draft(ctx, draft_id)
    if draft is None or draft.about.by != staff.email:
        raise NotFound
    return draft.id


def complete(ctx: Context, staff: Staff, reference: str) -> str:
    """A draft for what a clerk asked of somebody who now stands at the counter; answers its id. The same case
    goes on. Raises Conflict when nothing is missing."""
    if not staff.may_identify:
        raise Forbidden(N_("Your role cannot begin this for somebody else"))
    case = reading.find_for_staff(staff, reference)
    if case.state != "waiting_for_applicant":
        raise Conflict(N_("Nothing is asked of the applicant at the moment"))
    raw = ctx.city.service(case.service)
    if raw is None:
        raise NotFound
    days = int(raw["privacy"]["retention"]["draft_days"])
    draft_id = drafts.start_completion(ctx, case, days, by=staff.email)
    audit.record("case", case.id, "counter_opened", ctx)
    return draft_id


def record_seen(ctx: Context, staff: Staff, who: str, document: str) -> str:
    """A clerk saw the person and a document: the person's record and, given a reference, the case say so.
    Only the kind of document is kept. Answers what was raised, for the page. Raises Invalid."""
    if not staff.may_identify:
        raise Forbidden(N_("Your role cannot record this"))
    if document not in SEEN_DOCUMENTS:
        raise Invalid({"document": N_("Choose which document you saw")})
    limits.hit(f"seen#{ids.digest(staff.email)[:32]}", SEEN_PER_HOUR, 3600)
    case, person = _whom(ctx, staff, who)
    if case is not None and not reaches(case.assurance, "clerk"):
        service.raise_assurance(ctx, case.id, "clerk", document)
    if person is not None:
        seen = {"by": staff.email, "at": clock.iso(ctx.now), "document": document}
        people.raise_assurance(ctx, person, "clerk", {"document": document}, raised=seen)
    return case.reference if case else ""


def _whom(ctx: Context, staff: Staff, who: str) -> tuple[Case | None, Person | None]:
    """The case of a reference with its person, or the person of a contact point."""
    unknown = Invalid(
        {"who": N_("We cannot find anybody by this. Somebody who signs in to My page first is found.")}
    )
    address = normal_email(who) if "@" in who else None
    number = normal_phone(ctx.city, who) if address is None and sum(map(str.isdigit, who)) >= 7 else None
    if address or number:
        kind, value = ("email", address) if address else ("phone", number)
        known = store.find_contact(
            codes.contact_of(ctx, "email" if kind == "email" else "phone", str(value)).digest
        )
        person = store.get_person(known) if known else None
        if person is None:
            raise unknown
        return None, person
    try:
        case = reading.find_for_staff(staff, who)
    except NotFound as error:
        raise unknown from error
    return case, store.get_person(case.person) if case.person else None


def _digest(staff: Staff) -> str:
    return ids.digest(staff.email)[:32]

"""Use cases of a person who applies: answer a page, hand in a file, send. Called by pages.py only."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from functions.cases import drafts, service
from functions.cases.domain import Document
from functions.cases.drafts import Draft
from functions.cases.journey import Journey, rules_for
from functions.core.context import Context
from functions.core.errors import NotFound
from functions.files import service as files
from functions.files.domain import UploadedFile
from functions.services.domain import MIME_TYPES, Field, FormPage, Service
from functions.tenancy.calendar import add_working_days, hours_of


def journey_of(ctx: Context, draft: Draft) -> Journey:
    """The way of a draft through its service's present definition. Raises NotFound when the city no longer
    offers it."""
    raw = ctx.city.service(draft.service)
    if raw is None:
        raise NotFound
    return Journey(Service(raw, draft.service), draft, rules_for(ctx.city, ctx.now))


def answer_page(journey: Journey, page: FormPage, typed: drafts.Typed) -> bool:
    """Keep the answers of a page, or what was typed when something is wrong with it; answers whether all
    is right."""
    given, problems = journey.check(page, typed)
    if problems:
        drafts.keep_attempt(journey.draft.id, page.id, typed)
        return False
    drafts.save_answers(journey.draft.id, page.id, given)
    return True


def take_file(ctx: Context, journey: Journey, field: Field, file_id: str) -> str:
    """Keep the file that the browser just handed to the storage. Answers the reason when it cannot be
    taken, else ""."""
    document = journey.service.document(field.document)
    if document is None:
        raise NotFound
    found = files.take_upload(ctx, journey.draft.owner, document, file_id)
    if not isinstance(found, UploadedFile):
        return found.reason
    drafts.attach_file(
        journey.draft.id,
        Document(found.id, field.id, found.name, found.size, MIME_TYPES[found.type], found.key),
    )
    return ""


def remove_file(journey: Journey, field: Field) -> None:
    """Take a file back. What lies with a case stays with it, as long as the case is kept."""
    document = journey.draft.files.get(field.id)
    if document is None:
        return
    drafts.detach_file(journey.draft.id, field.id)
    if not journey.draft.case_id:
        files.remove_upload(document.key)


def send(ctx: Context, journey: Journey) -> str:
    """Turn a complete draft into a case, or hand in what a clerk asked for; answers the case's id. Sending
    twice gives the same case."""
    if journey.draft.case_id:
        return _send_completion(ctx, journey, journey.draft.case_id)
    found = journey.service
    email = journey.answer_to("email")
    application = service.Application(
        id=journey.draft.id,
        service=found.id,
        definition=found.digest,
        department=found.department,
        answers=journey.answers(),
        documents=tuple(journey.draft.files.values()),
        email=email,
        name=journey.answer_to("name"),
        due_at=due_at(ctx, int(found.raw["clocks"]["promised"])),
    )
    submitted = service.submit_application(
        ctx, application, also=lambda tx, case: drafts.finish_with(tx, ctx, case.id, case.reference, email)
    )
    return submitted.case_id


def _send_completion(ctx: Context, journey: Journey, case_id: str) -> str:
    asked = {field.id for field in journey.fields}
    documents = tuple(one for one in journey.draft.files.values() if one.field in asked)
    service.resubmit(ctx, case_id, journey.answers(), documents)
    drafts.finish(ctx, journey.draft)
    return case_id


def due_at(ctx: Context, days: int) -> datetime:
    """The end of work of the day by which the city has promised to decide."""
    calendar, zone = ctx.city.config["calendar"], ZoneInfo(ctx.city.zone)
    day = add_working_days(calendar, ctx.now.astimezone(zone).date(), days)
    closes = hours_of(calendar, day)[-1][1]
    return datetime.combine(day, time(23, 59) if closes == "24:00" else time.fromisoformat(closes), zone)


def remove_left_files(ctx: Context, _: str = "") -> None:
    """The nightly task: files of drafts that ended without being sent are deleted."""
    files.remove_leftovers(
        ctx, lambda owner: bool(service.case_for_message(owner) or drafts.find_draft(ctx, owner))
    )

"""Use cases of a person who applies: answer a page, hand in a file, send. Called by the form's steps only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.cases import drafts, reading, saving, service, submitting, versions, wallet_steps
from functions.cases.domain import Document
from functions.cases.drafts import Draft, Typed
from functions.cases.journey import CHECK, TASKS, Journey, rules_for
from functions.core.context import Context
from functions.core.errors import NotFound
from functions.core.i18n import N_
from functions.files import service as files
from functions.files.domain import UploadedFile
from functions.services.domain import MIME_TYPES, Field, FormPage, Service
from functions.tenancy.calendar import add_working_days, hours_of, working_days_between

SAFETY = "safety"


def journey_of(
    ctx: Context, draft: Draft, *, known: Mapping[str, Any] | None = None, assurance: str = "none"
) -> Journey:
    """The way of a draft through its form: a new application through the present one, a completion through
    the one that its case began with. Raises NotFound when the city no longer offers the service."""
    raw = versions.definition_for(ctx, draft)
    if raw is None:
        raise NotFound(N_("The city does not offer this service any more"))
    return Journey(
        Service(raw, draft.service),
        draft,
        rules_for(ctx.city, ctx.now),
        known=known,
        assurance=assurance,
        working_days=counter_of_days(ctx),
    )


def counter_of_days(ctx: Context) -> Callable[[date], int]:
    """Counts the working days from today in the city to a day; negative for a day that is over."""
    calendar = ctx.city.config["calendar"]
    today = ctx.now.astimezone(ZoneInfo(ctx.city.zone)).date()

    def count(day: date) -> int:
        if day >= today:
            return working_days_between(calendar, today, day)
        return -working_days_between(calendar, day, today)

    return count


def entrance(found: Service) -> str:
    """The last part of the address at which a new draft begins."""
    if found.form.get("safe_exit"):
        return SAFETY
    return TASKS if found.form.get("task_list") else found.pages[0].id


def onward(journey: Journey) -> str:
    """Where somebody who comes back goes on: the tasks, the first page that is open or was never shown, or
    the list to check."""
    if journey.has_tasks:
        return TASKS
    waiting = (page.id for page in journey.pages if not journey.is_complete(page) or _unseen(journey, page))
    return next(waiting, CHECK)


def _unseen(journey: Journey, page: FormPage) -> bool:
    """Whether a page asks only what is optional, and nobody was asked yet. Files leave no trace when they are
    passed over."""
    asked = [field for field in page.fields if field.answered_by_person and field.type != "file"]
    known = page.id in journey.draft.stamps or any(journey.is_answered(field) for field in asked)
    return bool(asked) and not known


def answer_page(journey: Journey, page: FormPage, typed: Typed, seen: str | None = None) -> Journey | None:
    """Keep the answers of a page and answer the way as it goes on with them; when something is wrong keep
    what was typed and answer None. Raises saving.Stale when another device answered meanwhile."""
    given, problems = journey.check(page, typed)
    if problems:
        saving.keep_attempt(journey.draft, page.id, typed)
        return None
    try:
        saving.save_answers(journey.draft, page.id, given, seen)
    except saving.Stale:
        saving.keep_attempt(journey.draft, page.id, typed)
        raise
    return journey.answered(given)


def take_file(ctx: Context, journey: Journey, field: Field, file_id: str) -> str:
    """Keep the file that the browser just handed to the storage. Answers the reason when it cannot be
    taken, else ""."""
    document = journey.service.document(field.document)
    if document is None:
        raise NotFound
    present = journey.draft.files.get(field.id, ())
    if any(one.id == file_id for one in present):
        return ""
    if len(present) >= int(document["max_files"]):
        return "count"
    found = files.take_upload(
        ctx,
        journey.draft.owner,
        document,
        file_id,
        also=lambda tx, taken: saving.attach_in(tx, journey.draft.id, _document(field, taken)),
    )
    return found.reason if isinstance(found, files.Refused) else ""


def _document(field: Field, taken: UploadedFile) -> Document:
    return Document(taken.id, field.id, taken.name, taken.size, MIME_TYPES[taken.type], taken.key)


def remove_file(journey: Journey, field: Field, file_id: str) -> None:
    """Take a file back; without an id the only one. What lies with a case stays with it, as long as the case
    is kept."""
    present = journey.draft.files.get(field.id, ())
    found = next((one for one in present if one.id == file_id or not file_id), None)
    if found is None:
        return
    saving.detach_file(journey.draft.id, found.id)
    if not journey.draft.case_id:
        files.remove_upload(found.key)


def page_with_refused_file(journey: Journey) -> str | None:
    """The id of the first page with a file that was found harmful or cannot be opened; one call if there are
    files."""
    if not journey.draft.files:
        return None
    known = files.files_of(journey.draft.owner)
    refused = {one.field for one in journey.documents() if one.id in known and known[one.id].refused}
    return next((page.id for page in journey.pages if any(one.id in refused for one in page.fields)), None)


def send(ctx: Context, journey: Journey) -> str:
    """Turn a complete draft into a case, or hand in what a clerk asked for; answers the case's id. Sending
    twice gives the same case. Raises Conflict when something was saved meanwhile; then nothing was sent."""
    if journey.draft.case_id:
        return _send_completion(ctx, journey, journey.draft.case_id)
    application = application_of(ctx, journey)
    submitted = submitting.submit_application(
        ctx,
        application,
        also=lambda tx, case: drafts.finish_with(tx, ctx, journey.draft, case.reference, application.email),
    )
    wallet_steps.order_copies(ctx, submitted.case_id, application.documents)
    return submitted.case_id


def application_of(ctx: Context, journey: Journey) -> submitting.Application:
    """What is sent: visible answers only, on the definition under which they were given."""
    found, about = journey.service, journey.draft.about
    return submitting.Application(
        id=journey.draft.id,
        service=found.id,
        definition=found.digest,
        department=journey.decisions.department(),
        answers=journey.answers(),
        documents=journey.documents(),
        email=journey.answer_to("email"),
        name=journey.answer_to("name"),
        due_at=due_at(ctx, found),
        kind="incident" if found.is_report else "application",
        title=found.name[ctx.city.languages[0]] if found.is_report else "",
        channel=about.channel,
        by=about.by,
        person=about.person,
        applicant=about.applicant,
        ground=about.ground,
        for_name=about.for_name,
        assurance=journey.assurance,
    )


def _send_completion(ctx: Context, journey: Journey, case_id: str) -> str:
    asked = {field.id for field in journey.fields}
    documents = tuple(one for one in journey.documents() if one.field in asked)
    draft = journey.draft
    service.resubmit(
        ctx,
        case_id,
        journey.answers(),
        documents,
        asked,
        also=lambda tx: drafts.finish_with(tx, ctx, draft, draft.reference, draft.sent_to),
    )
    if not saved_meanwhile(ctx, draft):  # the case had it from another device, so nothing was written
        drafts.finish(ctx, draft)
    wallet_steps.order_copies(ctx, case_id, documents)
    return case_id


def due_at(ctx: Context, found: Service) -> datetime | None:
    """By when the city has promised to decide: after hours that are counted exactly, or at the end of work of
    the last day. Days are days of the city's calendar, so a change of the clocks moves nothing. None when
    nothing is promised."""
    clocks = found.raw.get("clocks")
    if not clocks:
        return None
    promised, unit = int(clocks["promised"]), clocks.get("unit") or "working_days"
    if unit == "hours":
        return ctx.now.astimezone(UTC) + timedelta(hours=promised)
    calendar, zone = ctx.city.config["calendar"], ZoneInfo(ctx.city.zone)
    today = ctx.now.astimezone(zone).date()
    if unit == "calendar_days":
        day = today + timedelta(days=promised)
    else:
        day = add_working_days(calendar, today, promised)
    hours = hours_of(calendar, day)
    closes = hours[-1][1] if hours else "24:00"
    return datetime.combine(day, time(23, 59) if closes == "24:00" else time.fromisoformat(closes), zone)


def saved_meanwhile(ctx: Context, draft: Draft) -> bool:
    """Whether something was saved in the draft since it was read, or it was sent."""
    now = drafts.find_draft(ctx, draft.id)
    return now is None or now.done or now.rev != draft.rev


def remove_left_files(ctx: Context, _: str = "") -> None:
    """The nightly task: files of drafts that ended without being sent are deleted."""
    files.remove_leftovers(
        ctx, lambda owner: bool(reading.case_for_message(owner) or drafts.find_draft(ctx, owner))
    )

"""Operations of a program that applies for people: hand in files, send. The form's own way (cases/journey.py)
checks; nothing is kept of what is refused."""

from __future__ import annotations

import json
from typing import Any

from functions.api import store
from functions.api.answers import typed
from functions.api.catalogue import service_of
from functions.api.dispatch import Call
from functions.cases import applying, submitting
from functions.cases.domain import Document
from functions.cases.drafts import About, Draft
from functions.cases.form_views import upload_problem
from functions.cases.journey import Journey
from functions.core import clock, ids
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import N_, pick, t
from functions.files import service as files
from functions.files.domain import UploadedFile
from functions.people.domain import MAX_NAME, ground_of
from functions.people.starting import choices, wanted_assurance
from functions.services import fields
from functions.services.domain import MIME_TYPES, Field, Service
from functions.web.responses import Json

WRONG_SHAPE = N_("This answer has not the form that the schema of the answers asks for")


def _service(call: Call) -> Service:
    """A service that can be applied for today and that the key may send to. Raises NotFound, Conflict."""
    found = service_of(call)
    if found.link or found.department not in call.key.departments:
        raise NotFound
    if not found.open_on(call.ctx.now.astimezone(_zone(call)).date().isoformat()):
        raise Conflict(N_("This service is closed at the moment"))
    _must_be_anybodys(found)
    return found


def _must_be_anybodys(found: Service, document: str = "") -> None:
    if wanted_assurance(found, document) != "none":
        raise Conflict(N_("The person must confirm who they are, so only they can send this"))


def _zone(call: Call) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(call.ctx.city.zone)


def _owner(call: Call) -> str:
    """The id of the application that an Idempotency-Key of this key stands for: its files lie with it, and
    sending it again finds it."""
    return ids.digest(f"{call.ctx.city.id}#{call.key.id}#{call.values['service']}#{call.request}")[:26]


def prepare_upload(call: Call) -> Json:
    """A form that posts one file straight to the storage."""
    asked, found, owner = call.body(), _service(call), _owner(call)
    field = found.field(asked.field)
    document = found.document(field.document) if field and field.type == "file" else None
    if document is None:
        raise Invalid({"field": N_("This is no question for a file")})
    _must_be_anybodys(found, str(document["id"]))
    made = files.script_form(call.ctx, owner, document)
    ends = clock.iso(call.ctx.now + files.FORM_LIFE)
    return Json({**made, "expires_at": ends}, status=201)


def submit(call: Call) -> Json:
    """An application with its files; the same answer when it is sent again."""
    asked = call.body()
    owner, body = _owner(call), ids.digest(f"{call.values['service']}#{_canonical(asked)}")
    before = store.body_of_request(call.key.id, ids.digest(call.request))
    if before is not None and before != body:
        raise Conflict(N_("This Idempotency-Key was used for another application"))
    sent = submitting.already_submitted(call.ctx, owner) if before else None
    if sent is None:
        found = _service(call)
        if asked.language:
            call.ctx.lang = asked.language if asked.language in call.ctx.city.languages else call.ctx.lang
        journey = _journey(call, found, owner, asked)
        sent = submitting.submit_application(
            call.ctx,
            applying.application_of(call.ctx, journey),
            also=lambda tx, case: store.keep_request(
                tx, call.key.id, ids.digest(call.request), body, call.ctx.now
            ),
        )
    return Json(_receipt(call, sent), status=201 if sent.fresh else 200)


def _canonical(asked: Any) -> str:
    return json.dumps(asked.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)


def _receipt(call: Call, sent: submitting.Submitted) -> dict[str, str]:
    status = call.ctx.url(f"/status?reference={sent.reference}")
    return {"case": sent.case_id, "reference": sent.reference, "code": sent.code, "status_url": status}


def _journey(call: Call, found: Service, owner: str, asked: Any) -> Journey:
    """The form filled in. Raises Invalid naming every field, Conflict when the person cannot get it."""
    about = _about(call, found, asked)
    draft = Draft(owner, found.id, found.digest, {}, {}, call.ctx.now, about=about, lang=call.ctx.lang)
    given, problems = _documents(call, found, owner, asked.documents)
    draft.files.update(given)
    journey = applying.journey_of(call.ctx, draft)
    inputs, wrong = _typed(journey, asked.answers)
    problems |= wrong
    answers = {
        field.id: fields.check(field, inputs, journey.rules, required=False)[0]
        for field in found.fields
        if field.id in asked.answers and field.id not in problems and field.answered_by_person
    }
    journey = journey.answered(answers)
    problems = _problems(journey, inputs, problems)
    if found.declaration and not asked.declaration:
        problems["declaration"] = t("Confirm that what you have written is true")
    if problems:
        raise Invalid(problems)
    if journey.is_refused:
        verdict = journey.decisions.eligibility()
        raise Conflict(str(pick(verdict.because)) if verdict else None)
    return journey


def _about(call: Call, found: Service, asked: Any) -> About:
    """Who applies for whom, as the pages ask it. Raises Invalid."""
    ground = ground_of(asked.applicant) if asked.applicant in dict(choices(found)) else None
    if ground is None:
        raise Invalid({"applicant": N_("This service cannot be applied for like this")})
    name = asked.for_name.strip()
    if ground[0] != "self" and not 0 < len(name) <= MAX_NAME:
        raise Invalid({"for_name": N_("Enter the name of whom it is for")})
    for_name = name if ground[0] != "self" else ""
    by = call.key.actor.id
    return About(channel="api", by=by, applicant=ground[0], ground=ground[1], for_name=for_name)


def _typed(journey: Journey, given: dict[str, Any]) -> tuple[fields.Typed, dict[str, str]]:
    """(what the inputs of all pages would hold, what has not the shape of an answer)."""
    inputs: fields.Typed = {}
    problems = {}
    for name, value in given.items():
        field = journey.service.field(name)
        if field is None or not field.answered_by_person or field.type == "file":
            problems[name] = t("This is not asked here")
            continue
        found = None if value is None else typed(field, value, journey.rules)
        if found is not None:
            inputs |= found
        elif value is not None:
            problems[name] = t(WRONG_SHAPE)
    return inputs, problems


def _problems(journey: Journey, inputs: fields.Typed, problems: dict[str, str]) -> dict[str, str]:
    """All problems of the pages that these answers lead through, one a field."""
    found = dict(problems)
    for page in journey.pages:
        for field, problem in journey.check(page, inputs)[1]:
            asked = problem.field.id if problem.field else field.id
            if field.id not in problems:
                found.setdefault(asked, fields.sentence(field, problem))
        for field in page.fields:
            if field.type == "file" and journey.required(field) and not journey.is_answered(field):
                found.setdefault(field.id, t(fields.problem_of_upload().message))
    return found


def _documents(
    call: Call, found: Service, owner: str, given: dict[str, list[str]]
) -> tuple[dict[str, tuple[Document, ...]], dict[str, str]]:
    """(files by question, problems by question)."""
    taken: dict[str, tuple[Document, ...]] = {}
    problems = {}
    for name, file_ids in given.items():
        field = found.field(name)
        document = found.document(field.document) if field and field.type == "file" else None
        if field is None or document is None:
            problems[name] = t("This is no question for a file")
        elif len(set(file_ids)) > int(document["max_files"]):
            problems[name] = upload_problem(document, "count") or t("The list is too long")
        else:
            parts = [_take(call, field, document, owner, file_id) for file_id in dict.fromkeys(file_ids)]
            taken[name] = tuple(part for part in parts if isinstance(part, Document))
            refused = next((part for part in parts if isinstance(part, str)), None)
            if refused is not None:
                problems[name] = upload_problem(document, refused) or t("This file was not handed in")
    return taken, problems


def _take(call: Call, field: Field, document: Any, owner: str, file_id: str) -> Document | str:
    found = files.take_upload(call.ctx, owner, document, file_id)
    if not isinstance(found, UploadedFile):
        return found.reason
    return Document(found.id, field.id, found.name, found.size, MIME_TYPES[found.type], found.key)

"""What the console's templates show of a case: plain values in the clerk's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from functions.cases.desk import COLOURS, is_overdue
from functions.cases.domain import Case, Document
from functions.cases.events import event_words
from functions.core.audit import EventItem
from functions.core.context import Context
from functions.core.i18n import N_, pick, t
from functions.files.domain import CLEAN, NOT_CHECKED, StoredFile
from functions.services import fields
from functions.services.domain import Field, Service

ACTION_LABELS = {
    "approve": N_("Approve"),
    "refuse": N_("Refuse"),
    "send_back": N_("Send back"),
    "start": N_("Start work"),
    "resolve": N_("Resolve"),
}
ACTION_HINTS = {
    "approve": N_("The applicant gets the result at once."),
    "refuse": N_("The applicant gets your reason."),
    "send_back": N_("The applicant gets your list and can add what is missing."),
    "start": N_("Others see that somebody is on it."),
    "resolve": N_("Say what was done."),
}
# grade -> what the city knows of a document besides that it was handed in
TRUST = {"A": N_("Issued by the city"), "B": N_("Checked by a clerk"), "D": N_("Not proven")}
VIEWS = ("viewed", "history_viewed", "file_opened", "certificate_viewed")
ACTOR_LABELS = {
    "citizen": N_("Applicant"),
    "device": N_("Sensor"),
    "system": N_("Townkit"),
    "operator": N_("Operator of the installation"),
}
SEVERITIES = {
    "low": N_("Low"),
    "medium": N_("Medium"),
    "high": N_("High"),
    "critical": N_("Critical"),
}


def service_of(ctx: Context, case: Case) -> Service | None:
    """The version of the service that the case began with; None for an incident, or when there is none."""
    from functions.services.definitions import definition_for_case

    raw = definition_for_case(ctx.city, case.service, case.definition) if case.service else None
    return Service(raw, case.service) if raw else None


def service_names(ctx: Context) -> dict[str, str]:
    """Service id -> its name."""
    return {key: pick(raw["service"]["name"]) for key, raw in ctx.city.config.get("services", {}).items()}


def case_view(ctx: Context, case: Case, files: Mapping[str, StoredFile] | None = None) -> dict[str, Any]:
    """A case's facts for the page; `files` say what is known of its documents, by their ids."""
    service = service_of(ctx, case)
    incident = case.kind == "incident" and not case.is_report
    return {
        "id": case.id,
        "kind": case.kind,
        "reference": case.reference,
        "heading": case.title if incident else (pick(service.name) if service else case.service),
        "state": case.state,
        "state_label": t(case.state_label),
        "colour": COLOURS[case.state],
        "submitted_at": case.submitted_at,
        "due_at": case.due_at,
        "overdue": is_overdue(case.due_at, case.group, ctx.now),
        "version": case.version,
        "rows": evidence_rows(ctx, case) if incident else answer_rows(ctx, service, case),
        "documents": [_document(one, service, (files or {}).get(one.id)) for one in case.documents],
        "reason": case.reason,
        "missing": [{"label": label_of(service, one.field), "note": one.note} for one in case.missing],
        "actions": [action.name for action in case.actions],
        "certificate": case.certificate,
        "alarms": alarm_rows(case) if incident else [],
        "origin": [] if incident else _origin(case),
    }


def _origin(case: Case) -> list[dict[str, str]]:
    from functions.people.seen import origin_rows

    return origin_rows(case)


def answer_rows(ctx: Context, service: Service | None, case: Case) -> list[dict[str, str]]:
    """Questions and answers in the form's order, then answers whose question is gone."""
    from functions.cases.form_views import lines

    currency = str(ctx.city.config.get("currency") or "")
    known = fields.displayed(service, case.answers, currency) if service else {}
    rows = [{"key": label_of(service, field), "value": lines(text)} for field, text in known.items()]
    gone = [{"key": field, "value": str(text)} for field, text in case.answers.items() if field not in known]
    return rows + gone


def evidence_rows(ctx: Context, case: Case) -> list[dict[str, str]]:
    """What the sensor saw, or of several that there are several: the table beside has each."""
    from functions.web import formats

    alarms: list[Mapping[str, Any]] = list(case.evidence.get("alarms") or [case.evidence])
    seen = alarms[0]
    one: list[tuple[str, str]] = [
        (t("Sensor"), sensor_name(seen) or case.thing),
        (t("Measured"), pick(seen.get("metric_names") or {}) or str(seen.get("metric", ""))),
        (t("Value"), _measure(seen)),
        (t("Limit"), _measure({"value": seen.get("level"), "unit": seen.get("unit")})),
        (t("Value then"), _measure({**(seen.get("cleared") or {}), "unit": seen.get("unit")})),
    ]
    count = len(alarms) + int(case.evidence.get("more") or 0)
    rows = [
        *(one[:1] if count == 1 else [(t("Alarms"), str(count))]),
        (t("Severity"), t(SEVERITIES.get(case.severity, case.severity))),
        *(one[1:4] if count == 1 else ()),
        (t("Raised at"), formats.moment(seen["at"], ctx.city.zone) if seen.get("at") else ""),
        (
            t("Normal again since"),
            formats.moment(case.cleared_at, ctx.city.zone) if case.cleared_at else t("Not yet"),
        ),
        *(one[4:] if count == 1 else ()),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def sensor_name(entry: Mapping[str, Any]) -> str:
    """The name of an alarm's device in the reader's language."""
    return (
        str(pick(entry["names"]))
        if entry.get("names")
        else str(entry.get("name") or entry.get("thing") or "")
    )


def alarm_rows(case: Case) -> list[dict[str, Any]]:
    """Every alarm of an incident with its first and its last evidence."""
    return [
        {
            "key": f"{one['thing']}.{one['rule']}",
            "title": pick(one["title"]) if one.get("title") else one["rule"],
            "sensor": sensor_name(one),
            "severity": t(SEVERITIES.get(one["severity"], one["severity"])),
            "value": _measure(one) if one.get("metric") else "",
            "readings": ", ".join(f"{value:g}" for _, value in one.get("rows") or ()),
            "at": one["at"],
            "cleared_at": (one.get("cleared") or {}).get("at", ""),
            "cleared": _measure({**(one.get("cleared") or {}), "unit": one.get("unit")})
            if one.get("metric")
            else "",
            "withdrawn": bool(one.get("withdrawn")),
        }
        for one in case.evidence.get("alarms") or ()
    ]


def _measure(seen: Mapping[str, Any]) -> str:
    value = seen.get("value")
    return "" if value is None else f"{value:g} {seen.get('unit') or ''}".strip()


def _document(document: Document, service: Service | None, file: StoredFile | None) -> dict[str, Any]:
    return {
        "id": document.id,
        "name": document.name,
        "label": label_of(service, document.field),
        "kilobytes": max(1, round((file.size if file else document.size) / 1024)),
        "file": file,
        "opens": file is None or file.state in (CLEAN, NOT_CHECKED),
        "trust": t(TRUST[file.grade]) if file and file.grade in TRUST else "",
    }


def label_of(service: Service | None, field_id: str) -> str:
    """A short name of a question: a document's own name, else the question; the id when the question is
    gone."""
    field = service.field(field_id) if service else None
    if service is None or field is None:
        return field_id
    document = service.document(field.document) if field.type == "file" else None
    name: str = pick(document["name"]) if document else pick(field.label)
    return name


def missing_choices(ctx: Context, case: Case) -> list[dict[str, str]]:
    """What can be asked for again: every question of the form, documents first."""
    service = service_of(ctx, case)
    fields: list[Field] = list(service.fields) if service else []
    fields.sort(key=lambda field: field.type != "file")
    return [{"id": field.id, "label": label_of(service, field.id)} for field in fields]


def events_view(events: Iterable[EventItem], *, views: bool) -> list[dict[str, Any]]:
    """Events with words for people; without ``views`` only what changed something."""
    return [_event(event) for event in events if views or event.action not in VIEWS]


def _event(event: EventItem) -> dict[str, Any]:
    known = ACTOR_LABELS.get(event.actor_kind)
    return {
        "at": event.at,
        "what": event_words(event.action),
        "who": t(known) if known else event.actor_id,
        "seq": int(event.seq),
        "hash": event.hash,
    }

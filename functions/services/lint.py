"""What a service file means, beyond its shape. Each rule yields problems with a path and one sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from functions.services.domain import MAX_UPLOAD_MB, Service
from functions.services.errors import Problem

Rule = Callable[[Service, Sequence[str]], Iterator[Problem]]
LANGUAGES = ("en", "zh-Hans")
ENGINE_STATES = ("submitted", "waiting_for_applicant", "approved", "refused")
CERTIFICATE_WORDS = ("date", "city", "valid_until")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def lint(definition: Mapping[str, Any], languages: Sequence[str] = LANGUAGES) -> list[Problem]:
    """Every problem of a resolved definition for a city that speaks `languages`; empty when it may go
    live."""
    service = Service(definition)
    return [problem for rule in RULES for problem in rule(service, languages)]


def _texts(value: Any, path: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    if isinstance(value, dict):
        if value and all(key in LANGUAGES for key in value):
            yield path, value
        else:
            for key, inner in value.items():
                yield from _texts(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            name = inner["id"] if isinstance(inner, dict) and "id" in inner else number
            yield from _texts(inner, f"{path}.{name}")


def _translations(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    for path, text in _texts(dict(service.raw), ""):
        for lang in languages:
            if not text.get(lang, "").strip():
                yield Problem(path, f"has no text in {lang}")


def _duplicates(values: Sequence[str]) -> set[str]:
    return {value for value in values if values.count(value) > 1}


def _unique_ids(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    raw = service.raw
    groups = {
        "form.pages": [page.id for page in service.pages],
        "form.fields": [field.id for field in service.fields],
        "documents": [one["id"] for one in raw["documents"]],
        "workflow.states": [one["id"] for one in raw["workflow"]["states"]],
        "workflow.actions": [one["id"] for one in raw["workflow"]["actions"]],
        "tests": [one["id"] for one in raw.get("tests", ())],
        "tables": [one["id"] for one in raw["tables"]],
        "letters": [one["id"] for one in raw["letters"]],
    }
    for path, ids in groups.items():
        for twice in sorted(_duplicates(ids)):
            yield Problem(path, f'the id "{twice}" is used twice')


def _reserved_pages(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    for page in service.pages:
        if page.id in ("check", "done", "submit", "uploaded", "remove"):
            yield Problem(f"form.pages.{page.id}", "this id belongs to the form itself; choose another")
        if not page.single and page.title is None:
            yield Problem(f"form.pages.{page.id}", "a page with several questions needs a title")


def _semantics(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    used = [str(field.raw["semantic"]) for field in service.fields if field.raw.get("semantic")]
    for twice in sorted(_duplicates(used)):
        yield Problem("form", f"two questions ask for the same thing ({twice}); ask once (WCAG 2.2, 3.3.7)")


def _fields(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    for field in service.fields:
        path = f"form.fields.{field.id}"
        if field.type == "radios" and len(field.options) < 2:
            yield Problem(path, "a choice needs at least two options")
        if field.type != "radios" and field.options:
            yield Problem(path, f"a question of type {field.type} has no options")
        if not field.optional and field.type != "file" and field.missing is None:
            yield Problem(
                path, "a required question needs `missing`: what the page says when it is left empty"
            )
        if field.past and field.type != "date":
            yield Problem(path, "`past` is for dates")
        if field.optional and field.type in ("file", "declaration"):
            yield Problem(path, "whether it is needed is said by its document (files) or always (checkboxes)")


def _files(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    wanted = [field.document or "" for field in service.fields if field.type == "file"]
    known = [one["id"] for one in service.raw["documents"]]
    for field in service.fields:
        if field.type == "file" and field.document not in known:
            yield Problem(f"form.fields.{field.id}", f'names the unknown document "{field.document}"')
        if field.type != "file" and field.document:
            yield Problem(f"form.fields.{field.id}", "only a file names a document")
        page = service.page_of(field.id)
        if field.type == "file" and page and not page.single:
            yield Problem(f"form.fields.{field.id}", "a file needs a page of its own")
    for document in service.raw["documents"]:
        if document["id"] not in wanted:
            yield Problem(f"documents.{document['id']}", "no question of the form takes this document")
        if document["max_mb"] > MAX_UPLOAD_MB:
            yield Problem(f"documents.{document['id']}", f"the limit may not be above {MAX_UPLOAD_MB} MB")
    for twice in sorted(_duplicates(wanted)):
        yield Problem("form", f'two questions take the document "{twice}"')


def _clocks(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    clocks = service.raw["clocks"]
    if clocks["statutory"] is not None and clocks["promised"] > clocks["statutory"]:
        yield Problem("clocks.promised", "the promised time is longer than the statutory time")
    if clocks["statutory"] is not None and not clocks["basis"]:
        yield Problem("clocks.basis", "a statutory time needs its basis")
    if service.raw["service"]["mode"] == "instant" and clocks["promised"]:
        yield Problem("clocks.promised", "an instant service promises 0 days")


def _fee(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    for line in service.raw["fee"]["lines"]:
        if (line["amount"] or line["formula"]) and not line["basis"]:
            yield Problem(f"fee.lines.{line['id']}.basis", "a fee needs its basis")


def _guide(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    visits = service.raw["guide"]["visits"]
    if visits["count"] and not visits["reason"]:
        yield Problem("guide.visits.reason", "a visit needs its reason")
    if service.raw["service"]["kind"] == "licence" and not service.raw["guide"]["legal_basis"]:
        yield Problem("guide.legal_basis", "a licence needs its legal basis")


def _workflow(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    flow = service.raw["workflow"]
    states = {state["id"]: state for state in flow["states"]}
    for name in states:
        if name not in ENGINE_STATES:
            yield Problem(f"workflow.states.{name}", f"the states are {', '.join(ENGINE_STATES)}")
    if flow["start"] not in states:
        yield Problem("workflow.start", f'names the unknown state "{flow["start"]}"')
    for action in flow["actions"]:
        path = f"workflow.actions.{action['id']}"
        for name in [*action["from"], action["to"]]:
            if name not in states:
                yield Problem(path, f'names the unknown state "{name}"')
        for name in action["from"]:
            if states.get(name, {}).get("terminal"):
                yield Problem(path, f'leaves "{name}", which is marked as the end')
        if action["role"] == "applicant" and states.get(action["to"], {}).get("terminal"):
            yield Problem(path, "a decision is not taken by the applicant")
    yield from _reachable(flow, states)


def _reachable(flow: Mapping[str, Any], states: Mapping[str, Any]) -> Iterator[Problem]:
    reached = {flow["start"]}
    for _ in states:
        reached |= {one["to"] for one in flow["actions"] if reached & set(one["from"])}
    for name, state in states.items():
        if name not in reached:
            yield Problem(f"workflow.states.{name}", "no action leads here")
        if not state["terminal"] and not any(name in action["from"] for action in flow["actions"]):
            yield Problem(f"workflow.states.{name}", "no action leads away and it is not marked as the end")


def _references(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    ids = {field.id for field in service.fields}
    for name in service.raw["privacy"]["sensitive"]:
        if name not in ids:
            yield Problem("privacy.sensitive", f'names the unknown question "{name}"')
    certificate = service.raw["certificate"]
    if certificate is None:
        return
    for name in [certificate["subject"], *certificate["masked"]]:
        if name not in ids:
            yield Problem("certificate", f'names the unknown question "{name}"')
    for lang, text in certificate["text"].items():
        for name in PLACEHOLDER.findall(text):
            if name not in ids and name not in CERTIFICATE_WORDS:
                yield Problem(f"certificate.text.{lang}", f'names the unknown word "{{{name}}}"')


def _samples(service: Service, languages: Sequence[str]) -> Iterator[Problem]:
    from functions.services.samples import run_samples

    yield from run_samples(service, service.raw.get("tests", ()))


RULES: tuple[Rule, ...] = (
    _translations,
    _unique_ids,
    _reserved_pages,
    _semantics,
    _fields,
    _files,
    _clocks,
    _fee,
    _guide,
    _workflow,
    _references,
    _samples,
)

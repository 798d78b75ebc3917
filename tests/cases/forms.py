"""Invented services for the tests of the journey: a long form with conditions, rows, files and tasks, a
delicate one, a report. Put into a city's compiled configuration as publishing would."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from functions.services.schemas import parse
from functions.services.service import digest, load
from tests.builders import both


def field(id: str, type: str = "text", **more: Any) -> dict[str, Any]:
    """A question whose label is its id."""
    words = id.replace("_", " ")
    return {
        "id": id,
        "type": type,
        "label": both(f"Your {words}?", f"{words}是什么？"),
        "missing": both(f"Enter your {words}", f"请填写{words}"),
        **more,
    }


def page(id: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A page; with several questions it has a title."""
    title = {"title": both(f"About {id}", f"关于{id}")} if len(fields) > 1 else {}
    return {"id": id, "fields": list(fields), **title, **more}


def options(*names: str) -> list[dict[str, Any]]:
    """Answers to choose from."""
    return [{"id": name, "label": both(name.title(), f"选{name}")} for name in names]


def service(id: str, pages: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A resolved definition with these pages: the shipped template's other parts, changed by `more`
    (`about` goes into `service`, `form` into the form)."""
    raw = deepcopy(load("residence-certificate"))
    about, form = more.pop("about", {}), more.pop("form", {})
    raw["service"] = {**raw["service"], "id": id, "department": "residents", **about}
    raw["form"] = {"pages": pages, "declaration": raw["form"]["declaration"], **form}
    raw |= {"certificate": None, "documents": [], **more}
    raw["privacy"]["sensitive"] = []
    made = parse(raw)
    del made["tests"]
    made["template"] = id
    made["digest"] = digest(made)
    return made


def benefit(**more: Any) -> dict[str, Any]:
    """Three tasks: who, household (only for families, with rows), and proofs (several files)."""
    sections = [
        {"id": name, "title": both(name.title(), f"{name}部分")} for name in ("you", "home", "proofs")
    ]
    member = [field("first_name"), field("age", "number", validate={"min": 0, "max": 120, "decimals": 0})]
    pages = [
        page("name", field("name", "name", semantic="name"), section="you"),
        page("family", field("family", "radios", options=options("single", "family")), section="you"),
        page(
            "members",
            field("members", "group", fields=member, min_items=1, max_items=4),
            section="home",
            show_when='family == "family"',
        ),
        page("email", field("email", "email", semantic="email", optional=True), section="home"),
        page("papers", field("papers", "file", document="papers", missing=None), section="proofs"),
    ]
    papers = {"id": "papers", "name": both("Papers", "材料"), "accept": ["pdf"], "max_files": 3}
    form = {"task_list": True, "sections": sections, **more.pop("form", {})}
    return service("benefit", pages, documents=[papers], form=form, **more)


def report(**more: Any) -> dict[str, Any]:
    """A report of smoke: an incident; whoever sends it may stay unnamed, and can leave at once."""
    pages = [
        page("what", field("what", "textarea")),
        page("dangerous", field("dangerous", "yes_no")),
        page("email", field("email", "email", semantic="email", optional=True)),
    ]
    states = [
        _state("open", "open", both("Received", "已收到")),
        _state("working", "in_progress", both("Being looked at", "处理中")),
        _state("over", "resolved", both("Dealt with", "已处理")) | {"terminal": True},
    ]
    actions = [
        {"id": "start", "from": ["open"], "to": "working", "role": "clerk"},
        {"id": "resolve", "from": ["open", "working"], "to": "over", "role": "clerk", "requires": ["note"]},
    ]
    rows = [{"when": 'dangerous == "yes"', "department": "works", "because": both("Danger", "危险")}]
    route = {"rows": rows, "otherwise": "residents"}
    workflow = {"start": "open", "states": states, "actions": actions, "route": route}
    about = {"record": "incident", "anonymous": True, "kind": "public_service"}
    return service("smoke", pages, about=about, workflow=workflow, form={"safe_exit": True}, **more)


def _state(id: str, stage: str, label: dict[str, str]) -> dict[str, Any]:
    return {"id": id, "stage": stage, "label": label, "next": both("We look at it.", "我们会查看。")}


def publish(city: Any, *definitions: dict[str, Any]) -> None:
    """Put definitions into a city's configuration, as a publish does; an earlier version is replaced."""
    for one in definitions:
        city.config["services"][one["service"]["id"]] = one

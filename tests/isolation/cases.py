"""A case for every route: whose it is, which ids of another city can be put into it, and what the city's own
person gets. A new route without a line here fails the suite, with its name.

``{city}`` in a path is the address that is used; every other part is an id of the city that is knocked at."""

from __future__ import annotations

from tests.cases import walk
from tests.isolation.alarms import button, contact
from tests.isolation.answers import (
    answers_at_home,
    answers_for_itself,
    at_lookup,
    at_my_door,
    decides_for_itself,
    denied,
    drawing,
    gone,
    hands_over,
    leads_to,
    left,
    no_paper,
    not_taken,
    page,
    shown,
    starts_login,
    status,
    unknown,
    unsaved,
)
from tests.isolation.case import (
    SHARED,
    Case,
    a_button,
    a_cursor,
    a_department,
    a_service,
    a_thing,
    an_alarm,
    an_incident,
    before_start,
    case_as_page,
    case_of,
    draft_as_service,
    draft_before_start,
    draft_of,
    full_name,
    guide_of,
    id_of,
    named,
    reference_of,
    saved_draft,
    sent_draft,
    sent_id,
)
from tests.isolation.town import approve_another, lay_key, lay_source, raise_alarm, thing

LEGAL = ("privacy", "accessibility", "terms", "contact", "status-of-services")
PAGES = (*LEGAL, "services", "sensors", "status")

CASES = [
    Case("GET", "/", page(), foreign=shown),
    Case("GET", "/{city}", page(), foreign=shown),
    Case("GET", "/{city}/logo.svg", drawing, foreign=shown),
    *(Case("GET", f"/{{city}}/{path}", page(), foreign=shown) for path in PAGES),
    Case("GET", "/{city}/{rest+}", gone, ids=lambda town: {"rest+": f"{town.id}/cases/{town.incident}"}),
    Case("GET", "/{city}/services/{service}", page(), ids=a_service, alien=draft_as_service),
    Case(
        "POST", "/{city}/services/{service}", leads_to(lambda town: f"/{town.id}/apply/"), "draft read",
        a_service, alien=draft_as_service,
    ),
    Case("GET", "/{city}/services.json", page(), foreign=shown),
    Case("GET", "/{city}/services/{service}/{step}", page(), ids=before_start, alien=draft_before_start),
    Case(
        "POST", "/{city}/services/{service}/{step}", leads_to(guide_of), "draft read", before_start,
        form=lambda town: {"forget": "1"}, alien=draft_before_start,
    ),
    # a person's draft
    Case("GET", "/{city}/apply/{draft}/{page}", page(full_name), "draft read", draft_of("read", "name")),
    Case(
        "POST", "/{city}/apply/{draft}/{page}", leads_to(lambda town: town.draft("write").id), "draft write",
        draft_of("write", "name"), form=lambda town: walk.ANSWERS[town.id]["name"],
    ),
    Case(
        "GET", "/{city}/apply/{draft}/{page}/uploaded", leads_to(lambda town: "proof?"), "draft read",
        draft_of("read", "proof"), query=lambda town: {"file": town.file},
    ),
    Case(
        "POST", "/{city}/apply/{draft}/{page}/remove", leads_to(lambda town: "/proof"), "draft remove",
        draft_of("remove", "proof"),
    ),
    Case("GET", "/{city}/apply/{draft}/check", page(full_name), "draft read", draft_of("read")),
    Case(
        "POST", "/{city}/apply/{draft}/check", leads_to(lambda town: "/done"), "draft send", draft_of("send"),
        form=lambda town: {"declaration": "yes"},
    ),
    Case("GET", "/{city}/apply/{draft}/done", page(reference_of("sent")), "sent", sent_draft),
    *(
        Case(
            "GET", f"/{{city}}/apply/{{draft}}/{path}", leads_to(lambda town: "/check"), "draft read",
            draft_of("read"),
        )
        for path in ("eligibility", "tasks", "changed")
    ),
    *(
        Case("GET", f"/{{city}}/apply/{{draft}}/{path}", page(), "draft read", draft_of("read"))
        for path in ("save", "safety")
    ),
    Case(
        "GET", "/{city}/apply/{draft}/print", leads_to(lambda town: "/save"), "draft read", draft_of("read"),
    ),
    Case(
        "GET", "/{city}/apply/{draft}/exit", lambda town, answer: answer.location == f"/{town.id}/left",
        "draft read", draft_of("read"), foreign=left,
    ),
    *(
        Case(
            "POST", f"/{{city}}/apply/{{draft}}/{path}", leads_to(lambda town, to=to: to), "draft write",
            draft_of("write"),
        )
        for path, to in (("changed", "/check"), ("save", "/save"), ("forget", "/left"))
    ),
    Case("GET", "/{city}/left", page(), foreign=shown),
    Case("POST", "/{city}/left", leads_to(lambda town: "/left"), "draft read", foreign=left),
    # what was saved, by number and code; on paper
    Case("GET", "/{city}/resume", page(), foreign=shown),
    Case(
        "POST", "/{city}/resume", leads_to(lambda town: town.draft("saved").id), "draft read",
        form=saved_draft, foreign=unsaved,
    ),
    Case("GET", "/{city}/services/{service}/print", page(), ids=a_service, alien=draft_as_service),
    Case(
        "POST", "/{city}/services/{service}/print", leads_to(lambda town: "/print"), "draft read", a_service,
        alien=draft_as_service,
    ),
    # an application by reference and code
    Case(
        "POST", "/{city}/status", leads_to(lambda town: "/status/application"), "sent",
        form=lambda town: {"reference": reference_of("sent")(town), "code": town.applications["sent"].code},
        foreign=unknown,
    ),
    Case("GET", "/{city}/status/application", page(reference_of("sent")), "sent", foreign=at_lookup),
    Case("POST", "/{city}/status/application", leads_to(lambda town: "/apply/"), "asked", foreign=at_lookup),
    Case("GET", "/{city}/certificate", page(full_name), "approved", foreign=at_lookup),
    Case(
        "GET", "/{city}/verify/{token}", page(),
        ids=lambda town: {"token": town.applications["approved"].token},
    ),
    # a person's own pages
    Case("GET", "/{city}/me", page(reference_of("sent")), "citizen", foreign=at_my_door),
    Case(
        "GET", "/{city}/me/{page}", page(reference_of("sent")), "citizen", named("case"), query=sent_id,
        foreign=at_my_door,
    ),
    Case(
        "POST", "/{city}/me/{page}", leads_to(lambda town: "/me/details"), "citizen", named("consents"),
        form=lambda town: {"consent": "answers"}, alien=case_as_page,
    ),
    Case("GET", "/{city}/status/application/copy", page(full_name), "sent", foreign=at_lookup),
    # sign-in
    Case("GET", "/{city}/console/sign-in", starts_login, foreign=starts_login),
    Case(
        "GET", "/auth/callback", leads_to(lambda town: f"/{town.id}/console/sign-in/done"),
        query=lambda town: {"state": f"{town.id}.x", "code": "x"}, foreign=hands_over,
    ),
    Case(
        "GET", "/{city}/console/sign-in/done", denied, "sign-in",
        query=lambda town: {"state": f"{town.id}.isolation", "error": "access_denied"}, foreign=not_taken,
    ),
    Case("POST", "/{city}/console/sign-out", leads_to(lambda town: "/signed-out"), "clerk"),
    Case("GET", "/{city}/console/signed-out", page(), foreign=shown),
    # the desk
    Case("GET", "/{city}/console", page(reference_of("sent")), "clerk"),
    Case("GET", "/{city}/console/cases/{case}", page(reference_of("sent")), "clerk", case_of("sent")),
    Case(
        "POST", "/{city}/console/cases/{case}/decide", leads_to(lambda town: town.incident), "operator",
        an_incident, before=raise_alarm, form=lambda town: {"action": "start", "version": "1"},
    ),
    Case(
        "GET", "/{city}/console/cases/{case}/next", leads_to(lambda town: "/console"), "clerk",
        case_of("sent"),
    ),
    Case(
        "GET", "/{city}/console/cases/{case}/files/{file}", leads_to(lambda town: f"cities/{town.id}/"),
        "clerk", lambda town: {**case_of("sent")(town), "file": town.file},
    ),
    Case(
        "POST", "/{city}/console/cases/{case}/files/{file}", leads_to(lambda town: f"cities/{town.id}/"),
        "clerk", lambda town: {**case_of("sent")(town), "file": town.file},
    ),
    Case("GET", "/{city}/console/cases/{case}/history", page(reference_of("sent")), "admin", case_of("sent")),
    Case("GET", "/{city}/console/paper", page(), "clerk"),
    Case(
        "POST", "/{city}/console/paper", leads_to(lambda town: town.draft("saved").id), "clerk",
        form=lambda town: {"number": saved_draft(town)["number"]}, foreign=no_paper,
    ),
    Case("GET", "/{city}/console/history", page(), "admin"),
    Case(
        "POST", "/{city}/console/history", leads_to(id_of("sent")), "admin",
        form=lambda town: {"reference": reference_of("sent")(town)}, foreign=status(422),
    ),
    Case(
        "GET", "/{city}/console/cases/{case}/revoke", page(reference_of("approved")), "clerk",
        case_of("approved"),
    ),
    Case(
        "POST", "/{city}/console/cases/{case}/revoke", leads_to(id_of("revocable")), "clerk",
        case_of("revocable"), form=lambda town: {"reason": "given in error (demo)"}, before=approve_another,
    ),
    Case("GET", "/{city}/console/counter", page(), "clerk"),
    Case(
        "POST", "/{city}/console/counter", leads_to(lambda town: "/apply/"), "clerk",
        form=lambda town: {"do": "complete", "reference": reference_of("asked")(town)}, foreign=status(422),
    ),
    Case("GET", "/{city}/console/usage", page(), "admin"),
    Case("GET", "/{city}/console/api", page(), "admin"),
    Case(
        "POST", "/{city}/console/api", leads_to(lambda town: "/console/api"), "admin", before=lay_key,
        form=lambda town: {"id": town.keys["revocable"]},
    ),
    Case("GET", "/{city}/console/helped", page(), "admin"),
    Case("GET", "/{city}/helped", page(), foreign=shown),
    Case(
        "POST", "/{city}/helped", leads_to(lambda town: f"/{town.id}/helped?thanks"), "draft read",
        form=lambda town: {"page": "home", "answer": "yes"}, foreign=answers_for_itself,
    ),
    Case("GET", "/{city}/console/devices", page(thing), "operator"),
    Case("GET", "/{city}/console/devices/{page}", page(), "admin", ids=named("links"), alien=case_as_page),
    Case(
        "POST", "/{city}/console/devices/{page}", lambda town, answer: answer.status == 422, "admin",
        ids=named("links"), form=lambda town: {"name": ""}, alien=case_as_page,
    ),
    Case("GET", "/{city}/console/device/{thing}", page(thing), "operator", ids=a_thing),
    Case(
        "POST", "/{city}/console/device/{thing}", leads_to(lambda town: f"/console/device/{thing(town)}"),
        "admin", ids=a_thing, form=lambda town: {"action": "edit", "title": "Pole"},
    ),
    Case("GET", "/{city}/install/{token}", page(), ids=lambda town: {"token": town.installer}),
    Case(
        "POST", "/{city}/install/{token}", leads_to(lambda town: f"?done={thing(town)}"), "draft install",
        ids=lambda town: {"token": town.installer},
        form=lambda town: {"code": thing(town), "address": "Main Street"},
    ),
    Case("GET", "/{city}/console/rules", page(), "operator"),
    Case(
        "POST", "/{city}/console/rules", leads_to(lambda town: "rule=faulty-level"), "admin",
        form=lambda town: {"profile": "river-level", "rule": "faulty-level", "state": "off"},
        foreign=decides_for_itself,
    ),
    Case(
        "GET", "/{city}/console/rules/try", page(thing), "admin",
        query=lambda town: {"profile": "river-level", "rule": "high-water", "go": "1", "thing": thing(town)},
    ),
    Case("GET", "/{city}/console/refusals", page(), "operator"),
    Case("GET", "/{city}/console/sources", page(), "admin"),
    Case(
        "POST", "/{city}/console/sources", leads_to(lambda town: "/console/sources"), "admin",
        before=lay_source, form=lambda town: {"id": town.keys["source"], "action": "revoke"},
    ),
    Case(
        "GET", "/{city}/console/alarms", page(button), "operator", query=lambda town: {"department": SHARED},
        foreign=shown,
    ),
    Case(
        "POST", "/{city}/console/alarms", leads_to(lambda town: "saved=1"), "operator",
        form=lambda town: {"level": "high"}, foreign=answers_at_home,
    ),
    Case("GET", "/{city}/console/alarms/{alarm}", page(button), "operator", an_alarm),
    Case(
        "POST", "/{city}/console/alarms/{alarm}", leads_to(lambda town: "done=muted"), "admin", an_alarm,
        form=lambda town: {"do": "mute", "hours": "1"},
    ),
    Case("GET", "/{city}/console/commands/{thing}", page(button), "operator", a_button),
    Case(
        "POST", "/{city}/console/commands/{thing}", leads_to(lambda town: "/console/commands/"), "admin",
        a_button, form=lambda town: {"do": "withdraw"},
    ),
    Case("GET", "/{city}/console/calls", page(button), "operator"),
    Case("GET", "/{city}/console/calls/{thing}", page(lambda town: contact(town)), "operator", a_button),
    Case(
        "POST", "/{city}/console/calls/{thing}", leads_to(lambda town: "saved=1"), "operator", a_button,
        form=lambda town: {"name-1": "Rosa (demo)", "email-1": contact(town)},
    ),
    Case("GET", "/{city}/sos/{code}", page(button), ids=lambda town: {"code": town.call}),
    Case(
        "POST", "/{city}/sos/{code}", leads_to(lambda town: "thanks=1"), "citizen",
        ids=lambda town: {"code": town.call},
    ),
]  # fmt: skip

# More ways into routes that have a case already.
MORE = [
    Case(
        "GET", "/{city}/me/{page}", leads_to(lambda town: "/status/application"), "citizen", named("open"),
        query=sent_id, foreign=at_my_door,
    ),
    Case(
        "GET", "/{city}/me/{page}", page(lambda town: town.id[-4:].upper()), "citizen", named("document"),
        query=lambda town: {"id": town.held}, foreign=at_my_door,
    ),
    Case(
        "GET", "/{city}/console/cases/{case}/files/{file}", page(reference_of("sent")), "clerk",
        lambda town: {**case_of("sent")(town), "file": town.file}, query=lambda town: {"checked": "1"},
    ),
    Case(
        "GET", "/{city}/me/{page}", page(lambda town: f"citizen-of-{town.id}"), "citizen", named("details"),
        alien=case_as_page, foreign=at_my_door,
    ),
    Case(
        "POST", "/{city}/console/counter", leads_to(lambda town: "done=seen"), "clerk",
        form=lambda town: {"do": "seen", "who": reference_of("sent")(town), "document": "passport"},
        foreign=status(422),
    ),
    Case("GET", "/{city}/console/cases/{case}", page(lambda town: town.secrets[0]), "operator", an_incident),
    Case("GET", "/{city}/console", page(reference_of("sent")), "clerk", query=a_department),
    Case("GET", "/{city}/console", page(), "operator", query=a_cursor, foreign=shown),
    Case("GET", "/{city}/console/cases/{case}/history", page(), "admin", an_incident),
]  # fmt: skip

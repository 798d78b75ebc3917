"""A case for every route: whose it is, which ids of another city can be put into it, and what the city's own
person gets. A new route without a line here fails the suite, with its name.

``{city}`` in a path is the address that is used; every other part is an id of the city that is knocked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from functions.cases.domain import OPEN_GROUP
from functions.core import keys
from functions.web.paging import encode_cursor
from tests.cases import walk
from tests.isolation.alarms import button, contact
from tests.isolation.town import Town, approve_another, lay_key, lay_source, raise_alarm, thing
from tests.isolation.visitor import Answer

Words = Callable[[Town], dict[str, str]]
Shows = Callable[[Town, Answer], bool]
Refusal = Callable[[Town, Answer], bool]


def nothing(_: Town) -> dict[str, str]:
    """No ids, or no fields."""
    return {}


@dataclass(frozen=True)
class Case:
    """``who`` is the person who may (``Town.person``), or None for anybody. ``ids`` fill the path, ``query``
    and ``form`` are sent with it, all of the city that is knocked at; ``alien`` are ids of it where ``ids``
    are no secret. ``shows`` proves that its own person was let in. ``foreign`` is how others are refused, at
    the address of the town that it is given. ``before`` lays out anew what the control uses up."""

    method: str
    path: str
    shows: Shows
    who: str | None = None
    ids: Words = nothing
    query: Words = nothing
    form: Words = nothing
    alien: Words | None = None
    foreign: Refusal = lambda town, answer: answer.status == 404
    before: Callable[[Town], None] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """As ROUTES names it."""
        return self.method, self.path

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def page(words: Callable[[Town], str] = lambda town: town.name) -> Shows:
    """A page with these words on it."""
    return lambda town, answer: answer.status == 200 and words(town) in answer.text


def leads_to(part: Callable[[Town], str]) -> Shows:
    """A redirect to an address with this in it."""
    return lambda town, answer: answer.status == 303 and part(town) in answer.location


def drawing(town: Town, answer: Answer) -> bool:
    """A picture."""
    return answer.status == 200 and "<svg" in answer.text


def gone(town: Town, answer: Answer) -> bool:
    """The city's own page for an address that does not exist."""
    return answer.status == 404 and town.name in answer.text


def denied(town: Town, answer: Answer) -> bool:
    """The attempt was this browser's own and is used up; the hosted login had said no."""
    return answer.status == 403 and f"signin-{town.id}=;" in answer.everything


def starts_login(town: Town, answer: Answer) -> bool:
    """On the way to the hosted login, to come back to this town."""
    return answer.status == 303 and f"state={town.id}." in answer.location


def hands_over(town: Town, answer: Answer) -> bool:
    """To some city's own page, with nothing said and nothing kept: that page decides."""
    kept = answer.headers["Set-Cookie"]
    return answer.status == 303 and "/console/sign-in/done" in answer.location and not kept


def at_lookup(town: Town, answer: Answer) -> bool:
    """Sent to the form that asks for reference and code, with nothing opened."""
    return answer.status == 303 and answer.location.partition("?")[0] == f"/{town.id}/status"


def unknown(town: Town, answer: Answer) -> bool:
    """Reference and code do not belong together here."""
    return at_lookup(town, answer) and "problem=unknown" in answer.location


def at_my_door(town: Town, answer: Answer) -> bool:
    """Sent to the form that asks who it is, or told that there is no such thing; nothing is shown."""
    asked = answer.status == 303 and answer.location.partition("?")[0] == f"/{town.id}/me/sign-in"
    return asked or answer.status == 404


def _mine(page: str) -> Words:
    return lambda town: {"page": page}


def _case_as_page(town: Town) -> dict[str, str]:
    return {"page": town.applications["sent"].id}


def _sent(town: Town) -> dict[str, str]:
    return {"id": town.applications["sent"].id}


def unsaved(town: Town, answer: Answer) -> bool:
    """Number and code do not belong together here, and no draft is opened."""
    kept = f"drafts-{town.id}=" in answer.everything
    return answer.status == 303 and "/resume?problem=unknown" in answer.location and not kept


def left(town: Town, answer: Answer) -> bool:
    """Away, with nothing deleted and nothing that could be."""
    kept = f"left-{town.id}=" in answer.everything
    return answer.status == 303 and answer.location == f"/{town.id}/left" and not kept


def no_paper(town: Town, answer: Answer) -> bool:
    """No form on paper has this number here."""
    return answer.status == 303 and "/console/paper?problem=unknown" in answer.location


def shown(town: Town, answer: Answer) -> bool:
    """A page that anybody may see, of that town."""
    return answer.status == 200


def answers_for_itself(town: Town, answer: Answer) -> bool:
    """Anybody may say whether a page helped; the answer is counted where it was asked."""
    return answer.status == 303 and answer.location.endswith(f"/{town.id}/helped?thanks=1")


def decides_for_itself(town: Town, answer: Answer) -> bool:
    """Rules of profiles have the same names in every city; the decision is the city's whose page it is."""
    return answer.status == 303 and f"/{town.id}/console/rules?" in answer.location


def answers_at_home(town: Town, answer: Answer) -> bool:
    """A person's own choice, kept where they work."""
    return answer.status == 303 and answer.location.endswith(f"/{town.id}/console/alarms?saved=1")


def status(number: int) -> Refusal:
    """An answer with this status."""
    return lambda town, answer: answer.status == number


def not_taken(town: Town, answer: Answer) -> bool:
    """Not an attempt of this browser, so none is used up."""
    return answer.status == 403 and not answer.headers["Set-Cookie"]


def _case_of(name: str) -> Words:
    return lambda town: {"case": town.applications[name].id}


def _incident(town: Town) -> dict[str, str]:
    return {"case": town.incident}


def _thing(town: Town) -> dict[str, str]:
    return {"thing": thing(town)}


def _button(town: Town) -> dict[str, str]:
    return {"thing": button(town)}


def _alarm(town: Town) -> dict[str, str]:
    return {"alarm": f"{button(town)}.sos"}


def _draft(purpose: str, page: str = "") -> Words:
    return lambda town: {"draft": town.draft(purpose).id, **({"page": page} if page else {})}


def _saved(town: Town) -> dict[str, str]:
    """The number and the code of a draft that was saved."""
    from functions.cases import drafts, resuming
    from tests.isolation.town import context

    draft_id = town.draft("saved").id
    with town.inside() as city:
        ctx = context(city)
        draft = drafts.find_draft(ctx, draft_id)
        assert draft
        found = resuming.give_number(ctx, draft)
        return {"number": found.number, "code": resuming.code_of(ctx, found.id)}


def _service(_: Town) -> dict[str, str]:
    return {"service": "residence-certificate"}


def _draft_as_service(town: Town) -> dict[str, str]:
    return {"service": town.draft("read").id}


def _before_start(town: Town) -> dict[str, str]:
    return {**_service(town), "step": "need"}


def _draft_before_start(town: Town) -> dict[str, str]:
    return {**_draft_as_service(town), "step": "need"}


def _guide(town: Town) -> str:
    return f"/{town.id}/services/residence-certificate"


def _sent_draft(town: Town) -> dict[str, str]:
    return {"draft": town.applications["sent"].id}


def _reference(name: str) -> Callable[[Town], str]:
    return lambda town: town.applications[name].reference


def _id(name: str) -> Callable[[Town], str]:
    return lambda town: town.applications[name].id


def _full_name(town: Town) -> str:
    return walk.ANSWERS[town.id]["name"]["name"]


def _department(town: Town) -> dict[str, str]:
    return {"department": town.departments[0]}


def _cursor(town: Town) -> dict[str, str]:
    """A list that begins behind a case of the city."""
    key = {"list_key": keys.department_list(SHARED), "list_sort": f"{OPEN_GROUP}#"}
    cursor = encode_cursor({"pk": keys.case(town.applications["sent"].id), "sk": keys.META, **key})
    return {"department": SHARED, "after": str(cursor)}


SHARED = "environment"  # a department of this id is in both cities, and the operator works there
LEGAL = ("privacy", "accessibility", "terms", "contact", "status-of-services")
PAGES = (*LEGAL, "services", "sensors", "status")

CASES = [
    Case("GET", "/", page(), foreign=shown),
    Case("GET", "/{city}", page(), foreign=shown),
    Case("GET", "/{city}/logo.svg", drawing, foreign=shown),
    *(Case("GET", f"/{{city}}/{path}", page(), foreign=shown) for path in PAGES),
    Case("GET", "/{city}/{rest+}", gone, ids=lambda town: {"rest+": f"{town.id}/cases/{town.incident}"}),
    Case("GET", "/{city}/services/{service}", page(), ids=_service, alien=_draft_as_service),
    Case(
        "POST", "/{city}/services/{service}", leads_to(lambda town: f"/{town.id}/apply/"), "draft read",
        _service, alien=_draft_as_service,
    ),
    Case("GET", "/{city}/services.json", page(), foreign=shown),
    Case("GET", "/{city}/services/{service}/{step}", page(), ids=_before_start, alien=_draft_before_start),
    Case(
        "POST", "/{city}/services/{service}/{step}", leads_to(_guide), "draft read", _before_start,
        form=lambda town: {"forget": "1"}, alien=_draft_before_start,
    ),
    # a person's draft
    Case("GET", "/{city}/apply/{draft}/{page}", page(_full_name), "draft read", _draft("read", "name")),
    Case(
        "POST", "/{city}/apply/{draft}/{page}", leads_to(lambda town: town.draft("write").id), "draft write",
        _draft("write", "name"), form=lambda town: walk.ANSWERS[town.id]["name"],
    ),
    Case(
        "GET", "/{city}/apply/{draft}/{page}/uploaded", leads_to(lambda town: "proof?"), "draft read",
        _draft("read", "proof"), query=lambda town: {"file": town.file},
    ),
    Case(
        "POST", "/{city}/apply/{draft}/{page}/remove", leads_to(lambda town: "/proof"), "draft remove",
        _draft("remove", "proof"),
    ),
    Case("GET", "/{city}/apply/{draft}/check", page(_full_name), "draft read", _draft("read")),
    Case(
        "POST", "/{city}/apply/{draft}/check", leads_to(lambda town: "/done"), "draft send", _draft("send"),
        form=lambda town: {"declaration": "yes"},
    ),
    Case("GET", "/{city}/apply/{draft}/done", page(_reference("sent")), "sent", _sent_draft),
    *(
        Case(
            "GET", f"/{{city}}/apply/{{draft}}/{path}", leads_to(lambda town: "/check"), "draft read",
            _draft("read"),
        )
        for path in ("eligibility", "tasks", "changed")
    ),
    *(
        Case("GET", f"/{{city}}/apply/{{draft}}/{path}", page(), "draft read", _draft("read"))
        for path in ("save", "safety")
    ),
    Case("GET", "/{city}/apply/{draft}/print", leads_to(lambda town: "/save"), "draft read", _draft("read")),
    Case(
        "GET", "/{city}/apply/{draft}/exit", lambda town, answer: answer.location == f"/{town.id}/left",
        "draft read", _draft("read"), foreign=left,
    ),
    *(
        Case(
            "POST", f"/{{city}}/apply/{{draft}}/{path}", leads_to(lambda town, to=to: to), "draft write",
            _draft("write"),
        )
        for path, to in (("changed", "/check"), ("save", "/save"), ("forget", "/left"))
    ),
    Case("GET", "/{city}/left", page(), foreign=shown),
    Case("POST", "/{city}/left", leads_to(lambda town: "/left"), "draft read", foreign=left),
    # what was saved, by number and code; on paper
    Case("GET", "/{city}/resume", page(), foreign=shown),
    Case(
        "POST", "/{city}/resume", leads_to(lambda town: town.draft("saved").id), "draft read", form=_saved,
        foreign=unsaved,
    ),
    Case("GET", "/{city}/services/{service}/print", page(), ids=_service, alien=_draft_as_service),
    Case(
        "POST", "/{city}/services/{service}/print", leads_to(lambda town: "/print"), "draft read", _service,
        alien=_draft_as_service,
    ),
    # an application by reference and code
    Case(
        "POST", "/{city}/status", leads_to(lambda town: "/status/application"), "sent",
        form=lambda town: {"reference": _reference("sent")(town), "code": town.applications["sent"].code},
        foreign=unknown,
    ),
    Case("GET", "/{city}/status/application", page(_reference("sent")), "sent", foreign=at_lookup),
    Case("POST", "/{city}/status/application", leads_to(lambda town: "/apply/"), "asked", foreign=at_lookup),
    Case("GET", "/{city}/certificate", page(_full_name), "approved", foreign=at_lookup),
    Case(
        "GET", "/{city}/verify/{token}", page(),
        ids=lambda town: {"token": town.applications["approved"].token},
    ),
    # a person's own pages
    Case("GET", "/{city}/me", page(_reference("sent")), "citizen", foreign=at_my_door),
    Case(
        "GET", "/{city}/me/{page}", page(_reference("sent")), "citizen", _mine("case"), query=_sent,
        foreign=at_my_door,
    ),
    Case(
        "POST", "/{city}/me/{page}", leads_to(lambda town: "/me/details"), "citizen", _mine("consents"),
        form=lambda town: {"consent": "answers"}, alien=_case_as_page,
    ),
    Case("GET", "/{city}/status/application/copy", page(_full_name), "sent", foreign=at_lookup),
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
    Case("GET", "/{city}/console", page(_reference("sent")), "clerk"),
    Case("GET", "/{city}/console/cases/{case}", page(_reference("sent")), "clerk", _case_of("sent")),
    Case(
        "POST", "/{city}/console/cases/{case}/decide", leads_to(lambda town: town.incident), "operator",
        _incident, before=raise_alarm, form=lambda town: {"action": "start", "version": "1"},
    ),
    Case(
        "GET", "/{city}/console/cases/{case}/next", leads_to(lambda town: "/console"), "clerk",
        _case_of("sent"),
    ),
    Case(
        "GET", "/{city}/console/cases/{case}/files/{file}", leads_to(lambda town: f"cities/{town.id}/"),
        "clerk", lambda town: {**_case_of("sent")(town), "file": town.file},
    ),
    Case(
        "POST", "/{city}/console/cases/{case}/files/{file}", leads_to(lambda town: f"cities/{town.id}/"),
        "clerk", lambda town: {**_case_of("sent")(town), "file": town.file},
    ),
    Case("GET", "/{city}/console/cases/{case}/history", page(_reference("sent")), "admin", _case_of("sent")),
    Case("GET", "/{city}/console/paper", page(), "clerk"),
    Case(
        "POST", "/{city}/console/paper", leads_to(lambda town: town.draft("saved").id), "clerk",
        form=lambda town: {"number": _saved(town)["number"]}, foreign=no_paper,
    ),
    Case("GET", "/{city}/console/history", page(), "admin"),
    Case(
        "POST", "/{city}/console/history", leads_to(_id("sent")), "admin",
        form=lambda town: {"reference": _reference("sent")(town)}, foreign=status(422),
    ),
    Case(
        "GET", "/{city}/console/cases/{case}/revoke", page(_reference("approved")), "clerk",
        _case_of("approved"),
    ),
    Case(
        "POST", "/{city}/console/cases/{case}/revoke", leads_to(_id("revocable")), "clerk",
        _case_of("revocable"), form=lambda town: {"reason": "given in error (demo)"}, before=approve_another,
    ),
    Case("GET", "/{city}/console/counter", page(), "clerk"),
    Case(
        "POST", "/{city}/console/counter", leads_to(lambda town: "/apply/"), "clerk",
        form=lambda town: {"do": "complete", "reference": _reference("asked")(town)}, foreign=status(422),
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
    Case("GET", "/{city}/console/devices/{page}", page(), "admin", ids=_mine("links"), alien=_case_as_page),
    Case(
        "POST", "/{city}/console/devices/{page}", lambda town, answer: answer.status == 422, "admin",
        ids=_mine("links"), form=lambda town: {"name": ""}, alien=_case_as_page,
    ),
    Case("GET", "/{city}/console/device/{thing}", page(thing), "operator", ids=_thing),
    Case(
        "POST", "/{city}/console/device/{thing}", leads_to(lambda town: f"/console/device/{thing(town)}"),
        "admin", ids=_thing, form=lambda town: {"action": "edit", "title": "Pole"},
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
    Case("GET", "/{city}/console/alarms/{alarm}", page(button), "operator", _alarm),
    Case(
        "POST", "/{city}/console/alarms/{alarm}", leads_to(lambda town: "done=muted"), "admin", _alarm,
        form=lambda town: {"do": "mute", "hours": "1"},
    ),
    Case("GET", "/{city}/console/commands/{thing}", page(button), "operator", _button),
    Case(
        "POST", "/{city}/console/commands/{thing}", leads_to(lambda town: "/console/commands/"), "admin",
        _button, form=lambda town: {"do": "withdraw"},
    ),
    Case("GET", "/{city}/console/calls", page(button), "operator"),
    Case("GET", "/{city}/console/calls/{thing}", page(lambda town: contact(town)), "operator", _button),
    Case(
        "POST", "/{city}/console/calls/{thing}", leads_to(lambda town: "saved=1"), "operator", _button,
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
        "GET", "/{city}/me/{page}", leads_to(lambda town: "/status/application"), "citizen", _mine("open"),
        query=_sent, foreign=at_my_door,
    ),
    Case(
        "GET", "/{city}/me/{page}", page(lambda town: town.id[-4:].upper()), "citizen", _mine("document"),
        query=lambda town: {"id": town.held}, foreign=at_my_door,
    ),
    Case(
        "GET", "/{city}/console/cases/{case}/files/{file}", page(_reference("sent")), "clerk",
        lambda town: {**_case_of("sent")(town), "file": town.file}, query=lambda town: {"checked": "1"},
    ),
    Case(
        "GET", "/{city}/me/{page}", page(lambda town: f"citizen-of-{town.id}"), "citizen", _mine("details"),
        alien=_case_as_page, foreign=at_my_door,
    ),
    Case(
        "POST", "/{city}/console/counter", leads_to(lambda town: "done=seen"), "clerk",
        form=lambda town: {"do": "seen", "who": _reference("sent")(town), "document": "passport"},
        foreign=status(422),
    ),
    Case("GET", "/{city}/console/cases/{case}", page(lambda town: town.secrets[0]), "operator", _incident),
    Case("GET", "/{city}/console", page(_reference("sent")), "clerk", query=_department),
    Case("GET", "/{city}/console", page(), "operator", query=_cursor, foreign=shown),
    Case("GET", "/{city}/console/cases/{case}/history", page(), "admin", _incident),
]  # fmt: skip

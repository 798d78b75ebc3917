"""A case for every operation of the programming interface: whose ids of another city can be put into it, and
what the city's own program gets. A new operation without a line here fails the suite, with its name."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from functions.api.operations import OPERATIONS, Operation
from functions.core import ids
from tests.api import people
from tests.api.program import make_key
from tests.isolation import snapshot
from tests.isolation.attacks import ControlFailedError, Door, secrets_in
from tests.isolation.town import Town
from tests.isolation.visitor import LINE, Answer, Ask

Words = Callable[[Town], dict[str, str]]
Shows = Callable[[Town, Answer], bool]
WEBHOOK = {"url": "https://hooks.invalid/changes", "note": ""}
NOWHERE = ("no-such-department",)  # a webhook that is told of nothing disturbs no other test
SERVICE = "residence-certificate"
# What a refusal may leave at the address that was used: counts, and the day on which a key was used.
COUNTS = ("item USAGE ", "item LIMIT#api", "item API-KEYS ")


@dataclass(frozen=True)
class ProgramAsk(Ask):
    """A request of a program: a key and a document instead of cookies and a form."""

    key: str = ""
    document: Any = None
    request: str = ""

    @property
    def body(self) -> bytes:
        """The document as sent."""
        return json.dumps(self.document).encode() if self.document is not None else b""

    @property
    def headers(self) -> dict[str, str]:
        """Key, kind of body, what is done once."""
        sent = {"Content-Type": "application/json"} if self.document is not None else {}
        sent |= {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return sent | ({"Idempotency-Key": self.request} if self.request else {})


def no_words(_: Town) -> dict[str, str]:
    """No ids."""
    return {}


@dataclass(frozen=True)
class Case:
    """``ids`` fill the path and ``body`` makes the document, of the city that is knocked at; ``shows`` proves
    that its own program was let in; ``foreign`` is what one's own key gets with these ids at home. ``key``
    names which key of the town is used."""

    id: str
    shows: Shows
    ids: Words = no_words
    body: Callable[[Town], Any] = lambda town: None
    query: Words = no_words
    foreign: int = 404
    key: str = "all"
    before: Callable[[Town], None] | None = field(default=None, compare=False)

    @property
    def operation(self) -> Operation:
        """As the table has it."""
        return next(one for one in OPERATIONS if one.id == self.id)

    def __str__(self) -> str:
        return self.id


def key_of(town: Town, which: str) -> str:
    """``all``, ``webhooks``, ``expired``, ``revoked``, or a scope that is all it has. Made when first asked
    for."""
    if which not in town.keys:
        changes: dict[str, Any] = {
            "all": {},
            "webhooks": {"departments": NOWHERE},
            "expired": {"expires_at": "2026-01-01T00:00:00.000Z"},
            "revoked": {"revoked_at": "yes"},
        }.get(which, {"scopes": (which,)})
        with town.inside() as city:
            town.keys[which] = make_key(city, **changes)[1]
    return town.keys[which]


def says(words: Callable[[Town], str]) -> Shows:
    """A document with these words in it."""
    return lambda town, answer: answer.status in (200, 201) and words(town) in answer.text


def _application(town: Town) -> Any:
    """Sent with a file of its own; the key of the request is the town's next one."""
    return people.application(town.id, [town.handed_in])


def _hand_in(town: Town) -> None:
    """A file for the next application, straight to the storage."""
    town.request = ids.new_id()
    path = f"/{town.id}/api/v1/services/{SERVICE}/uploads"
    ask = ProgramAsk("POST", path, key=key_of(town, "all"), document={"field": "proof"}, request=town.request)
    made = json.loads(town.edge.ask(ask).text)
    parts = [_part(f'name="{name}"', value.encode()) for name, value in made["fields"].items()]
    body = b"".join(
        [*parts, _part('name="file"; filename="bill.pdf"', people.PDF), f"--{LINE}--\r\n".encode()]
    )
    to = urlsplit(made["url"])
    connection = http.client.HTTPConnection(str(to.hostname), to.port, timeout=60)
    try:
        connection.request(
            "POST", to.path or "/", body, {"Content-Type": f"multipart/form-data; boundary={LINE}"}
        )
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    assert answer.status < 300, said[:500]
    town.handed_in = made["file"]


def _part(what: str, value: bytes) -> bytes:
    return f"--{LINE}\r\nContent-Disposition: form-data; {what}\r\n\r\n".encode() + value + b"\r\n"


def _service(_: Town) -> dict[str, str]:
    return {"service": SERVICE}


def _case(town: Town) -> dict[str, str]:
    return {"case": town.applications["sent"].id}


def _incident(town: Town) -> dict[str, str]:
    return {"case": town.incident}


def _file(town: Town) -> dict[str, str]:
    return {**_case(town), "file": town.file}


def _webhook(town: Town) -> dict[str, str]:
    return {"webhook": town.webhook}


def lay_webhook(town: Town) -> None:
    """A webhook of the town that is told of nothing."""
    path = f"/{town.id}/api/v1/webhooks"
    answer = town.edge.ask(ProgramAsk("POST", path, key=key_of(town, "webhooks"), document=WEBHOOK))
    town.webhook = json.loads(answer.text)["id"]


def _raise_alarm(town: Town) -> None:
    from tests.isolation.town import raise_alarm

    raise_alarm(town)


def _cursor(town: Town) -> dict[str, str]:
    from functions.cases import changes

    return {"after": changes.to_cursor(f"2026-01-01T00:00:00.000Z#{town.applications['sent'].id}#000001")}


CASES = [
    Case("read_openapi", says(lambda town: town.name), foreign=200),
    Case("list_services", says(lambda town: SERVICE), foreign=200),
    Case("read_service", says(lambda town: SERVICE), _service, foreign=200),
    Case("read_answers_schema", says(lambda town: "properties"), _service, foreign=200),
    Case(
        "prepare_upload", says(lambda town: f"cities/{town.id}/uploads/"), _service,
        lambda town: {"field": "proof"}, foreign=201,
    ),
    Case(
        "submit_application", says(lambda town: "reference"), _service, _application, foreign=422,
        before=_hand_in,
    ),
    Case("list_changes", says(lambda town: '"next"'), query=_cursor, foreign=200),
    Case(
        "find_case", says(lambda town: town.applications["sent"].id),
        query=lambda town: {"reference": town.applications["sent"].reference},
    ),
    Case("read_case", says(lambda town: town.applications["sent"].reference), _case),
    Case(
        "read_file", says(lambda town: f"cities/{town.id}/"), _file,
        query=lambda town: {"not_checked": "accept"},
    ),
    Case(
        "change_case", says(lambda town: town.incident), _incident,
        lambda town: {"action": "start", "version": 1}, before=_raise_alarm,
    ),
    Case("list_webhooks", says(lambda town: town.webhook), key="webhooks", before=lay_webhook, foreign=200),
    Case(
        "create_webhook", says(lambda town: "whsec_"), body=lambda town: WEBHOOK, key="webhooks", foreign=201,
    ),
    Case("delete_webhook", says(lambda town: town.webhook), _webhook, key="webhooks", before=lay_webhook),
]  # fmt: skip


def request(case: Case, address: Town, of: Town, key: str) -> ProgramAsk:
    """The case's request at one town's address with the ids of another."""
    path = case.operation.path
    for name, value in case.ids(of).items():
        path = path.replace(f"{{{name}}}", value)
    query = "&".join(f"{name}={value}" for name, value in case.query(of).items())
    once = of.request if case.id == "submit_application" else ids.new_id()
    return ProgramAsk(
        case.operation.method,
        f"/{address.id}/api/v1{path}{f'?{query}' if query else ''}",
        key=key,
        document=case.body(of),
        request=once if case.operation.idempotent else "",
    )


def control(case: Case, of: Town, door: Door) -> None:
    """The city's own program, at its own address. Raises ControlFailedError."""
    answer = door.ask(request(case, of, of, key_of(of, case.key)))
    if not case.shows(of, answer):
        raise ControlFailedError(f"{case} of {of.id}: {answer.status} {answer.text[:1000]}")


def attacks(case: Case, own: Town, other: Town) -> Iterator[tuple[str, ProgramAsk, int]]:
    """What is tried against ``other``, and the status that must come."""
    mine, theirs = key_of(own, case.key), key_of(other, case.key)
    at_home, there = request(case, own, other, mine), request(case, other, other, mine)
    yield "their ids, my key", at_home, case.foreign
    if case.operation.public:
        return
    renamed = mine.replace(f"townkit_{own.id}_", f"townkit_{other.id}_")
    yield "my key at their address", there, 401
    yield "my key under their name", replace(there, key=renamed), 401
    yield "their key at my address", replace(at_home, key=theirs), 401
    yield "no key", replace(there, key=""), 401
    yield "my cookies", replace(there, key="", cookies=own.people["admin"].cookies), 401
    for ended in ("expired", "revoked"):
        yield f"their {ended} key", replace(there, key=key_of(other, ended)), 401
    small = "cases:read" if case.operation.scope != "cases:read" else "cases:write"
    yield "their key with too small a scope", replace(there, key=key_of(other, small)), 403


def leaks(case: Case, own: Town, other: Town, door: Door) -> Iterator[str]:
    """Who got in, what was said that is the other city's, what changed there."""
    if case.before:
        case.before(other)
        control(case, other, door)
        case.before(other)  # the control may have used it up
    else:
        control(case, other, door)
    if case.id == "submit_application":
        own.request = other.request
    tried = list(attacks(case, own, other))
    before = snapshot.settled(own.stack, other.id)
    for what, ask, status in tried:
        answer = door.ask(ask)
        if answer.status != status:
            yield f"{case}, {what}: {answer.status} {answer.text[:300]}"
        secrets = secrets_in(answer, ask, other)
        yield from (f"{case}, {what}: the answer says {word!r}" for word in secrets)
        if other.webhook and other.webhook in answer.text and other.webhook not in ask.path:
            yield f"{case}, {what}: the answer names the other city's webhook"
    for change in snapshot.changes(before, snapshot.settled(own.stack, other.id)):
        if not change.startswith(COUNTS):
            yield f"{case}: {change}"

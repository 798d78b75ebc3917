"""What a stranger sends: ids of one city at the address of another, with whatever cookies can be come by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from tests.isolation import ledger, snapshot, town
from tests.isolation.answers import Refusal, not_taken, status
from tests.isolation.case import Case
from tests.isolation.town import Town
from tests.isolation.visitor import Answer, Ask

VISITOR = "visitor"


class Door(Protocol):
    """Where requests go in: the edge, or the same application in this process."""

    def ask(self, ask: Ask) -> Answer:
        """Send one request; redirects are not followed."""


class ControlFailedError(Exception):
    """The city's own person was not let in, so nothing would be proved."""


@dataclass(frozen=True)
class Attack:
    """One request and how it must be refused; ``address`` is the town whose address is used."""

    what: str
    ask: Ask
    address: Town
    refused: Refusal


def request(case: Case, address: Town, of: Town, cookies: dict[str, str], csrf: str) -> Ask:
    """The case's request at one town's address with the ids of another."""
    ids = case.ids(of) if address is of or case.alien is None else case.alien(of)
    path = case.path.replace("{city}", address.id)
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    query = urlencode(case.query(of))
    form = {"_csrf": csrf, **case.form(of)} if case.method == "POST" else None
    return Ask(case.method, f"{path}?{query}" if query else path, cookies, form)


def control(case: Case, of: Town, door: Door) -> None:
    """The city's own person, at its own address. Raises ControlFailedError."""
    cookies, csrf = _person(case, of)
    answer = door.ask(request(case, of, of, cookies, csrf))
    if not case.shows(of, answer):
        raise ControlFailedError(f"{case} of {of.id}: {answer.status} {answer.location} {answer.text[:1500]}")


def _person(case: Case, of: Town) -> tuple[dict[str, str], str]:
    if case.who is None:
        return {}, ""
    if case.who == "sign-in":
        with of.inside() as city:
            attempt = {"state": f"{of.id}.isolation", "nonce": "n", "verifier": "v", "then": f"/{of.id}"}
            return town.signed(city, "signin", attempt), ""
    person = of.person(case.who)
    return person.cookies, person.csrf


def renamed(cookies: dict[str, str], there: Town, here: Town) -> dict[str, str]:
    """One town's cookies under the names of another: what anybody can do with a browser's tools."""
    return {name.removesuffix(f"-{there.id}") + f"-{here.id}": value for name, value in cookies.items()}


def attacks(case: Case, access: str, own: Town, other: Town) -> Iterator[Attack]:
    """Everything that is tried against ``other`` by somebody of ``own``."""
    mine, csrf = _person(case, own)
    theirs, their_csrf = _person(case, other)
    visitor = {name: value for name, value in mine.items() if name == f"{VISITOR}-{own.id}"}
    posts = case.method == "POST"
    let_in = status(403) if posts else at_sign_in
    refused: Refusal = let_in if access == "staff" else case.foreign
    if case.ids(other) or case.form(other) or case.query(other) or access in ("public", "platform"):
        yield Attack("their ids, my cookies", request(case, own, other, mine, csrf), own, case.foreign)
    bent = {**renamed(theirs, other, own), **visitor}
    yield Attack("their ids, their cookies", request(case, own, other, bent, csrf), own, refused)
    if posts:
        whole = renamed(theirs, other, own)
        yield Attack("their form as it is", request(case, own, other, whole, their_csrf), own, status(403))
    if forged := _forged(case, access, own, other):
        ask = request(case, own, other, {**forged, **visitor}, csrf)
        closed = case.foreign if case.who == "citizen" else status(404)
        yield Attack("their ids in my cookies", ask, own, let_in if access == "staff" else closed)
    if access in ("staff", "citizen"):
        ask = request(case, other, other, renamed(mine, own, other), csrf)
        yield Attack("my cookies at their address", ask, other, status(403) if posts else refused)
    if extra := EXTRA.get(case.key):
        yield from extra(case, own, other)


def at_sign_in(at: Town, answer: Answer) -> bool:
    """Asked to sign in at the town's own desk."""
    return answer.status == 303 and answer.location.partition("?")[0] == f"/{at.id}/console/sign-in"


def _forged(case: Case, access: str, own: Town, other: Town) -> dict[str, str]:
    """Cookies that our own code would sign only by mistake: this town's key, the other town's ids. They show
    that the scope holds where the cookie does not."""
    if access not in ("staff", "citizen"):
        return {}
    about = case.ids(other).get("draft", str(case.who))
    if about not in own.forged:
        own.forged[about] = _sign(case, access, own, other)
    return own.forged[about]


def _sign(case: Case, access: str, own: Town, other: Town) -> dict[str, str]:
    with own.inside() as city:
        if access == "staff":
            return town.staff_cookies(city, other.emails[str(case.who)])
        if case.who == "citizen":
            return town.signed(city, "person", {"id": other.citizen, "epoch": 0})
        if "{draft}" in case.path:
            return town.signed(city, "drafts", {"ids": [case.ids(other)["draft"]]})
        return town.signed(city, "status", {"case": other.applications[str(case.who)].id})


def _file_into_my_draft(case: Case, own: Town, other: Town) -> Iterator[Attack]:
    from functions.cases import saving

    me = own.draft("without a file")
    with own.inside():
        saving.detach_file(me.id, "f1")
    path = f"/{own.id}/apply/{me.id}/proof/uploaded?file={other.file}&key=cities/{other.id}/{other.file}/x"
    yield Attack("their file into my draft", Ask("GET", path, me.person.cookies), own, _missing)


def _missing(at: Town, answer: Answer) -> bool:
    return answer.status == 303 and "problem=missing" in answer.location


def _file_of_my_case(case: Case, own: Town, other: Town) -> Iterator[Attack]:
    path = f"/{own.id}/console/cases/{own.applications['sent'].id}/files/{other.file}"
    yield Attack("their file in my case", Ask("GET", path, own.person("clerk").cookies), own, status(404))


def _attempt_elsewhere(case: Case, own: Town, other: Town) -> Iterator[Attack]:
    mine, _ = _person(case, own)
    ask = request(case, other, other, renamed(mine, own, other), "")
    yield Attack("my attempt at their address", ask, other, not_taken)


EXTRA: dict[tuple[str, str], Callable[[Case, Town, Town], Iterator[Attack]]] = {
    ("GET", "/{city}/apply/{draft}/{page}/uploaded"): _file_into_my_draft,
    ("GET", "/{city}/console/cases/{case}/files/{file}"): _file_of_my_case,
    ("GET", "/{city}/console/sign-in/done"): _attempt_elsewhere,
}


def leaks(case: Case, access: str, own: Town, other: Town, door: Door) -> Iterator[str]:
    """What is wrong with a route: who got in, what was said that is the other city's, what changed there.

    Raises ControlFailedError when the other city's own person is not let in."""
    if case.before:
        case.before(other)
    control(case, other, door)
    tried = list(attacks(case, access, own, other))
    before = snapshot.settled(own.stack, other.id)
    for attack in tried:
        answer = door.ask(attack.ask)
        ledger.cases[access] += 1
        if not attack.refused(attack.address, answer):
            yield f"{case}, {attack.what}: {answer.status} {answer.location} {answer.text[:300]}"
        for secret in secrets_in(answer, attack.ask, other):
            yield f"{case}, {attack.what}: the answer says {secret!r}"
    for change in snapshot.changes(before, snapshot.settled(own.stack, other.id)):
        if not change.startswith("item USAGE "):  # whoever comes to the city's own address is counted there
            yield f"{case}: {change}"


def secrets_in(answer: Answer, ask: Ask, of: Town) -> list[str]:
    """Words of a city that nobody else may see, unless the request itself brought them."""
    brought = f"{ask.path} {ask.form} {ask.cookies}"
    return [word for word in of.secrets if word in answer.everything and word not in brought]

"""Use cases on a person's record. Other features call these: who is signed in, what is known of them by
consent, linking a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.core import audit, clock
from functions.core.context import Actor, Context
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import N_
from functions.core.store import contended, failed_conditions, transaction
from functions.people import store
from functions.people.domain import (
    CONSENTS,
    MAX_ANSWER,
    MAX_KNOWN,
    REUSABLE,
    Person,
    reaches,
)
from functions.people.store import PersonItem, as_text

if TYPE_CHECKING:
    from functions.services.domain import Service
    from functions.web.request import PageContext

TRIES = 5


def person_of(ctx: PageContext) -> Person | None:
    """Who is signed in at this city in this browser: one DynamoDB call when there is a session, else none.
    The context's actor becomes that person."""
    from functions.people import cookies

    session = cookies.read(ctx)
    if session is None:
        return None
    person = store.get_person(session[0])
    if person is None or person.epoch != session[1]:
        cookies.clear(ctx)
        return None
    if ctx.staff is None:
        ctx.actor = Actor("citizen", person.id)
    return person


def sign_out(ctx: PageContext, person: Person) -> None:
    """It is in the history; what the browser keeps of the session is taken away by who calls this."""
    audit.record("person", person.id, "signed_out", ctx)


def known_answers(ctx: PageContext) -> dict[str, Any]:
    """What a question asks for -> the person's earlier answer, when they are signed in and agreed. Answers
    are JSON values as cases store them."""
    person = person_of(ctx)
    return known_of(person) if person else {}


def known_of(person: Person) -> dict[str, Any]:
    """As :func:`known_answers`, of a person who was read already."""
    return {name: one["value"] for name, one in person.known.items()} if person.agrees("answers") else {}


def known_for(person: Person, service: Service) -> dict[str, Any]:
    """As :func:`known_of`, for one form: an answer only where the question is of the kind that it
    answered."""
    known = known_of(person)
    types = {field.semantic: field.type for field in service.fields if field.semantic in known}
    return {name: known[name] for name, kind in types.items() if person.known[name]["type"] == kind}


def remember_answers(ctx: Context, person: Person, service: Service, answers: Mapping[str, Any]) -> None:
    """Keep the answers of a form that was sent, for the next one: with consent, only what may be used again,
    and nothing that the form calls special. One call; none when there is nothing to keep."""
    if not person.agrees("answers"):
        return
    actions: list[Any] = []
    at = clock.iso(ctx.now)
    for field in service.fields:
        value = answers.get(field.id)
        kept = field.semantic in REUSABLE and field.raw.get("sensitivity") != "special"
        if value and kept and len(as_text(value)) <= MAX_ANSWER and len(actions) < MAX_KNOWN:
            text = as_text({"value": value, "type": field.type, "at": at})
            actions.append(PersonItem.known[field.semantic].set(text))
    if actions:
        _change(ctx, person.id, "answers_kept", {"count": len(actions)}, *actions)


def link_case(
    tx: TransactWrite, ctx: Context, person: Person, case_id: str, service: str = "", how: str = "submitted"
) -> None:
    """Add a draft or a case to the person's page, in the caller's transaction. Repeating it changes nothing
    that is shown."""
    text = as_text({"service": service, "how": how, "at": clock.iso(ctx.now)})
    store.change(tx, person.id, PersonItem.things[case_id].set(text))


def is_named_in(person: Person, case_id: str) -> bool:
    """Whether a case holds one of the person's contact points among its answers: one call."""
    from functions.cases.reading import case_for_message

    case = case_for_message(case_id)
    told = {one.lower() for one in case.answers.values() if isinstance(one, str)} if case else set()
    return case is not None and any(one.value in told | {case.email.lower()} for one in person.contacts)


def add_case(ctx: Context, person: Person, case_id: str, how: str) -> None:
    """Add an application whose reference and code were given, or that was open in the browser in which they
    signed in. It is in both histories."""
    from functions.cases.reading import case_for_message

    case = case_for_message(case_id)
    if case is None or case_id in person.things:
        return
    text = as_text({"service": case.service, "how": how, "at": clock.iso(ctx.now)})
    _change(ctx, person.id, "case_added", {"case": case_id, "how": how}, PersonItem.things[case_id].set(text))
    audit.record("case", case_id, "linked", replace(ctx, actor=Actor("citizen", person.id)), {"how": how})


def keep_sent(
    ctx: Context, person_id: str, service: Service, case_id: str, answers: Mapping[str, Any]
) -> None:
    """After a signed-in person has sent a form: the case is on their page, and with consent its answers are
    kept for the next form."""
    person = store.get_person(person_id)
    if person is None:
        return
    if person.things.get(case_id, {}).get("how") != "submitted":
        with transaction() as tx:
            link_case(tx, ctx, person, case_id, service.id)
    remember_answers(ctx, person, service, answers)


def set_consent(ctx: Context, person: Person, purpose: str, *, given: bool) -> None:
    """Give or withdraw a consent; withdrawing the one for answers deletes what is kept."""
    if purpose not in CONSENTS:
        raise NotFound
    if given == person.agrees(purpose):
        return
    place = PersonItem.consents[purpose]
    actions: list[Any] = [place.set(as_text(clock.iso(ctx.now))) if given else place.remove()]
    if not given and purpose == "answers":
        actions.append(PersonItem.known.set({}))
    action = "consent_given" if given else "consent_withdrawn"
    _change(ctx, person.id, action, {"purpose": purpose}, *actions)


def forget_answer(ctx: Context, person: Person, name: str) -> None:
    """Delete one answer that is kept."""
    if name in person.known:
        _change(ctx, person.id, "answer_forgotten", {"answer": name}, PersonItem.known[name].remove())


def set_language(ctx: Context, person: Person, lang: str) -> None:
    """The language in which they want to read."""
    if lang not in ctx.city.languages:
        raise Invalid({"lang": N_("Choose a language")})
    _change(ctx, person.id, "language_set", {"lang": lang}, PersonItem.lang.set(lang))


def forget_contact(ctx: Context, person: Person, digest: str) -> None:
    """Stop using a contact point; the last one stays, since nothing else leads back to the record."""
    if all(one.digest != digest for one in person.contacts):
        raise NotFound
    if len(person.contacts) == 1:
        raise Invalid({"contact": N_("Add another way to reach you first")})
    detail = {"kind": next(one.kind for one in person.contacts if one.digest == digest)}
    remove = partial(store.remove_contact, person_id=person.id, digest=digest)
    _write(_as(ctx, person), person.id, "contact_removed", detail, remove)


def end_sessions(ctx: Context, person: Person) -> None:
    """Sign every browser out."""
    _change(ctx, person.id, "sessions_ended", {}, PersonItem.epoch.add(1))


def raise_assurance(
    ctx: Context, person: Person, level: str, detail: Mapping[str, object], **more: Any
) -> None:
    """Record that the city is now surer who this is; a lower or equal level changes nothing but the
    history."""
    actions = [] if reaches(person.assurance, level) else [PersonItem.assurance.set(level)]
    actions += [getattr(PersonItem, name).set(value) for name, value in more.items()]
    _change(ctx, person.id, "assurance_raised", {"to": level, **detail}, *actions, actor=ctx.actor)


def erase(ctx: Context, person: Person) -> None:
    """Delete the record: contact points, consents, kept answers, unfinished forms, documents kept for later.
    Applications that were sent stay as long as the law and the city's file say; the history says that the
    record was erased, not what was in it."""
    from functions.cases import drafts
    from functions.core import keys
    from functions.wallet import service as wallet

    found = store.get_metas([keys.draft(one) for one in person.things])
    for pk, item in found.items():
        if "done_at" not in item:
            drafts.DraftItem(pk, keys.META).delete()
    wallet.forget(ctx, person)
    _write(_as(ctx, person), person.id, "erased", {}, lambda tx: store.erase(tx, person))


def _as(ctx: Context, person: Person) -> Context:
    return replace(ctx, actor=Actor("citizen", person.id))


def _change(
    ctx: Context,
    person_id: str,
    event: str,
    detail: Mapping[str, object],
    *actions: Any,
    actor: Actor | None = None,
) -> None:
    mine = replace(ctx, actor=actor or Actor("citizen", person_id))

    def apply(tx: TransactWrite) -> None:
        if actions:
            store.change(tx, person_id, *actions)

    _write(mine, person_id, event, detail, apply)


def _write(ctx: Context, person_id: str, event: str, detail: Mapping[str, object], apply: Any) -> None:
    """The change and its event in one transaction. Raises NotFound when the record is gone."""
    for _ in range(TRIES):
        chain = audit.read_chain("person", person_id)
        try:
            with transaction() as tx:
                apply(tx)
                audit.append(tx, chain, event, ctx, detail)
                audit.close(tx, chain)
            return
        except TransactWriteError as error:
            if not (failed_conditions(error) or contended(error)):
                raise
            if store.get_person(person_id) is None:
                raise NotFound from error
    raise Conflict


def get(person_id: str) -> Person | None:
    """A person by the id that a case or a draft names: one call."""
    return store.get_person(person_id)

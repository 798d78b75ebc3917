"""One-time codes: asked for, sent by the worker, typed once. The code is stored nowhere: the city's key makes
it from the challenge, so neither a reader of the table nor of the queue learns it. The answer is the same
whether anybody has that contact point or not: who types the code is signed in, and gets a record then."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import replace

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.core import audit, clock, ids, limits
from functions.core.context import Actor, Context
from functions.core.errors import Conflict
from functions.core.keyring import city_key
from functions.core.store import contended, failed_conditions, transaction
from functions.people import budget, store
from functions.people.domain import CODE_DIGITS, MAX_CONTACTS, Contact, ContactKind, Person
from functions.people.errors import CodeEnded, CodeWrong, ContactTaken

HOUR_S, DAY_S = 3600, 86_400
PER_CONTACT, PER_CONTACT_DAY = 5, 15
PER_NETWORK = 60  # a network may be a whole mobile carrier's gateway
PER_CITY = 3000
WRONG_PER_NETWORK = 100
TRIES = 5


def contact_of(ctx: Context, kind: ContactKind, value: str) -> Contact:
    """A contact point with its digest under the city's key: numbers are few, so a bare hash would tell
    them."""
    key = city_key(ctx.city.id, "contact")
    digest = hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:40]
    return Contact(digest, kind, value, clock.iso(ctx.now))


def code_of(ctx: Context, challenge: str) -> str:
    """The six digits that go with a challenge."""
    key = city_key(ctx.city.id, "one-time-code")
    number = int.from_bytes(hmac.new(key, challenge.encode(), hashlib.sha256).digest(), "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def ask(ctx: Context, contact: Contact, network: str, person: Person | None = None) -> str:
    """Have a code sent; answers the challenge. ``person`` is set when they add a contact point to their
    record.

    Raises RateLimited per network, contact point and city, and SmsSpent."""
    from functions.notifications import service as notifications

    limits.hit(f"otc-network#{network}", PER_NETWORK, HOUR_S)
    limits.hit(f"otc-contact#{contact.digest}", PER_CONTACT, HOUR_S)
    limits.hit(f"otc-contact-day#{contact.digest}", PER_CONTACT_DAY, DAY_S)
    limits.hit("otc-city", PER_CITY, HOUR_S)
    if contact.kind == "phone":
        budget.take_sms(ctx)
    challenge = ids.new_token()
    with transaction() as tx:
        store.put_code(tx, ctx, challenge, contact, person.id if person else None)
        row = notifications.enqueue(tx, ctx, "code", challenge)
    notifications.point(ctx, row)
    return challenge


def redeem(ctx: Context, challenge: str, typed: str, network: str) -> Person:
    """Who typed the right code: signed in, or with one more contact point. Using it twice, late or after five
    wrong tries raises CodeEnded; another code raises CodeWrong; RateLimited per network."""
    limits.check(f"otc-wrong#{network}", WRONG_PER_NETWORK, HOUR_S)
    item = store.try_code(ctx, challenge)
    if item is None:
        raise CodeEnded
    given = ids.normal(unicodedata.normalize("NFKC", typed))
    if not ids.same(given, code_of(ctx, challenge)):
        limits.hit(f"otc-wrong#{network}", WRONG_PER_NETWORK, HOUR_S)
        raise CodeWrong
    kind: ContactKind = "phone" if item.kind == "phone" else "email"
    contact = Contact(item.digest, kind, item.contact, clock.iso(ctx.now))
    if item.person_id:
        return _add_contact(ctx, challenge, str(item.person_id), contact)
    return _sign_in(ctx, challenge, contact)


def _sign_in(ctx: Context, challenge: str, contact: Contact) -> Person:
    for _ in range(TRIES):
        known = store.find_contact(contact.digest)
        person = store.get_person(known) if known else None
        person_id = person.id if person else ids.new_id(ctx.now)
        tx = transaction()
        if _written(ctx, tx, challenge, person_id, contact, person, known):
            return _found(person_id)
    raise Conflict


def _written(
    ctx: Context, tx: TransactWrite, challenge: str, person_id: str, contact: Contact,
    person: Person | None, known: str | None,
) -> bool:  # fmt: skip
    """Sign in in one transaction. False: somebody else was at the same record, so look again."""
    chain = audit.read_chain("person", person_id)
    mine = replace(ctx, actor=Actor("citizen", person_id))
    try:
        with tx:
            store.use_code(tx, challenge)
            if person:
                store.keep_longer(tx, ctx, person, contact)
            else:
                store.put_person(tx, ctx, person_id, contact, known)
            audit.append(tx, chain, "signed_in", mine, {"by": contact.kind})
            audit.close(tx, chain)
    except TransactWriteError as error:
        _raise_unless_retry(error, challenge)
        return False
    return True


def _add_contact(ctx: Context, challenge: str, person_id: str, contact: Contact) -> Person:
    mine = replace(ctx, actor=Actor("citizen", person_id))
    for _ in range(TRIES):
        owner = store.find_contact(contact.digest)
        if owner not in (None, person_id) and store.get_person(str(owner)):
            raise ContactTaken
        if len(_found(person_id).contacts) >= MAX_CONTACTS:
            raise ContactTaken
        chain = audit.read_chain("person", person_id)
        try:
            with transaction() as tx:
                store.use_code(tx, challenge)
                store.add_contact(tx, ctx, person_id, contact, owner)
                audit.append(tx, chain, "contact_added", mine, {"kind": contact.kind})
                audit.close(tx, chain)
        except TransactWriteError as error:
            _raise_unless_retry(error, challenge)
            continue
        return _found(person_id)
    raise Conflict


def _raise_unless_retry(error: TransactWriteError, challenge: str) -> None:
    if not (failed_conditions(error) or contended(error)):
        raise error
    if store.get_code(challenge) is None:
        raise CodeEnded from error


def _found(person_id: str) -> Person:
    person = store.get_person(person_id)
    if person is None:
        raise CodeEnded
    return person

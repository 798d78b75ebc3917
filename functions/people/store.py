"""People in a city's table: PERSON#<id> (one item), CONTACT#<digest> -> person, CODE#<challenge>."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import JSONAttribute, MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from functions.core import clock, keys
from functions.core.context import Context
from functions.core.store import CityModel
from functions.people.domain import CODE_LIFE, CODE_TRIES, Contact, Person

MOST_AT_ONCE = 100  # keys of one BatchGetItem (its API reference)


class PersonItem(CityModel):
    """Maps hold JSON texts by id, so that two changes at once do not undo each other. ``identity`` is a
    digest of the national sign-in's subject; ``raised`` who raised the assurance, when, by which document."""

    lang = UnicodeAttribute()
    created_at = UnicodeAttribute()
    assurance = UnicodeAttribute(default="contact")
    epoch = NumberAttribute(default=0)
    identity = UnicodeAttribute(null=True)
    raised = JSONAttribute(null=True)
    contacts: Any = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    things: Any = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    consents: Any = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    known: Any = MapAttribute(default=dict)  # type: ignore[no-untyped-call]


class ContactItem(CityModel):
    """Whose a confirmed contact point is."""

    person_id = UnicodeAttribute()


class CodeItem(CityModel):
    """A code on its way. The code itself is stored nowhere: the city's key makes it from the challenge
    (codes.py). ``person_id`` is set when a signed-in person adds a contact point."""

    kind = UnicodeAttribute()
    contact = UnicodeAttribute()
    digest = UnicodeAttribute()
    lang = UnicodeAttribute()
    ends = NumberAttribute()
    tries = NumberAttribute(default=0)
    person_id = UnicodeAttribute(null=True)


class CounterItem(CityModel):
    """A draft that a member of staff began for somebody else; the draft's id becomes the case's."""

    service = UnicodeAttribute()
    at = UnicodeAttribute()


def as_text(value: Any) -> str:
    """A value inside one of a person's maps."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> dict[str, Any]:
    return {name: json.loads(str(one)) for name, one in value.as_dict().items()}


def person_of(item: PersonItem) -> Person:
    """A stored person."""
    contacts = [Contact(digest, **one) for digest, one in _plain(item.contacts).items()]
    return Person(
        id=item.pk.removeprefix(keys.person("")),
        lang=item.lang,
        created_at=item.created_at,
        assurance=item.assurance,
        epoch=int(item.epoch),
        contacts=tuple(sorted(contacts, key=lambda one: one.at)),
        things=_plain(item.things),
        consents=_plain(item.consents),
        known=_plain(item.known),
    )


def get_person(person_id: str) -> Person | None:
    """One person, one call; None for a record that has ended (the table removes ended items late)."""
    try:
        item = PersonItem.get(keys.person(person_id), keys.META, consistent_read=True)
    except PersonItem.DoesNotExist:
        return None
    return person_of(item) if int(item.ttl or 0) >= clock.epoch(clock.now()) else None


def find_contact(digest: str) -> str | None:
    """The id of the person who confirmed this contact point: one call."""
    try:
        return str(ContactItem.get(keys.contact(digest), keys.META, consistent_read=True).person_id)
    except ContactItem.DoesNotExist:
        return None


def ttl_of(ctx: Context) -> int:
    """When a record ends that nobody signs in to: the city's retention of applications, from now."""
    days = int(ctx.city.config["privacy"]["retention"]["applications"]["days"])
    return clock.epoch(ctx.now) + days * 86400


def put_person(
    tx: TransactWrite, ctx: Context, person_id: str, contact: Contact, gone: str | None = None
) -> None:
    """A new person with their first contact point, which may still point to a record that has ended
    (``gone``)."""
    ttl = ttl_of(ctx)
    tx.save(
        PersonItem(
            keys.person(person_id), keys.META, lang=ctx.lang, created_at=clock.iso(ctx.now), ttl=ttl,
            contacts={contact.digest: _contact_text(contact)},
        ),
        condition=PersonItem.pk.does_not_exist(),
    )  # fmt: skip
    tx.save(
        ContactItem(keys.contact(contact.digest), keys.META, person_id=person_id, ttl=ttl),
        condition=ContactItem.pk.does_not_exist() | (ContactItem.person_id == (gone or person_id)),
    )


def _contact_text(contact: Contact) -> str:
    return as_text({"kind": contact.kind, "value": contact.value, "at": contact.at})


def add_contact(
    tx: TransactWrite, ctx: Context, person_id: str, contact: Contact, gone: str | None = None
) -> None:
    """One more contact point; the transaction fails when it is somebody else's, unless their record has ended
    (``gone``)."""
    change(tx, person_id, PersonItem.contacts[contact.digest].set(_contact_text(contact)))
    tx.save(
        ContactItem(keys.contact(contact.digest), keys.META, person_id=person_id, ttl=ttl_of(ctx)),
        condition=ContactItem.pk.does_not_exist() | ContactItem.person_id.is_in(person_id, gone or person_id),
    )


def keep_longer(tx: TransactWrite, ctx: Context, person: Person, contact: Contact) -> None:
    """Somebody signed in: the record and that contact point stay for another while."""
    change(tx, person.id, PersonItem.ttl.set(ttl_of(ctx)))
    tx.update(
        ContactItem(keys.contact(contact.digest), keys.META), actions=[ContactItem.ttl.set(ttl_of(ctx))]
    )


def remove_contact(tx: TransactWrite, person_id: str, digest: str) -> None:
    """Forget a contact point."""
    change(tx, person_id, PersonItem.contacts[digest].remove())
    tx.delete(ContactItem(keys.contact(digest), keys.META), condition=ContactItem.person_id == person_id)


def change(tx: TransactWrite, person_id: str, *actions: Any) -> None:
    """Change a record that must be there."""
    tx.update(
        PersonItem(keys.person(person_id), keys.META),
        actions=list(actions),
        condition=PersonItem.pk.exists(),
    )


def erase(tx: TransactWrite, person: Person) -> None:
    """The record and the way to it from every contact point."""
    tx.delete(PersonItem(keys.person(person.id), keys.META), condition=PersonItem.pk.exists())
    for contact in person.contacts:
        tx.delete(ContactItem(keys.contact(contact.digest), keys.META))


def put_code(
    tx: TransactWrite, ctx: Context, challenge: str, contact: Contact, person_id: str | None
) -> None:
    """A code that waits for ten minutes."""
    ends = clock.epoch(ctx.now + CODE_LIFE)
    tx.save(
        CodeItem(
            keys.one_time_code(challenge), keys.META, kind=contact.kind, contact=contact.value,
            digest=contact.digest, lang=ctx.lang, ends=ends, ttl=ends + 3600, person_id=person_id,
        ),
        condition=CodeItem.pk.does_not_exist(),
    )  # fmt: skip


def get_code(challenge: str) -> CodeItem | None:
    """A code that may still be waiting: one call."""
    try:
        return CodeItem.get(keys.one_time_code(challenge), keys.META, consistent_read=True)
    except CodeItem.DoesNotExist:
        return None


def try_code(ctx: Context, challenge: str) -> CodeItem | None:
    """Use up one try. None when the code was used, has ended, or had its five tries."""
    item = CodeItem(keys.one_time_code(challenge), keys.META)
    waiting = (CodeItem.ends > clock.epoch(ctx.now)) & (CodeItem.tries < CODE_TRIES)
    try:
        item.update(actions=[CodeItem.tries.add(1)], condition=waiting)
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return None
        raise
    return item


def use_code(tx: TransactWrite, challenge: str) -> None:
    """A code is good once."""
    tx.delete(CodeItem(keys.one_time_code(challenge), keys.META), condition=CodeItem.pk.exists())


def note_counter(digest: str, draft_id: str, service: str, now: Any, ends: int) -> None:
    """Remember who began a draft for somebody else."""
    CounterItem(keys.counter(digest), draft_id, service=service, at=clock.iso(now), ttl=ends).save()


def counter_of(digest: str, limit: int = 50) -> list[CounterItem]:
    """What a member of staff began, latest first: one call."""
    return list(CounterItem.query(keys.counter(digest), scan_index_forward=False, limit=limit))


def get_metas(pks: list[str]) -> Mapping[str, dict[str, Any]]:
    """Several META items of any kind as stored, by partition; what is not there is left out. One call a
    hundred."""
    connection = PersonItem._get_connection()
    wanted: list[Any] = [{"pk": pk, "sk": keys.META} for pk in dict.fromkeys(pks)]
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(wanted), MOST_AT_ONCE):
        answer = connection.batch_get_item(wanted[start : start + MOST_AT_ONCE])
        for items in answer["Responses"].values():
            found |= {item["pk"]["S"]: item for item in items}
    return found

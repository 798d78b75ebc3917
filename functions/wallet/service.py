"""Use cases on a person's documents: keep, show, use for an application, raise the trust, forget. Every one
is in the history of the person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.core import audit, clock, ids
from functions.core.context import Actor, Context
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.i18n import N_, t
from functions.core.keyring import city_key
from functions.core.store import contended, failed_conditions, transaction
from functions.files import service as files
from functions.files import store as file_store
from functions.files.domain import CHECKING, StoredFile, UploadedFile, key_prefix
from functions.wallet import domain, store
from functions.wallet.domain import KINDS, MAX_HELD, MAX_ISSUER, MAX_NUMBER, OWN, Held

if TYPE_CHECKING:
    from functions.cases.domain import Case
    from functions.certificates.domain import Certificate
    from functions.people.domain import Person

TRIES = 5
COPY_NAME = "wallet-copy.pdf"
# What a file of a wallet may be: as in a service's definition
DOCUMENT = {"id": "wallet", "accept": ["pdf", "jpeg", "png"], "max_mb": 20, "max_files": 1}


def owner_of(person_id: str) -> str:
    """With what the files of a wallet lie."""
    return f"person.{person_id}"


def held(ctx: Context, person: Person) -> list[Held]:
    """The person's documents, latest first. One call."""
    return store.all_of(person.id)[0]


def held_with_files(ctx: Context, person: Person) -> tuple[list[Held], dict[str, StoredFile]]:
    """The same with what is known of their files, by id. One call."""
    return store.all_of(person.id)


def get(ctx: Context, person: Person, held_id: str) -> Held:
    """One document of the person. Raises NotFound for any other. One call."""
    found = store.get(person.id, held_id)
    if found is None:
        raise NotFound
    return found


def add(ctx: Context, person: Person, typed: Mapping[str, str]) -> Held:
    """Keep what a person says about a document: trust D until something is handed in. `typed`: kind, number,
    issuer, issued, expires (ISO dates or empty). Raises Invalid, also when there are as many as are kept."""
    _check(ctx, typed)
    if len(held(ctx, person)) >= MAX_HELD:
        raise Invalid({"kind": N_("You have as many documents here as we keep. Remove one first.")})
    number = typed.get("number", "")
    made = Held(
        id=ids.new_id(ctx.now),
        kind=typed["kind"],
        grade="D",
        source="import",
        created_at=clock.iso(ctx.now),
        number_hash=domain.number_digest(_key(ctx), number) if number else "",
        last4=domain.last_four(number),
        issuer=typed.get("issuer", ""),
        issued=typed.get("issued", ""),
        expires=typed.get("expires", ""),
    )
    _write(ctx, person.id, "document_added", made, lambda tx: store.put(tx, person.id, made, new=True))
    return made


def _check(ctx: Context, typed: Mapping[str, str]) -> None:
    problems: dict[str, str] = {}
    if typed.get("kind") not in KINDS:
        problems["kind"] = N_("Choose what kind of document it is")
    if len(typed.get("number", "")) > MAX_NUMBER or len(typed.get("issuer", "")) > MAX_ISSUER:
        problems["issuer"] = N_("This is too long")
    if typed.get("issued", "") > city_date(ctx).isoformat():
        problems["issued"] = N_("The day of issue must not be in the future")
    if typed.get("expires") and typed["expires"] < typed.get("issued", ""):
        problems["expires"] = N_("The last day must not be before the day of issue")
    if problems:
        raise Invalid(problems)


def take_file(ctx: Context, person: Person, held_id: str, file_id: str) -> str:
    """Keep the file that was just handed in for a document: trust C. Answers the reason when it cannot be
    taken, else "". What the document showed before goes. Taking it twice changes nothing."""
    document = get(ctx, person, held_id)
    if document.source == "issued":
        raise NotFound
    if document.file == file_id:
        return ""
    taken = files.take_upload(ctx, owner_of(person.id), DOCUMENT, file_id)
    if not isinstance(taken, UploadedFile):
        return taken.reason
    changed = replace(
        document, file=taken.id, name=taken.name, grade="C", source="import", checked_by="", seen=""
    )
    _write(ctx, person.id, "document_file", changed, lambda tx: store.put(tx, person.id, changed, new=False))
    _remove_file(person.id, document.file)
    return ""


def set_reminder(ctx: Context, person: Person, held_id: str, *, wanted: bool) -> None:
    """Whether the person is told before the document ends. Raises NotFound, or Invalid without an end."""
    document = get(ctx, person, held_id)
    if wanted and not document.expires:
        raise Invalid({"remind": N_("Say first until when the document is valid")})
    changed = replace(document, remind=wanted)
    action = "reminder_wanted" if wanted else "reminder_ended"
    _write(ctx, person.id, action, changed, lambda tx: store.put(tx, person.id, changed, new=False))


def remove(ctx: Context, person: Person, held_id: str) -> None:
    """Forget a document and its file. Copies that were given to applications stay with them."""
    document = get(ctx, person, held_id)
    _write(ctx, person.id, "document_removed", document, lambda tx: store.remove(tx, person.id, held_id))
    _remove_file(person.id, document.file)


def forget(ctx: Context, person: Person) -> None:
    """Forget the whole wallet, when the person's record is erased."""
    documents, known = store.all_of(person.id)
    for file in known.values():
        files.remove_upload(file.key)
    for document in documents:
        store.delete(person.id, document.id)


def _remove_file(person_id: str, file_id: str) -> None:
    known = file_store.get(owner_of(person_id), file_id) if file_id else None
    if known:
        files.remove_upload(known.key)


def offered(ctx: Context, person: Person, document: Mapping[str, Any]) -> list[Held]:
    """The person's documents that may stand for one of a service, most trusted first. One call."""
    documents, known = store.all_of(person.id)
    usable = [one for one in documents if one.file in known and not _held_back(known[one.file])]
    return domain.fitting(usable, document, city_date(ctx))


def _held_back(file: StoredFile) -> bool:
    return file.refused or file.state == CHECKING


def use(
    ctx: Context, person: Person, held_id: str, document: Mapping[str, Any], owner_id: str, service_id: str
) -> UploadedFile:
    """Give an application a copy of a document, with the consent that was just given, once. The copy says for
    what it is; it is made when the application is sent and has its reference. Raises NotFound for a document
    that is not the person's or does not fit."""
    found = next((one for one in offered(ctx, person, document) if one.id == held_id), None)
    if found is None:
        raise NotFound
    copy_id = ids.new_id(ctx.now)
    key = key_prefix(ctx.city.id, owner_id, copy_id) + COPY_NAME
    source = file_store.get(owner_of(person.id), found.file)
    size = source.size if source else 0
    name = f"{t(KINDS[found.kind])}.pdf"
    copy = StoredFile(copy_id, name, key, size, "pdf", CHECKING, found.grade, held=f"{person.id}/{found.id}")
    file_store.add(owner_id, copy, ctx.now)
    detail = {"service": service_id, "draft": owner_id}
    _write(ctx, person.id, "document_used", found, lambda tx: None, detail)
    return UploadedFile(copy_id, str(document["id"]), name, size, "pdf", key)


def issued(tx: TransactWrite, ctx: Context, case: Case, certificate: Certificate) -> None:
    """Put a certificate that the city issues into its holder's wallet, in the transaction that issues it:
    trust A. Nothing happens for somebody who was not signed in."""
    if not case.person:
        return
    made = Held(
        id=case.id,
        kind=OWN,
        grade="A",
        source="issued",
        created_at=clock.iso(ctx.now),
        name=case.service,
        number_hash=domain.number_digest(_key(ctx), certificate.number),
        last4=domain.last_four(certificate.number),
        issuer=ctx.city.id,
        issued=certificate.issued_at.date().isoformat(),
        expires=certificate.valid_until.isoformat() if certificate.valid_until else "",
        certificate=certificate.digest,
        case_id=case.id,
    )
    store.put(tx, case.person, made, new=True)


def raise_trust(ctx: Context, person_id: str, held_id: str, by: str, seen: str) -> bool:
    """A clerk has compared the document with the original or the register: trust B. False when the person has
    removed it."""
    source = "lookup" if seen.startswith("register") else "import"
    if not store.trust(person_id, held_id, "B", source, by, clock.iso(ctx.now), seen):
        return False
    audit.record("person", person_id, "document_checked", ctx, {"document": held_id})
    return True


def keep(ctx: Context, person_id: str, document: Held) -> None:
    """Keep a document that a clerk has checked, by the person's consent. Nothing happens when it is kept
    already or there is no room."""
    if len(store.all_of(person_id)[0]) >= MAX_HELD or store.get(person_id, document.id):
        return
    _write(ctx, person_id, "document_kept", document, lambda tx: store.put(tx, person_id, document, new=True))


def city_date(ctx: Context) -> date:
    """Today in the city."""
    return ctx.now.astimezone(ZoneInfo(ctx.city.zone)).date()


def _key(ctx: Context) -> bytes:
    return city_key(ctx.city.id, "wallet")


def _write(
    ctx: Context,
    person_id: str,
    action: str,
    document: Held,
    apply: Callable[[TransactWrite], None],
    detail: Mapping[str, object] | None = None,
) -> None:
    """A change with its event in the person's history, in one transaction."""
    actor = ctx.actor if ctx.actor.kind != "citizen" else Actor("citizen", person_id)
    mine = Context(ctx.city, actor, ctx.lang, ctx.now, ctx.request_id)
    for _ in range(TRIES):
        chain = audit.read_chain("person", person_id)
        try:
            with transaction() as tx:
                apply(tx)
                audit.append(
                    tx,
                    chain,
                    action,
                    mine,
                    {"document": document.id, "kind": document.kind, **(detail or {})},
                )
                audit.close(tx, chain)
            return
        except TransactWriteError as error:
            if not (failed_conditions(error) or contended(error)):
                raise
    raise Conflict

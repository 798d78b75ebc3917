"""What the tasks worker does for wallets: the copy that says for what it is, keeping what a clerk has
checked, reminders before a document ends. A repeat of a message changes nothing."""

from __future__ import annotations

from functions.adapters.files import Files
from functions.cases.domain import Case
from functions.core import clock, i18n, log
from functions.core.context import Context
from functions.core.i18n import pick, t, use_language
from functions.core.store import contended, failed_conditions, transaction
from functions.files import service as files
from functions.files import store as file_store
from functions.files.domain import CHECKING, UNUSABLE, StoredFile, key_prefix
from functions.wallet import service, store
from functions.wallet.domain import Held
from functions.wallet.stamping import UnusableDocument, stamp


def make_copy(ctx: Context, owner_id: str, copy: StoredFile, bucket: Files) -> str:
    """The copy that an application was promised, once it has been sent; answers the copy's state."""
    from functions.cases import reading

    case = reading.case_for_message(owner_id)
    if case is None or copy.id not in {one.id for one in case.documents}:
        return copy.state
    person_id, _, held_id = copy.held.partition("/")
    document = store.get(person_id, held_id)
    source = file_store.get(service.owner_of(person_id), document.file) if document else None
    if source is None or source.refused or source.state == CHECKING:
        return _give_up(ctx, owner_id, copy, "gone")
    try:
        data = stamp(
            b"".join(bucket.chunks(source.key, source.version)), source.type, purpose_lines(ctx, case)
        )
    except UnusableDocument as reason:
        return _give_up(ctx, owner_id, copy, str(reason))
    file_store.settle(owner_id, copy.id, source.state, len(data), bucket.write(copy.key, data))
    return source.state


def _give_up(ctx: Context, owner_id: str, copy: StoredFile, reason: str) -> str:
    from functions.cases import service as cases

    log.info("copy not made", file=copy.id, reason=reason)
    if file_store.settle(owner_id, copy.id, UNUSABLE):
        cases.note_refused_file(ctx, owner_id, copy.id, UNUSABLE)
    return UNUSABLE


def purpose_lines(ctx: Context, case: Case) -> list[str]:
    """What stands across a copy, in the language of the application: purpose, city, day and reference."""
    from functions.web import formats

    lang = case.lang if case.lang in ctx.city.languages else ctx.city.languages[0]
    definition = ctx.city.service(case.service)
    with use_language(lang):
        name = pick(definition["service"]["name"]) if definition else case.service
        return [
            t("Copy, only for: %(service)s", service=name),
            f"{ctx.city.name(i18n.language())}, {formats.day(service.city_date(ctx))}",
            t("Reference: %(reference)s", reference=case.reference),
        ]


def keep_checked(ctx: Context, subject: str, bucket: Files | None = None) -> None:
    """Keep a file of a case, `<case>/<file>`, that a clerk has checked, in the wallet of whoever was signed
    in, when they agreed to that and the service says what kind of document it is."""
    from functions.cases import reading
    from functions.people import service as people
    from functions.services.definitions import definition_for_case
    from functions.services.domain import Service

    case_id, _, file_id = subject.partition("/")
    case, file = reading.case_for_message(case_id), file_store.get(case_id, file_id)
    if case is None or file is None or file.grade != "B" or not case.person:
        return
    if file.held:
        person_id, _, held_id = file.held.partition("/")
        service.raise_trust(ctx, person_id, held_id, file.checked_by, file.seen)
        return
    person = people.get(case.person)
    raw = definition_for_case(ctx.city, case.service, case.definition)
    handed_in = next((one for one in case.documents if one.id == file_id), None)
    if raw is None or person is None or handed_in is None or not person.agrees("documents"):
        return
    definition = Service(raw, case.service)
    field = definition.field(handed_in.field)
    wanted = definition.document(field.document) if field else None
    if wanted and wanted.get("wallet_type"):
        _keep(ctx, case, file, str(wanted["wallet_type"]), bucket or files.storage())


def _keep(ctx: Context, case: Case, file: StoredFile, kind: str, bucket: Files) -> None:
    owner = service.owner_of(case.person)
    key = key_prefix(ctx.city.id, owner, file.id) + file.key.rpartition("/")[2]
    version = bucket.write(key, b"".join(bucket.chunks(file.key, file.version)))
    copy = StoredFile(file.id, file.name, key, file.size, file.type, file.state, "B", version=version)
    file_store.add(owner, copy, ctx.now)
    source = "lookup" if file.seen.startswith("register") else "import"
    kept = Held(
        id=file.id,
        kind=kind,
        grade="B",
        source=source,
        created_at=clock.iso(ctx.now),
        name=file.name,
        file=file.id,
        case_id=case.id,
        checked_by=file.checked_by,
        checked_at=file.checked_at,
        seen=file.seen,
    )
    service.keep(ctx, case.person, kept)


def remind_task(ctx: Context, _: str = "") -> None:
    """The nightly message to a city: a mail to everybody who wants to know that a document ends soon."""
    from pynamodb.exceptions import TransactWriteError

    from functions.notifications import service as notifications

    for person_id, held_id in store.due(service.city_date(ctx).isoformat()):
        try:
            with transaction() as tx:
                store.reminded(tx, person_id, held_id)
                row = notifications.enqueue(tx, ctx, "document-ends", f"{person_id}/{held_id}")
        except TransactWriteError as error:
            if failed_conditions(error) or contended(error):
                continue  # another night's run was faster
            raise
        notifications.point(ctx, row)

"""A person's documents: kept, trusted, used by consent, forgotten."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from functions.cases import service, submitting
from functions.cases import store as case_store
from functions.cases.domain import Decision, Document
from functions.core import audit
from functions.core.context import Actor, Context
from functions.core.errors import Invalid, NotFound
from functions.files import service as files
from functions.files import store as file_store
from functions.files import worker as files_worker
from functions.identity.domain import Staff
from functions.people import service as persons
from functions.services.domain import WALLET_TYPES
from functions.wallet import service as wallet
from functions.wallet import worker
from functions.wallet.domain import MAX_HELD, OWN
from tests.cases.browser import stored
from tests.people.conftest import EMAIL, deliver, sign_up
from tests.wallet.conftest import document
from tests.world import BUCKET, World

ASKED = {"id": "licence", "source": "wallet", "wallet_type": "driving_licence", "min_grade": "C",
         "accept": ["pdf"], "max_mb": 5, "max_files": 1}  # fmt: skip
CLERK = Staff("ana@oakville.example", "Ana (demo)", ("clerk",), ("residents",))


def actions(person_id: str) -> list[str]:
    found = audit.EventItem.query(f"CHAIN#person#{person_id}", audit.EventItem.sk.startswith("EVENT#"))
    return [event.action for event in found]


def test_what_is_only_stated_is_trusted_least_and_a_scan_raises_it(people: World, oak: Context) -> None:
    person = sign_up(oak)
    stated = wallet.add(oak, person, {"kind": "identity_card", "number": "110105 19491231 002X"})
    assert (stated.grade, stated.last4) == ("D", "002X")
    assert "19491231" not in str(stored(people, people.oakville, "WALLET#"))
    licence = document(people, oak, person)
    assert (licence.grade, licence.source) == ("C", "import")
    assert {one.id for one in wallet.held(oak, person)} == {stated.id, licence.id}
    assert {"document_added", "document_file"} <= set(actions(person.id))


def test_there_is_an_end_to_what_is_kept(oak: Context) -> None:
    person = sign_up(oak)
    for _ in range(MAX_HELD):
        wallet.add(oak, person, {"kind": "identity_card"})
    with pytest.raises(Invalid):
        wallet.add(oak, person, {"kind": "identity_card"})


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"kind": "passport"}, "kind"),
        ({"kind": OWN}, "kind"),
        ({"kind": "identity_card", "issued": "2026-11-21"}, "issued"),
        ({"kind": "identity_card", "issued": "2020-01-01", "expires": "2019-01-01"}, "expires"),
        ({"kind": "identity_card", "issuer": "x" * 121}, "issuer"),
    ],
)
def test_what_is_stated_must_make_sense(oak: Context, typed: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        wallet.add(oak, sign_up(oak), typed)
    assert field in refusal.value.fields


def test_another_persons_document_does_not_exist(people: World, oak: Context) -> None:
    maria, wang = sign_up(oak), sign_up(oak, "wang@citizen.example")
    licence = document(people, oak, maria)
    for attempt in (
        lambda: wallet.get(oak, wang, licence.id),
        lambda: wallet.remove(oak, wang, licence.id),
        lambda: wallet.set_reminder(oak, wang, licence.id, wanted=True),
        lambda: wallet.use(oak, wang, licence.id, ASKED, "draft1", "parking"),
        lambda: wallet.take_file(oak, wang, licence.id, "f1"),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert wallet.get(oak, maria, licence.id) == licence


def test_a_document_is_offered_where_it_fits_and_can_be_shown(people: World, oak: Context) -> None:
    person = sign_up(oak)
    licence = document(people, oak, person)
    document(people, oak, person, kind="identity_card")
    assert wallet.offered(oak, person, ASKED) == [licence]
    assert wallet.offered(oak, person, {**ASKED, "min_grade": "B"}) == []
    assert wallet.offered(oak, person, {**ASKED, "wallet_type": "birth_certificate"}) == []


def submit(ctx: Context, draft: str, taken: Document, person_id: str = "") -> submitting.Submitted:
    answers = {"name": "Maria Garcia"}
    return submitting.submit_application(
        ctx,
        submitting.Application(
            draft, "residence-certificate", "digest", "residents", answers, (taken,), EMAIL, "Maria Garcia",
            None, person=person_id,
        ),
    )  # fmt: skip


def give(ctx: Context, people: World, person_id: str = "") -> tuple[str, str]:
    """(draft, file) of an application to which a licence was given."""
    person = sign_up(ctx)
    licence = document(people, ctx, person)
    taken = wallet.use(ctx, person, licence.id, ASKED, "draft1", "residence-certificate")
    file = Document(taken.id, "proof", taken.name, taken.size, "application/pdf", taken.key)
    assert files_worker.check_file(ctx, f"draft1/{taken.id}") == "checking"  # not sent yet
    submit(ctx, "draft1", file, person.id)
    return person.id, taken.id


def test_the_case_gets_a_copy_that_says_for_what_it_is(people: World, oak: Context) -> None:
    person_id, file_id = give(oak, people)
    assert files_worker.check_file(oak, f"draft1/{file_id}") == "not_checked"
    copy = file_store.get("draft1", file_id)
    case = case_store.get_case("draft1")
    assert copy and case and copy.grade == "C"
    data = people.s3.get_object(Bucket=BUCKET, Key=copy.key)["Body"].read()
    words = PdfReader(io.BytesIO(data)).pages[0].extract_text()
    assert "Copy, only for: Certificate of residence" in words and case.reference in words
    assert "Oakville (demo)" in words and "20 November 2026" in words
    assert copy.size == len(data)
    assert "document_used" in actions(person_id)
    assert files_worker.check_file(oak, f"draft1/{file_id}") == ""


def test_a_document_that_is_gone_meanwhile_is_asked_for_again(people: World, oak: Context) -> None:
    person_id, file_id = give(oak, people)
    person = persons.get(person_id)
    assert person
    wallet.remove(oak, person, wallet.held(oak, person)[0].id)
    assert files_worker.check_file(oak, f"draft1/{file_id}") == "unusable"
    found = case_store.get_file("draft1")
    assert found and found.events[0].action == "file_refused"


def test_a_clerks_check_raises_the_document_that_the_copy_is_of(people: World, oak: Context) -> None:
    person_id, file_id = give(oak, people)
    files_worker.check_file(oak, f"draft1/{file_id}")
    check(oak, "draft1", file_id, "original: at the counter")
    worker.keep_checked(oak, f"draft1/{file_id}")
    person = persons.get(person_id)
    assert person
    (licence,) = wallet.held(oak, person)
    assert (licence.grade, licence.source, licence.checked_by) == ("B", "import", CLERK.email)
    assert licence.seen == "original: at the counter"
    assert wallet.offered(oak, person, {**ASKED, "min_grade": "B"}) == [licence]


def check(ctx: Context, case_id: str, file_id: str, seen: str) -> None:
    mine = replace(ctx, actor=Actor("staff", CLERK.email))
    file = file_store.get(case_id, file_id)
    assert file
    files.record_check(mine, audit.read_chain("case", case_id), file, CLERK.email, seen)


def handed_in(people: World, ctx: Context, person_id: str) -> None:
    """An application with a file of its own, whose question says what kind of document it is."""
    key = "cities/oakville/uploads/draft2/f1/licence.pdf"
    people.s3.put_object(Bucket=BUCKET, Key=key, Body=b"%PDF-1.7 licence (demo)")
    document = {"id": "proof", "accept": ["pdf"], "max_mb": 1}
    files.take_upload(ctx, "draft2", document, "f1")
    files_worker.check_file(ctx, "draft2/f1")
    submit(ctx, "draft2", Document("f1", "proof", "licence.pdf", 20, "application/pdf", key), person_id)
    check(ctx, "draft2", "f1", "register")


@pytest.mark.parametrize("agreed", [True, False])
def test_what_a_clerk_has_checked_is_kept_by_consent_only(people: World, oak: Context, agreed: bool) -> None:
    person = sign_up(oak)
    if agreed:
        persons.set_consent(oak, person, "documents", given=True)
    proof = oak.city.config["services"]["residence-certificate"]["documents"][0]
    proof["wallet_type"] = "driving_licence"
    handed_in(people, oak, person.id)
    for _ in range(2):
        worker.keep_checked(oak, "draft2/f1")
    kept = wallet.held(oak, person)
    assert [(one.kind, one.grade, one.source) for one in kept] == (
        [("driving_licence", "B", "lookup")] if agreed else []
    )


def test_a_certificate_of_the_city_enters_the_wallet_of_who_was_signed_in(
    people: World, oak: Context
) -> None:
    person = sign_up(oak)
    file = Document("f1", "proof", "bill.pdf", 1, "application/pdf", "cities/oakville/uploads/d/f1/bill.pdf")
    submit(oak, "draft3", file, person.id)
    submit(oak, "draft4", file)
    desk = replace(oak, actor=Actor("staff", CLERK.email))
    for case_id in ("draft3", "draft4"):
        service.decide(desk, CLERK, case_id, Decision("approve", 1))
    (own,) = wallet.held(oak, person)
    assert (own.kind, own.grade, own.source, own.case_id) == (OWN, "A", "issued", "draft3")
    assert own.certificate and own.number_hash and own.kind not in WALLET_TYPES  # nobody else's document
    with pytest.raises(NotFound):
        wallet.take_file(oak, person, own.id, "f1")


def test_the_end_of_a_document_is_announced_once_to_who_wants_it(people: World, oak: Context) -> None:
    person = sign_up(oak)
    deliver(oak)
    soon = document(people, oak, person, expires="2026-12-31")
    document(people, oak, person, expires="2026-12-31", kind="identity_card")
    later = document(people, oak, person, expires="2029-12-31")
    for one in (soon, later):
        wallet.set_reminder(oak, person, one.id, wanted=True)
    for _ in range(2):
        worker.remind_task(oak)
    mailer, _ = deliver(oak)
    (mail,) = mailer.sent
    assert mail.to == EMAIL and "Driving licence" in mail.subject and "31 December 2026" in mail.subject
    assert "8901" not in mail.body


def test_no_reminder_without_an_end(people: World, oak: Context) -> None:
    person = sign_up(oak)
    with pytest.raises(Invalid):
        wallet.set_reminder(oak, person, document(people, oak, person, expires="").id, wanted=True)


def test_erasing_a_person_forgets_the_whole_wallet(people: World, oak: Context) -> None:
    person = sign_up(oak)
    document(people, oak, person)
    persons.erase(oak, person)
    assert stored(people, people.oakville, "WALLET#") == []
    assert "Contents" not in people.s3.list_objects_v2(
        Bucket=BUCKET, Prefix="cities/oakville/uploads/person."
    )


def test_the_night_leaves_what_lies_in_a_wallet(people: World, oak: Context) -> None:
    from datetime import timedelta

    person = sign_up(oak)
    document(people, oak, person)
    later = replace(oak, now=oak.now + timedelta(days=400))
    assert files.remove_leftovers(later, lambda owner: False) == 0
    wallet.forget(oak, person)

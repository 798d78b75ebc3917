"""Mail from an outbox: pointed to, sent once, tried again, swept; nothing personal in a queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.adapters.mail import FakeMailer, MailNotAccepted
from functions.adapters.queue import FakeQueue, Pointer
from functions.cases import service as cases
from functions.cases import submitting
from functions.cases.domain import Decision, Missing
from functions.core import clock, usage
from functions.core.context import Context
from functions.core.scope import tenant_scope
from functions.core.store import transaction
from functions.identity.domain import Staff
from functions.notifications import service, store, worker
from functions.notifications.domain import split_message
from functions.tenancy import registry
from tests.world import NOW, World

CLERK = Staff("ana@oakville.example", "Ana (demo)", ("clerk",), ("residents",))


@pytest.fixture
def oak(world: World) -> Iterator[Context]:
    """A context inside Oakville's scope."""
    with tenant_scope(world.oakville), clock.frozen(NOW):
        yield world.context(world.oakville)


def apply(ctx: Context, email: str = "maria@citizen.example") -> str:
    """An application was sent; answers the case's id."""
    application = submitting.Application(
        id="0192draft1",
        service="residence-certificate",
        definition="d1",
        department="residents",
        answers={"name": "Maria Garcia", "email": email},
        documents=(),
        email=email,
        name="Maria Garcia",
        due_at=None,
    )
    return submitting.submit_application(ctx, application).case_id


def row_ids() -> list[str]:
    """Rows of the outbox, oldest first."""
    return [item.sk for item in store.OutboxItem.query("OUTBOX")]


def deliver_all(ctx: Context) -> FakeMailer:
    mailer = FakeMailer()
    for row_id in row_ids():
        service.deliver(ctx, row_id, mailer)
    return mailer


def test_a_received_application_is_confirmed_by_mail(world: World, oak: Context) -> None:
    apply(oak)
    (mail,) = deliver_all(oak).sent
    assert mail.to == "maria@citizen.example"
    assert mail.subject.startswith("We have received your application: Certificate of residence (")
    assert "3 working days" in mail.body and "http://localhost:8000/oakville/status?reference=" in mail.body
    assert (mail.sender_name, mail.reply_to) == ("Oakville (demo)", "help@oakville.example")


def test_mail_carries_no_code_and_no_answers(world: World, oak: Context) -> None:
    case_id = apply(oak)
    (mail,) = deliver_all(oak).sent
    assert submitting.code_of(oak, case_id) not in mail.body
    assert "Garcia" not in mail.body + mail.subject


def test_mail_speaks_the_language_of_the_application(world: World) -> None:
    with tenant_scope(world.qinghe), clock.frozen(NOW):
        ctx = world.context(world.qinghe)
        apply(ctx)
        (mail,) = deliver_all(ctx).sent
    assert mail.subject.startswith("已收到您的申请：居住证明（")
    assert mail.sender_name == "清河市（演示）"


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (Decision("approve", 1), "is approved"),
        (Decision("refuse", 1, reason="Wrong city"), "is refused"),
        (Decision("send_back", 1, missing=(Missing("since", "Cut off"),)), "Something is missing"),
    ],
)
def test_every_decision_is_told(world: World, oak: Context, decision: Decision, words: str) -> None:
    case_id = apply(oak)
    cases.decide(oak, CLERK, case_id, decision)
    mails = deliver_all(oak).sent
    assert len(mails) == 2
    (told,) = [mail for mail in mails if words in mail.subject]
    if decision.missing:
        assert "Since when have you lived there?: Cut off" in told.body
    assert "Wrong city" not in told.body


def test_a_message_that_comes_twice_is_sent_once_and_counted_once(world: World, oak: Context) -> None:
    apply(oak)
    mailer = FakeMailer()
    (row_id,) = row_ids()
    for _ in range(3):
        service.deliver(oak, row_id, mailer)
    assert len(mailer.sent) == 1
    assert usage.of_day("2026-11-20")["mails"] == 1


def test_mail_that_is_not_accepted_is_tried_again(world: World, oak: Context) -> None:
    apply(oak)
    mailer = FakeMailer(failing=True)
    (row_id,) = row_ids()
    with pytest.raises(MailNotAccepted):
        service.deliver(oak, row_id, mailer)
    mailer.failing = False
    service.deliver(oak, row_id, mailer)
    assert len(mailer.sent) == 1


def test_a_row_that_another_worker_holds_is_left_alone_until_its_lease_ends(
    world: World, oak: Context
) -> None:
    apply(oak)
    (row_id,) = row_ids()
    assert store.claim(row_id, NOW)
    mailer, queue = FakeMailer(), FakeQueue()
    service.deliver(oak, row_id, mailer)
    assert not mailer.sent and service.sweep(oak, queue) == 0
    later = Context(oak.city, oak.actor, oak.lang, NOW + timedelta(minutes=3), "request-2")
    assert service.sweep(later, queue) == 1
    service.deliver(later, row_id, mailer)
    assert len(mailer.sent) == 1


def test_the_sweep_points_to_what_is_pending_only(world: World, oak: Context) -> None:
    apply(oak)
    queue = FakeQueue()
    assert service.sweep(oak, queue) == 1
    assert [(one.city, one.kind, one.id) for one in queue.sent] == [("oakville", "mail", row_ids()[0])]
    deliver_all(oak)
    assert service.sweep(oak, queue) == 0


def test_a_queue_that_cannot_be_reached_leaves_the_row_for_the_sweep(world: World, oak: Context) -> None:
    with transaction() as tx:
        row_id = service.enqueue(tx, oak, "received", "0192nothing")
    service.point(oak, row_id, FakeQueue(failing=True))
    assert [row.sk for row in store.pending()] == [row_id]


def test_a_row_whose_case_is_gone_or_has_no_address_sends_nothing(world: World, oak: Context) -> None:
    with transaction() as tx:
        service.enqueue(tx, oak, "received", "0192nothing")
    assert not deliver_all(oak).sent
    assert not list(store.pending())


def test_an_unknown_event_is_a_fault_in_the_code(world: World, oak: Context) -> None:
    with pytest.raises(ValueError, match="no message"), transaction() as tx:
        service.enqueue(tx, oak, "nothing", "0192")


def test_messages_in_the_queue_are_pointers(world: World, oak: Context) -> None:
    apply(oak)
    (message,) = world.messages(world.tasks_url)
    assert message == {"city": "oakville", "kind": "mail", "id": row_ids()[0]}


def record(message: Any, number: int = 1) -> dict[str, str]:
    """One SQS record."""
    return {"messageId": f"m{number}", "body": message if isinstance(message, str) else json.dumps(message)}


def test_the_worker_reports_only_what_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_city", {"oakville": world.oakville}.get)
    with tenant_scope(world.oakville), clock.frozen(NOW):
        apply(world.context(world.oakville))
        (row_id,) = row_ids()
    answer = worker.handle_tasks(
        {
            "Records": [
                record({"city": "oakville", "kind": "mail", "id": row_id}, 1),
                record("not json", 2),
                record({"city": "nowhere", "kind": "mail", "id": "x"}, 3),
                record({"city": "oakville", "kind": "unheard", "id": "x"}, 4),
            ]
        }
    )
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m2"}, {"itemIdentifier": "m4"}]}
    with tenant_scope(world.oakville):
        assert not list(store.pending())


def test_slow_tasks_come_last_and_what_time_does_not_reach_for_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lambda:
        left = 60_000

        def get_remaining_time_in_millis(self) -> int:
            return self.left

    context, done = Lambda(), []
    moments = iter(range(0, 10_000, 25))  # each task takes 25 seconds

    def work(pointer: dict[str, str], message_id: str) -> None:
        done.append(pointer["kind"])
        context.left -= 25_000

    monkeypatch.setattr(worker, "_handle", work)
    monkeypatch.setattr(worker.time, "monotonic", lambda: next(moments))
    kinds = ["readings-file", "readings-close-shard", "due", "mail"]
    records = [
        {"messageId": kind, "body": Pointer("oakville", kind, str(n)).to_json()}
        for n, kind in enumerate(kinds)
    ]
    answer = worker.handle_tasks({"Records": records}, context)
    assert done == ["due", "mail"]
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == kinds[:2]


def test_a_foreign_row_is_not_sent_for_another_city(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_city", {"qinghe": world.qinghe}.get)
    with tenant_scope(world.oakville), clock.frozen(NOW):
        apply(world.context(world.oakville))
        (row_id,) = row_ids()
    answer = worker.handle_tasks({"Records": [record({"city": "qinghe", "kind": "mail", "id": row_id})]})
    assert answer == {"batchItemFailures": []}
    with tenant_scope(world.oakville):
        assert [row.sk for row in store.pending()] == [row_id]


def test_every_kind_of_task_has_its_work() -> None:
    from importlib import import_module

    for place in worker.KINDS.values():
        module, _, name = place.partition(":")
        assert callable(getattr(import_module(module), name)), place


def test_every_mail_that_a_case_sends_has_a_message() -> None:
    from functions.cases.domain import ACTIONS
    from functions.cases.letters import MESSAGES

    others = {"received", "file-refused"}  # when it comes in; when the malware scan refuses one of its files
    assert {action.mail for action in ACTIONS.values() if action.mail} | others == set(MESSAGES)


def test_what_was_written_is_kept_once_word_for_word(world: World, oak: Context) -> None:
    case_id = apply(oak)
    (mail,) = deliver_all(oak).sent
    deliver_all(oak)
    (letter,) = service.letters_of(case_id)
    assert (letter.subject, letter.text, letter.lang) == (mail.subject, mail.body, "en")


def test_a_subject_is_one_line() -> None:
    assert split_message("\nSubject  here\n\nBody\n\nmore\n") == ("Subject here", "Body\n\nmore\n")

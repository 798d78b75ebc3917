"""Handing in, the check, giving out: nothing leaves the storage before its verdict is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.adapters.files import FakeFiles
from functions.adapters.queue import FakeQueue, Pointer
from functions.adapters.scanner import EICAR, TAG, EicarScanner, GuardDutyScanner, NoScanner, scanner_for
from functions.core import settings
from functions.core.context import Context
from functions.core.errors import NotFound, RateLimited
from functions.core.scope import tenant_scope
from functions.files import service, store, worker
from functions.files.domain import StoredFile, UploadedFile
from functions.files.service import NotGivenOut, Refused
from functions.notifications.worker import handle_tasks
from tests.desk import application
from tests.files.conftest import DOCUMENT, PDF, photo
from tests.world import World


@pytest.fixture
def ctx(world: World) -> Iterator[Context]:
    with tenant_scope(world.oakville):
        yield world.context(world.oakville)


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def files() -> FakeFiles:
    return FakeFiles()


def hand_in(
    ctx: Context,
    files: FakeFiles,
    data: bytes = PDF,
    name: str = "bill.pdf",
    file_id: str = "f1",
    **more: Any,
) -> UploadedFile | Refused:
    key = f"cities/oakville/uploads/draft1/{file_id}/{name}"
    files.objects[key] = data
    more.setdefault("queue", FakeQueue())
    return service.take_upload(ctx, "draft1", DOCUMENT, file_id, files=files, **more)


def known(file_id: str = "f1") -> StoredFile:
    found = store.get("draft1", file_id)
    assert found
    return found


def test_a_file_waits_for_its_check_and_the_worker_is_told_once(
    ctx: Context, files: FakeFiles, queue: FakeQueue
) -> None:
    assert isinstance(hand_in(ctx, files, queue=queue), UploadedFile)
    hand_in(ctx, files, queue=queue)
    assert queue.sent == [Pointer("oakville", "file", "draft1/f1")]
    assert known().state == "checking" and known().grade == "C"
    assert service.files_of("draft1") == {"f1": known()}


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "bill.pdf", "missing"),
        (b"%PDF-" + bytes(1024 * 1024), "bill.pdf", "size"),
        (b"MZ" + bytes(90), "bill.pdf", "type"),
        (b"<script>alert(1)</script>", "bill.pdf", "type"),
        (PDF, "bill.exe", "name"),
        (photo(), "photo.pdf", "name"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(90), "photo.heic", "heic"),
    ],
)
def test_what_is_refused_is_removed_and_leaves_nothing(
    ctx: Context, files: FakeFiles, data: bytes, name: str, reason: str
) -> None:
    assert hand_in(ctx, files, data, name) == Refused(reason)
    assert files.objects == {} and service.files_of("draft1") == {}


def test_a_file_of_another_owner_or_city_is_not_there(ctx: Context, files: FakeFiles) -> None:
    hand_in(ctx, files)
    for owner, file_id in (("draft2", "f1"), ("draft1", "f2"), ("draft1", "../f1"), ("draft1", "")):
        assert service.take_upload(ctx, owner, DOCUMENT, file_id, files=files) == Refused("missing")
    with pytest.raises(NotFound):
        service.download_url(ctx, "cities/qinghe/uploads/draft1/f1/bill.pdf", "bill.pdf", files)


def test_a_script_that_uploads_on_and_on_is_stopped(ctx: Context, files: FakeFiles) -> None:
    for number in range(service.UPLOADS[0]):
        hand_in(ctx, files, b"MZ", file_id=f"f{number}")
    with pytest.raises(RateLimited):
        hand_in(ctx, files, file_id="last")
    assert files.objects == {}


def test_a_clean_pdf_is_given_out_by_a_short_link(ctx: Context, files: FakeFiles) -> None:
    hand_in(ctx, files)
    with pytest.raises(NotGivenOut):
        service.link(ctx, known(), knowing=True, files=files)
    assert worker.check_file(ctx, "draft1/f1", files, EicarScanner(files)) == "clean"
    assert "seconds=300" in service.link(ctx, known(), knowing=False, files=files)
    assert worker.check_file(ctx, "draft1/f1", files, EicarScanner(files)) == ""


@pytest.mark.parametrize("place", [b"", bytes(1_100_000), b"x" * (1000 - 40)])
def test_the_test_file_of_scanners_is_found_wherever_it_stands_and_never_given_out(
    ctx: Context, files: FakeFiles, place: bytes
) -> None:
    hand_in(ctx, files)
    files.objects[known().key] = PDF + place + EICAR
    assert worker.check_file(ctx, "draft1/f1", files, EicarScanner(files)) == "infected"
    assert known().refused
    for knowing in (False, True):
        with pytest.raises(NotGivenOut):
            service.link(ctx, known(), knowing=knowing, files=files)


def test_without_a_scanner_a_file_stays_unchecked_and_is_opened_knowingly(
    ctx: Context, files: FakeFiles
) -> None:
    hand_in(ctx, files)
    assert worker.check_file(ctx, "draft1/f1", files, NoScanner()) == "not_checked"
    with pytest.raises(NotGivenOut):
        service.link(ctx, known(), knowing=False, files=files)
    assert service.link(ctx, known(), knowing=True, files=files)


def test_guardduty_says_its_word_on_the_object_when_it_is_ready(ctx: Context, files: FakeFiles) -> None:
    hand_in(ctx, files)
    scanner = GuardDutyScanner(files)
    assert worker.check_file(ctx, "draft1/f1", files, scanner) == "checking"
    files.labels[known().key] = {TAG: "THREATS_FOUND"}
    assert worker.check_file(ctx, "draft1/f1", files, scanner) == "infected"


@pytest.mark.parametrize(
    ("word", "verdict"),
    [("NO_THREATS_FOUND", "clean"), ("UNSUPPORTED", "not_checked"), ("FAILED", "not_checked"),
     ("ACCESS_DENIED", "not_checked"), ("A_NEW_WORD", "not_checked")],
)  # fmt: skip
def test_only_guarddutys_good_word_is_good(files: FakeFiles, word: str, verdict: str) -> None:
    files.objects["key"], files.labels["key"] = PDF, {TAG: word}
    assert GuardDutyScanner(files).verdict("key") == verdict


@pytest.mark.parametrize(
    ("name", "made"), [("guardduty", GuardDutyScanner), ("eicar", EicarScanner), ("none", NoScanner)]
)
def test_the_installation_says_who_looks(
    monkeypatch: pytest.MonkeyPatch, files: FakeFiles, name: str, made: type
) -> None:
    monkeypatch.setenv("TOWNKIT_SCANNER", name)
    settings.settings.cache_clear()
    assert isinstance(scanner_for(files), made)
    monkeypatch.undo()
    settings.settings.cache_clear()


def test_a_photo_is_replaced_by_an_upright_one_without_its_place(ctx: Context, files: FakeFiles) -> None:
    data = photo()
    hand_in(ctx, files, data, "photo.jpg")
    assert worker.check_file(ctx, "draft1/f1", files, NoScanner()) == "not_checked"
    kept = files.objects[known().key]
    assert b"Camera" in data and b"Camera" not in kept
    assert known().size == len(kept)


def test_a_photo_that_nobody_can_open_is_asked_for_again(ctx: Context, files: FakeFiles) -> None:
    hand_in(ctx, files, photo()[:200], "photo.jpg")
    assert worker.check_file(ctx, "draft1/f1", files, NoScanner()) == "unusable"
    assert known().refused


def test_a_file_that_was_taken_back_meanwhile_is_forgotten(ctx: Context, files: FakeFiles) -> None:
    hand_in(ctx, files)
    files.objects.clear()
    assert worker.check_file(ctx, "draft1/f1", files, EicarScanner(files)) == ""
    assert service.files_of("draft1") == {}
    assert worker.check_file(ctx, "nobody/nothing", files) == worker.check_file(ctx, "nonsense", files) == ""


def test_what_a_person_takes_back_is_gone(ctx: Context, files: FakeFiles) -> None:
    hand_in(ctx, files)
    service.remove_upload(known().key, files)
    assert files.objects == {} and service.files_of("draft1") == {}


def test_the_night_asks_again_for_checks_that_did_not_end(
    ctx: Context, files: FakeFiles, queue: FakeQueue
) -> None:
    hand_in(ctx, files, queue=FakeQueue(failing=True))
    hand_in(ctx, files, file_id="f2")
    worker.check_file(ctx, "draft1/f2", files, NoScanner())
    worker.sweep_task(ctx, queue=queue)
    assert queue.sent == []
    ctx.now += timedelta(hours=2)
    worker.sweep_task(ctx, queue=queue)
    assert [one.id for one in queue.sent] == ["draft1/f1"]


def test_what_lies_without_an_owner_goes_with_what_is_known_of_it(ctx: Context, files: FakeFiles) -> None:
    hand_in(ctx, files)
    assert service.remove_leftovers(ctx, lambda owner: owner == "draft1", files) == 0
    assert service.remove_leftovers(ctx, lambda owner: False, files) == 1
    assert service.files_of("draft1") == {}


def test_a_scanners_word_is_read_in_the_city_that_the_object_lies_in() -> None:
    message = worker.message_of("cities/oakville/uploads/draft1/f1/a/b.pdf")
    assert message == {"city": "oakville", "kind": "file", "id": "draft1/f1"}
    for key in ("cities/oakville/audit/2026.json", "x", "", "cities/oakville/uploads/f", "uploads/a/b/c/d/e"):
        assert worker.message_of(key) is None


def test_a_scanners_word_about_anything_else_is_dropped(world: World) -> None:
    body = json.dumps({"object": "cities/oakville/audit/2026.json"})
    assert handle_tasks({"Records": [{"messageId": "1", "body": body}]}) == {"batchItemFailures": []}


def test_the_applicant_is_told_of_a_harmful_file_and_the_history_has_it(
    ctx: Context, files: FakeFiles, world: World
) -> None:
    case = application(world, world.oakville, "draft1")
    hand_in(ctx, files, PDF + EICAR)
    assert worker.check_file(ctx, "draft1/f1", files, EicarScanner(files)) == "infected"
    from functions.cases import store as cases

    found = cases.get_file(case.id)
    assert found and found.events[0].action == "file_refused"
    assert found.events[0].detail == {"file": "f1", "state": "infected"}
    assert found.files["f1"].state == "infected"
    rows = [item for item in world.items(world.oakville) if item["pk"]["S"] == "OUTBOX"]
    assert "file-refused" in {row["event"]["S"] for row in rows}

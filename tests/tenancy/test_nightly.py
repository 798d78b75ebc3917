"""The nightly fan-out: a message a kind for every live city, and none for others."""

from datetime import timedelta

from functions.adapters.queue import FakeQueue
from functions.core import usage
from functions.core.scope import tenant_scope
from functions.notifications.worker import KINDS as KNOWN
from functions.sensing import service as sensing
from functions.tenancy import nightly
from tests.tenancy.conftest import elmtown
from tests.tenancy.test_onboarding import apply
from tests.world import NOW


def test_every_live_city_gets_one_message_of_each_kind(land):
    apply(elmtown())
    apply(elmtown(id="ashtown"), stop_after=2)
    queue = FakeQueue()
    assert nightly.handle_nightly({}, queue) == {"cities": 1, "messages": len(nightly.KINDS)}
    assert {(one.city, one.kind) for one in queue.sent} == {("elmtown", kind) for kind in nightly.KINDS}


def test_the_worker_knows_every_kind():
    assert set(nightly.KINDS) <= set(KNOWN)


def test_a_day_that_is_over_keeps_its_exact_counts(world, monkeypatch):
    today = NOW.date()
    counted = [
        (today, 9, 9),
        (today - timedelta(days=1), 2, 20),
        (today - timedelta(days=1), 1, 3),
        (today - timedelta(days=6), 7, 7),
    ]
    monkeypatch.setattr(sensing, "day_counts", lambda ctx: iter(counted))
    with tenant_scope(world.oakville):
        for _ in range(2):
            nightly.usage_task(world.context(world.oakville), "")
        days = usage.of_days("2026-11-01", "2026-11-30")
    assert days == {"2026-11-19": {"messages": 3, "readings": 23}}

"""The nightly fan-out: a message a kind for every live city, and none for others."""

from functions.adapters.queue import FakeQueue
from functions.notifications.worker import KINDS as KNOWN
from functions.tenancy import nightly
from tests.tenancy.conftest import elmtown
from tests.tenancy.test_onboarding import apply


def test_every_live_city_gets_one_message_of_each_kind(land):
    apply(elmtown())
    apply(elmtown(id="ashtown"), stop_after=2)
    queue = FakeQueue()
    assert nightly.handle_nightly({}, queue) == {"cities": 1, "messages": len(nightly.KINDS)}
    assert {(one.city, one.kind) for one in queue.sent} == {("elmtown", kind) for kind in nightly.KINDS}


def test_the_worker_knows_every_kind():
    assert set(nightly.KINDS) <= set(KNOWN)

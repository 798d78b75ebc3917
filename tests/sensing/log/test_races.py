"""Workers that write one log at the same moment: each finds its place, and nothing is stored twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest

from functions.sensing.domain import Reading
from functions.sensing.log import codec
from functions.sensing.log.appending import TRIES, ShardLog
from functions.sensing.log.domain import Stale
from functions.sensing.log.planning import Incoming
from tests.sensing.log.shelf import FakeShelf
from tests.sensing.log.test_order import RULES, T0, rules_of

WORKERS, MESSAGES = 2 * TRIES, 3


class SlowShelf(FakeShelf):
    """Reading and writing take as long as each other, as in a database."""

    def __init__(self, rules):
        super().__init__(rules)
        self.lock, self.never = Lock(), Event()

    def read_entries(self, after):
        self.never.wait(0.002)
        with self.lock:
            return super().read_entries(after)

    def append(self, seq, entry, step):
        self.never.wait(0.002)
        with self.lock:
            super().append(seq, entry, step)

    def write_board(self, state):
        with self.lock:
            return super().write_board(state)


def test_twice_as_many_workers_as_tries_all_find_their_place():
    shelf = SlowShelf(RULES)

    def work(number):
        log = ShardLog(shelf)
        for turn in range(MESSAGES):
            reading = Reading(T0 + turn * 1000, "level", 1.0 + number / 100, 0)
            message = Incoming(f"{number}-{turn}", T0 + turn * 1000, (reading,))
            assert log.store({f"thing-{number}": [message]}, rules_of).added == 1

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
    stored = [
        (thing, arrival.reading.at)
        for data in shelf.entries.values()
        for thing, own in codec.unpack_entry(data).arrivals.items()
        for arrival in own
    ]
    assert sorted(shelf.entries) == list(range(1, len(shelf.entries) + 1))
    assert len(stored) == len(set(stored)) == WORKERS * MESSAGES


class CountedShelf(FakeShelf):
    """Counts reads of the past; others are faster so many times."""

    def __init__(self, rules, faster):
        super().__init__(rules)
        self.reads, self.alone, self.faster = [], 0, faster

    def memory_before(self, thing, day):
        self.reads.append(thing)
        return super().memory_before(thing, day)

    def append(self, seq, entry, step):
        if self.reads and self.faster:
            self.faster -= 1
            raise Stale
        self.alone += step is not None
        super().append(seq, entry, step)


@pytest.mark.parametrize("faster", [0, 5])
def test_late_readings_that_change_no_alarm_share_an_entry_and_read_the_past_once_for_all_tries(faster):
    """Or a batch of them is overtaken for ever by batches in order, which take a tenth of the time."""
    things = [f"thing-{number}" for number in range(10)]

    def batch(second, value):
        reading = Reading(T0 + second * 1000, "level", value, 0)
        return {t: [Incoming(f"{t}-{second}", T0 + second * 1000, (reading,))] for t in things}

    shelf = CountedShelf(RULES, faster)
    log = ShardLog(shelf)
    for second in (0, 20):
        log.store(batch(second, 1.0), rules_of)
    written = shelf.writes
    assert log.store(batch(10, 1.1), rules_of).added == len(things)
    assert (shelf.writes - written, shelf.alone) == (1, 0)
    assert sorted(shelf.reads) == things
    log.store(batch(15, 2.5), rules_of)  # these do: more than a metre in an hour
    assert shelf.alone == len(things)
    assert {episode[0] for episode in shelf.valid_episodes()} == {"rise"}

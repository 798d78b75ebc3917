"""Workers that write one log at the same moment: each finds its place, and nothing is stored twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

from functions.sensing.domain import Reading
from functions.sensing.log import codec
from functions.sensing.log.appending import TRIES, ShardLog
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

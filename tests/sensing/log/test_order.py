"""Whatever the order, the splitting, the repetition and the lateness of messages: the same readings, marks,
roll-ups, counts, latest values and alarms as when they come in order."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.alarms.domain import fold
from functions.sensing.domain import RANGE, Reading
from functions.sensing.log import closing
from functions.sensing.log.appending import ShardLog
from functions.sensing.log.domain import DAY_MS
from functions.sensing.log.planning import Incoming
from functions.sensing.rules import compile_rules, evaluate
from tests.sensing.log.shelf import Crash, FakeShelf

T0 = int(datetime(2026, 11, 20, 10, tzinfo=UTC).timestamp() * 1000)
TITLE = {"en": "x"}
PROFILE = {
    "id": "river-level",
    "quantities": {"level": {"step": 2.0, "stuck": 600}, "battery": {}},
    "rules": [
        {"id": "high", "title": TITLE, "metric": "level", "clear": 3.0, "of": [2, 3],
         "levels": [{"above": 3.5, "severity": "high"}, {"above": 4.5, "severity": "critical"}]},
        {"id": "rise", "title": TITLE, "metric": "level", "severity": "low",
         "rate": {"direction": "rise", "by": 1.0, "seconds": 3600}},
        {"id": "held", "title": TITLE, "metric": "battery", "clear": 30.0, "hold": 900,
         "levels": [{"below": 20.0, "severity": "low"}]},
    ],
}  # fmt: skip
RULES = compile_rules(PROFILE, zone="Asia/Shanghai", thing="a")


def rules_of(things):
    return dict.fromkeys(things, RULES)


@st.composite
def histories(draw):
    """Messages of two devices over a few days, in the order in which they were sent."""
    messages = []
    span = draw(st.sampled_from([3_000, 60_000, 250_000]))
    count = draw(st.integers(1, 25))
    moments = sorted(draw(st.lists(st.integers(0, span), min_size=count, max_size=count)))
    for number, second in enumerate(moments):
        readings = []
        for _ in range(draw(st.integers(1, 3))):
            at = T0 + (second - draw(st.integers(0, 30)) * 60) * 1000
            metric = draw(st.sampled_from(["level", "level", "level", "battery"]))
            value = draw(
                st.sampled_from(
                    [1.0, 2.9, 3.1, 3.6, 4.0, 4.6, 9.5] if metric == "level" else [10.0, 25.0, 50.0]
                )
            )
            readings.append(Reading(at, metric, value, RANGE if value == 9.5 else 0))
        thing = draw(st.sampled_from(["a", "a", "b"]))
        messages.append((thing, Incoming(f"m{number}", T0 + second * 1000, tuple(sorted(readings)))))
    return messages


@st.composite
def deliveries(draw):
    """(as sent, as delivered in batches)."""
    sent = draw(histories())
    order = draw(st.permutations(sent)) if draw(st.booleans()) else sent
    order = [*order, *draw(st.lists(st.sampled_from(sent), max_size=4))]
    size = draw(st.integers(1, 6))
    return sent, [order[start : start + size] for start in range(0, len(order), size)]


def grouped(batch):
    found = {}
    for thing, message in batch:
        found.setdefault(thing, []).append(message)
    return found


def stored_series(shelf, thing):
    """Marked readings, whatever is closed and what still waits."""
    while shelf.closed < max(shelf.entries, default=0):
        closing.close(shelf, rules_of)
    return [
        r
        for key, _ in sorted(shelf.days.items())
        if key[0] == thing
        for r in shelf.days_since(thing, key[1])[0].readings
    ]


def expected_series(sent, thing):
    found = {}
    for own, message in sent:
        for reading in message.readings if own == thing else ():
            found.setdefault(reading[:3], reading)
    return evaluate(RULES, RULES.start(), sorted(found.values()))


def check(shelf, log, sent):
    episodes = set()
    for thing in {thing for thing, _ in sent}:
        _, changes, series = expected_series(sent, thing)
        state = log.catch_up().devices[thing]
        assert stored_series(shelf, thing) == series
        newest = {}
        for reading in sorted(series, key=lambda r: (r.at, -r.value)):
            newest[reading.metric] = reading[:3]
        assert {metric: reading[:3] for metric, reading in state.latest.items()} == newest
        assert state.received == max(m.received for own, m in sent if own == thing)
        assert sum(readings for _, readings in state.days.values()) == len(series)
        assert state.days.keys() <= {m.received // DAY_MS for _, m in sent}
        for rule in RULES.rules:
            folded = fold(thing, rule, None, [c for c in changes if c.rule == rule])
            episodes |= {(thing, rule, e.raised, e.severity, e.cleared) for e in folded.episodes}
        for day in {key[1] for key in shelf.rollups if key[0] == thing}:
            assert sum(r.count + r.marks.get("duplicate", 0) for r in shelf.rollups[thing, day].whole) <= len(
                series
            )
    found = {
        (thing, rule, e.raised, e.severity, e.cleared)
        for (thing, rule), kept in shelf.episodes.items()
        for e in kept.values()
        if not e.withdrawn
    }
    assert found == episodes


@settings(deadline=None, max_examples=150)
@given(deliveries(), st.data())
def test_any_order_split_repetition_and_lateness_stores_the_same(delivered, data):
    sent, batches = delivered
    shelf = FakeShelf(RULES)
    writers = [ShardLog(shelf), ShardLog(shelf)]
    for number, batch in enumerate(batches):
        writers[data.draw(st.integers(0, 1))].store(grouped(batch), rules_of)
        if number % 3 == data.draw(st.integers(0, 3)):
            closing.close(shelf, rules_of, until=data.draw(st.sampled_from([None, T0 + 40_000_000])))
    check(shelf, writers[0], sent)
    assert shelf.rollups == rollups_in_order(sent)


def rollups_in_order(sent):
    shelf = FakeShelf(RULES)
    log = ShardLog(shelf)
    for thing, message in sent:
        log.store({thing: [message]}, rules_of)
    closing.close(shelf, rules_of)
    return shelf.rollups


@settings(deadline=None, max_examples=60)
@given(deliveries(), st.integers(1, 30))
def test_a_crash_at_any_write_and_the_redelivery_lose_and_double_nothing(delivered, crash_at):
    sent, batches = delivered
    shelf = FakeShelf(RULES)
    shelf.crash_at = crash_at
    for batch in batches:
        log = ShardLog(shelf)
        failed = log.store(grouped(batch), rules_of).failed
        if failed:
            ShardLog(shelf).store(grouped(batch), rules_of)
        try:
            closing.close(shelf, rules_of)
        except Crash:
            closing.close(shelf, rules_of)
    check(shelf, ShardLog(shelf), sent)


def test_a_crash_between_two_days_leaves_no_later_day_with_old_marks():
    def send(key, hours, value):
        reading = Reading(T0 + hours * 3_600_000, "level", value)
        return "a", Incoming(key, T0 + 30 * 3_600_000, (reading,))

    sent = [send("m1", 0, 1.0), send("m2", 20, 9.0), send("late", 2, 8.0)]  # 8.0 makes 9.0 plausible
    shelf = FakeShelf(RULES)
    for batch in (sent[:2], sent[2:]):
        ShardLog(shelf).store(grouped(batch), rules_of)
        if batch == sent[:2]:
            closing.close(shelf, rules_of)
    shelf.crash_at = shelf.writes + 2
    with pytest.raises(Crash):
        closing.close(shelf, rules_of)
    assert stored_series(shelf, "a") == expected_series(sent, "a")[2]

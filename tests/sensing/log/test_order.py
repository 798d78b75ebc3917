"""Whatever the order, the splitting, the repetition and the lateness of messages: the same readings, marks,
roll-ups, counts, latest values and alarms as when they come in order."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.alarms.domain import fold
from functions.sensing.domain import CLOCK, RANGE, Reading
from functions.sensing.log import closing, planning
from functions.sensing.log.appending import ShardLog
from functions.sensing.log.domain import DAY_MS
from functions.sensing.log.planning import Incoming
from functions.sensing.rules import compile_rules, evaluate
from tests.sensing.log.shelf import Crash, FakeShelf

T0 = int(datetime(2026, 11, 20, 10, tzinfo=UTC).timestamp() * 1000)
TITLE = {"en": "x"}
PROFILE = {
    "id": "river-level",
    "quantities": {"level": {"step": 2.0, "stuck": 600}, "battery": {}, "lat": {"unit": "lat"},
                   "lon": {"unit": "lon"}},
    "rules": [
        {"id": "high", "title": TITLE, "metric": "level", "clear": 3.0, "of": [2, 3],
         "levels": [{"above": 3.5, "severity": "high"}, {"above": 4.5, "severity": "critical"}]},
        {"id": "rise", "title": TITLE, "metric": "level", "severity": "low",
         "rate": {"direction": "rise", "by": 1.0, "seconds": 3600}},
        {"id": "held", "title": TITLE, "metric": "battery", "clear": 30.0, "hold": 900,
         "levels": [{"below": 20.0, "severity": "low"}]},
        {"id": "away", "title": TITLE, "severity": "low", "of": [2, 2], "area": {"outside": "yard"}},
    ],
}  # fmt: skip
YARD = {"circle": {"lat": 30.0, "lon": 120.0, "radius": 500}}
RULES = compile_rules(PROFILE, zone="Asia/Shanghai", thing="a", areas={"yard": [YARD]})


def rules_of(things):
    return dict.fromkeys(things, RULES)


@st.composite
def histories(draw):
    """Messages of two devices over a few days, in the order in which they were sent."""
    messages = []
    span = draw(st.sampled_from([3_000, 60_000, 250_000]))
    count = draw(st.integers(1, 25))
    moments = sorted(draw(st.lists(st.integers(0, span), min_size=count, max_size=count)))
    halves = {}
    for number, second in enumerate(moments):
        readings, others = [], []
        for _ in range(draw(st.integers(1, 3))):
            at = T0 + (second - draw(st.integers(0, 30)) * 60) * 1000
            metric = draw(st.sampled_from(["level", "level", "level", "battery", "lat"]))
            if metric == "lat":  # where it is, in one message or in two
                readings.append(Reading(at, "lat", draw(st.sampled_from([30.0, 30.02]))))
                (readings if draw(st.booleans()) else others).append(Reading(at, "lon", 120.0))
                continue
            value = draw(
                st.sampled_from(
                    [1.0, 2.9, 3.1, 3.6, 4.0, 4.6, 9.5] if metric == "level" else [10.0, 25.0, 50.0]
                )
            )
            ahead = CLOCK if draw(st.sampled_from([False, False, True])) else 0
            readings.append(Reading(at, metric, value, ahead | (RANGE if value == 9.5 else 0)))
        thing = draw(st.sampled_from(["a", "a", "b"]))
        readings += halves.pop(thing, [])
        halves[thing] = others
        messages.append((thing, Incoming(f"m{number}", T0 + second * 1000, tuple(sorted(readings)))))
    return messages


def said_again(sent):
    """The device sends the same readings in another message, half an hour later: by then its clock, which was
    ahead, seems right."""
    thing, message = sent
    received = message.received + 1_800_000
    readings = tuple(one._replace(flags=one.flags & ~CLOCK) for one in message.readings)
    return thing, Incoming(f"{message.key}-again", received, readings)


@st.composite
def deliveries(draw):
    """(as sent, as delivered in batches)."""
    sent = draw(histories())
    order = draw(st.permutations(sent)) if draw(st.booleans()) else sent
    order = [
        *order,
        *draw(st.lists(st.sampled_from([*sent, *(said_again(one) for one in sent)]), max_size=4)),
    ]
    order = draw(st.permutations(order)) if draw(st.booleans()) else order
    sent = [*sent, *(one for one in order if one not in sent)]
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
        for r in next(shelf.days_since(thing, key[1])).readings
    ]


def expected_series(sent, thing):
    found = {}
    for own, message in sent:
        for reading in message.readings if own == thing else ():
            found[reading[:3]] = found.get(reading[:3], 0) | reading.flags
    series = sorted(Reading(*name, flags) for name, flags in found.items())
    return evaluate(RULES, RULES.start(), series)


def check(shelf, log, sent):
    episodes = set()
    for thing in {thing for thing, _ in sent}:
        _, changes, series = expected_series(sent, thing)
        state = log.catch_up().devices[thing]
        assert stored_series(shelf, thing) == series
        newest = {}
        for reading in sorted(series, key=lambda r: (r.at, -r.value)):
            newest[reading.metric] = reading._replace(flags=reading.flags & 3)
        assert state.latest == newest
        assert state.received in {m.received for own, m in sent if own == thing}
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


def days_of_readings(days):
    """Hourly readings of so many days, closed; (shelf, log, as sent)."""
    shelf = FakeShelf(RULES)
    log, sent = ShardLog(shelf), []
    for day in range(days):
        readings = tuple(
            Reading(T0 + day * DAY_MS + hour * 3_600_000, "level", 1 + hour / 10) for hour in range(12)
        )
        sent.append(("a", Incoming(f"d{day}", T0 + day * DAY_MS + DAY_MS // 2, readings)))
        log.store({"a": [sent[-1][1]]}, rules_of)
    closing.close(shelf, rules_of)
    return shelf, log, sent


@pytest.mark.parametrize("bound", ["days", "readings"])
def test_a_very_late_reading_looks_at_its_own_day_alone_and_the_closing_makes_its_marks(bound, monkeypatch):
    shelf, log, sent = days_of_readings(20)
    at = T0 + (1 if bound == "days" else 18) * DAY_MS + 1_800_000
    if bound == "readings":
        monkeypatch.setattr(planning, "REPLAY_READINGS", 10)
    late = Incoming("late", T0 + 21 * DAY_MS, (Reading(at, "level", 9.0), Reading(at, "battery", 50.0)))
    near = Incoming("near", T0 + 21 * DAY_MS, (Reading(T0 + 20 * DAY_MS, "level", 1.0),))
    sent += [("a", late), ("a", near)]
    for _ in range(2):
        assert log.store({"a": [late, near]}, rules_of).over == []
    allowed = {"days": 24, "readings": 4 * 12 + 22}[bound]
    assert 0 < len(shelf.yielded) <= 2 * allowed
    monkeypatch.setattr(closing, "READINGS_HELD", 5)
    assert stored_series(shelf, "a") == expected_series(sent, "a")[2]
    assert log.catch_up().devices["a"].latest["level"].at == T0 + 20 * DAY_MS
    assert shelf.rollups == rollups_in_order(sorted(sent, key=lambda one: one[1].readings))


def test_late_readings_within_the_bound_are_judged_although_older_ones_wait():
    shelf, log, sent = days_of_readings(20)
    far = Incoming("far", T0 + 21 * DAY_MS, (Reading(T0 + DAY_MS + 1_800_000, "level", 2.0),))
    log.store({"a": [far]}, rules_of)
    start = T0 + 17 * DAY_MS + 60_000
    near = Incoming(
        "near", T0 + 21 * DAY_MS, tuple(Reading(start + n * 60_000, "level", 2.6 + n) for n in range(3))
    )
    log.store({"a": [near]}, rules_of)
    raised = {rule for rule, *_ in shelf.valid_episodes()}
    assert "high" in raised
    sent += [("a", far), ("a", near)]
    assert stored_series(shelf, "a") == expected_series(sent, "a")[2]


def test_closing_stops_reading_where_nothing_changes_any_more():
    shelf, log, _ = days_of_readings(20)
    late = Incoming("late", T0 + 21 * DAY_MS, (Reading(T0 + DAY_MS + 1_800_000, "level", 1.05),))
    log.store({"a": [late]}, rules_of)
    before = len(shelf.yielded)
    assert len(closing.close(shelf, rules_of).days) < 5
    assert len(shelf.yielded) - before < 8 * 12


def test_a_repeat_writes_nothing_unless_it_brings_a_mark_and_then_counts_no_second_time():
    shelf = FakeShelf(RULES)
    log = ShardLog(shelf)
    ahead, other = Reading(T0 + 600_000, "level", 2.0, CLOCK), Reading(T0 + 900_000, "level", 2.1)
    right = ahead._replace(flags=0)
    log.store(
        {"a": [Incoming("m1", T0 + 600_000, (right,)), Incoming("m2", T0 + 900_000, (other,))]}, rules_of
    )
    log.store({"a": [Incoming("m3", T0 + 700_000, (right,))]}, rules_of)
    assert shelf.writes == 1
    assert log.store({"a": [Incoming("m0", T0, (ahead,))]}, rules_of).added == 0
    for _ in range(2):
        ShardLog(shelf).store({"a": [Incoming("m0", T0, (ahead,)), Incoming("m1", T0, (right,))]}, rules_of)
    assert shelf.writes == 2
    assert sum(readings for _, readings in ShardLog(shelf).catch_up().devices["a"].days.values()) == 2
    assert stored_series(shelf, "a") == [ahead, other]


@settings(deadline=None, max_examples=80)
@given(deliveries(), st.data())
def test_readings_too_late_to_be_judged_never_part_the_stored_alarms_from_what_the_rules_remember(
    delivered, data
):
    _, batches = delivered
    shelf = FakeShelf(RULES)
    log = ShardLog(shelf)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "REPLAY_DAYS", 0)
        for batch in batches:
            log.store(grouped(batch), rules_of)
            if data.draw(st.booleans()):
                closing.close(shelf, rules_of)
            for thing, device in log.state.devices.items():
                stored = {key[1]: alarm for key, alarm in shelf.alarms.items() if key[0] == thing}
                assert device.alarms == {
                    rule: alarm.episode.severity for rule, alarm in stored.items() if alarm.active
                }

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing import codec, intake, packing
from functions.sensing.domain import Arrival, Reading, Rule
from functions.sensing.intake import Stale
from functions.sensing.packing import Open
from tests.sensing.shelf import DAY, Crash, FakeShelf, arrivals, reading

T0 = 1_790_000_000_000
VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-9999, 9999).map(lambda n: n / 1000)
)
READINGS = st.builds(Reading, st.integers(1, 2**45), st.sampled_from(["a", "b-long", "c"]), VALUES)


@given(st.lists(READINGS, max_size=30))
def test_what_is_encoded_is_decoded_bit_for_bit(readings):
    metrics = codec.metrics_of(readings)
    back = codec.decode(codec.encode(readings, metrics), metrics)
    assert [(r.at, r.metric, math.copysign(1, r.value), r.value) for r in back] == [
        (r.at, r.metric, math.copysign(1, r.value), r.value) for r in sorted(readings)
    ]


@given(st.binary(max_size=60))
def test_damaged_bytes_are_an_error_or_readings_never_a_crash(data):
    try:
        codec.decode(data, ["a"])
    except (ValueError, OverflowError) as error:
        assert "damaged" in str(error) or isinstance(error, OverflowError)


def value_of(at, metric):
    return random.Random(f"{at}{metric}").choice([1.25, -3.0, 0.1 + 0.2, 1e300, at / 7])


@st.composite
def histories(draw):
    """Messages of one device over up to a day, then any cut, order and repetition of them."""
    moments = draw(st.lists(st.integers(0, 86_400), min_size=1, max_size=draw(st.sampled_from([8, 150]))))
    messages, row = [], []
    for second in moments:
        metric = draw(st.sampled_from(["level", "level", "level", "battery"]))
        row.append(Reading(T0 + second * 1000, metric, value_of(second, metric)))
        if draw(st.booleans()):
            messages.append(row)
            row = []
    messages = [*messages, row] if row else messages
    order = draw(st.permutations(messages)) if draw(st.booleans()) else messages
    repeated = draw(st.lists(st.sampled_from(messages), max_size=4))
    position = draw(st.integers(0, len(order)))
    return [*order[:position], *repeated, *order[position:]]


def expected(messages):
    return sorted({r for message in messages for r in message})


@settings(deadline=None, max_examples=120)
@given(histories(), st.integers(1, 7))
def test_any_split_order_and_repetition_gives_the_same_series(messages, batch):
    shelf = FakeShelf()
    for start in range(0, len(messages), batch):
        known = shelf.item if start % 2 else Open()  # a stale first read is corrected by the conditions
        intake.store(shelf, known, arrivals(messages[start : start + batch]))
    assert shelf.series() == expected(messages)
    assert sum(readings for _, readings in shelf.item.days.values()) == len(expected(messages))
    latest = {r.metric: r for r in expected(messages)}
    assert shelf.item.latest == latest


@settings(deadline=None, max_examples=120)
@given(histories(), st.integers(1, 40))
def test_a_crash_at_any_write_and_the_redelivery_lose_and_double_nothing(messages, crash_at):
    shelf = FakeShelf()
    shelf.crash_at = crash_at
    for message in messages:
        try:
            intake.store(shelf, shelf.item, arrivals([message]))
        except Crash:
            intake.store(shelf, shelf.item, arrivals([message]))
    assert shelf.series() == expected(messages)
    assert sum(readings for _, readings in shelf.item.days.values()) == len(expected(messages))


@settings(deadline=None, max_examples=60)
@given(histories())
def test_closed_packs_do_not_overlap_and_stay_small(messages):
    shelf = FakeShelf()
    for message in messages:
        intake.store(shelf, shelf.item, arrivals([message]))
    starts = sorted(shelf.packs)
    ends = [*starts[1:], shelf.item.floor] if starts else []
    for start, end in zip(starts, ends, strict=True):
        _, _, data, metrics = shelf.packs[start]
        assert all(start < r.at <= end for r in codec.decode(data, metrics))
        assert len(data) <= packing.CLOSED_MAX
    metrics = codec.metrics_of(shelf.item.readings)
    assert len(codec.encode(shelf.item.readings, metrics)) <= packing.RECORDS_MAX + 20


def test_two_writers_of_one_device_lose_nothing():
    """The second writer acts on an old version at every step, as a parallel invocation does."""
    shelf = FakeShelf()
    stale = Open()
    for n in range(400):
        here, there = [reading(T0 + n * 2000)], [reading(T0 + n * 2000 + 1000)]
        old = shelf.item
        intake.store(shelf, shelf.item, arrivals([here]))
        intake.store(shelf, old if n % 3 else stale, arrivals([there]))
    assert len(shelf.series()) == 800
    assert shelf.item.days == {DAY: (800, 800)}


def test_a_slow_writer_cannot_overwrite_a_pack_closed_by_a_later_version():
    shelf = FakeShelf()
    n = 0
    while packing.plan(shelf.item, arrivals([[reading(T0 + n * 1000)]])).closed is None:
        intake.store(shelf, shelf.item, arrivals([[reading(T0 + n * 1000)]]))
        n += 1
    slow_open = shelf.item
    slow = packing.plan(slow_open, arrivals([[reading(T0 + n * 1000)]]))
    intake.store(shelf, shelf.item, arrivals([[reading(T0 + n * 1000 + 1)]]))
    before = dict(shelf.packs)
    with pytest.raises(Stale):
        shelf.write(slow_open, slow)
    assert shelf.packs == before


def test_a_message_is_counted_once_although_it_comes_twice():
    shelf = FakeShelf()
    pack = [reading(T0), reading(T0 + 1000)]
    intake.store(shelf, shelf.item, arrivals([pack, pack]))
    intake.store(shelf, shelf.item, arrivals([pack]))
    assert shelf.item.days == {DAY: (1, 2)}


def test_readings_of_two_days_of_receipt_are_counted_apart_and_a_week_is_kept():
    shelf = FakeShelf()
    for day in range(DAY, DAY + 10):
        intake.store(shelf, shelf.item, [Arrival(reading(T0 + day * 1000), day, 1)])
    assert sorted(shelf.item.days) == list(range(DAY + 3, DAY + 10))


def write_units(messages):
    """One unit for each item that is written: all are under 1 KB here."""
    shelf = FakeShelf()
    for message in messages:
        intake.store(shelf, shelf.item, arrivals([message]))
    readings = sum(map(len, messages))
    return shelf.writes / readings


def test_single_readings_cost_at_most_a_tenth_more_than_a_write_each():
    assert write_units([[reading(T0 + n * 300_000, n * 0.01)] for n in range(2000)]) <= 1.1


def test_packs_of_ten_cost_at_most_fifteen_hundredths_of_a_write_a_reading():
    noisy = [[reading(T0 + (k * 10 + n) * 60_000, math.sin(k + n)) for n in range(10)] for k in range(300)]
    assert write_units(noisy) <= 0.15


def test_a_rise_and_fall_inside_one_pack_is_two_changes():
    shelf = FakeShelf()
    rule = Rule("high", "level", "above", 4.0, 3.5, readings=2)
    values = [1, 4.5, 1, 4.5, 4.6, 4.7, 3.8, 3.4, 5, 1]
    pack = [reading(T0 + n * 1000, float(v)) for n, v in enumerate(values)]
    intake.store(shelf, shelf.item, arrivals([pack]), [rule])
    assert shelf.transitions == [("raised", T0 + 4000), ("cleared", T0 + 7000)]
    assert shelf.item.days == {DAY: (1, 10)}
    intake.store(shelf, shelf.item, arrivals([pack]), [rule])
    assert len(shelf.transitions) == 2


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([1.0, 3.8, 4.5]), min_size=1, max_size=120),
    st.integers(1, 12),
    st.integers(1, 5),
)
def test_alarms_do_not_depend_on_how_readings_are_packed(values, batch, needed):
    rule = Rule("high", "level", "above", 4.0, 3.5, readings=needed)
    row = [reading(T0 + n * 1000, v) for n, v in enumerate(values)]
    one, many = FakeShelf(), FakeShelf()
    for entry in row:
        intake.store(one, one.item, arrivals([[entry]]), [rule])
    for start in range(0, len(row), batch):
        intake.store(many, many.item, arrivals([row[start : start + batch]]), [rule])
    assert one.transitions == many.transitions
    assert [change for change, _ in one.transitions] == (["raised", "cleared"] * len(values))[
        : len(one.transitions)
    ]

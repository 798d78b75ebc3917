"""What a process holds of many shards' unclosed readings is bounded over all of them."""

import pytest

from functions.sensing.log import taking
from tests.sensing.conftest import level, record, river, values  # noqa: F401
from tests.sensing.test_worker import send


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "TAILS_KEPT", 3)


def test_the_readings_held_of_all_logs_are_bounded_and_late_ones_are_judged_all_the_same(river, small):  # noqa: F811
    def late(city: str, number: int) -> None:
        pack = level(1.0 + number / 10, t=-60 - number)
        assert send(record(city, "river-bridge", pack, id=f"late{number}", seconds=number)) == []

    for city in ("oakville", "qinghe"):
        assert send(record(city, "river-bridge", level(1.0), id="first", seconds=0)) == []
        for number in range(3):
            late(city, number)
    held = [log.tail_size for log in taking._logs.values()]
    assert sum(held) <= 3 + 1  # and what the last batch brought
    assert 0 in held
    late("oakville", 3)
    late("oakville", 3)
    assert len(values(river.oakville, "river-bridge")) == 5
    assert len(values(river.qinghe, "river-bridge")) == 4

"""What the benchmarks count with: DynamoDB's published arithmetic, and figures that know their limits."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from functions.core import scope, usage
from functions.core.store import transaction
from infra.bench import capacity
from infra.bench.figures import Figure, Section, Table
from infra.bench.meter import Meter
from infra.bench.report import write
from tests.world import NOW, REGION, World

KEYS = ("list_key", "list_sort")


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"pk": {"S": "abc"}}, 5),
        ({"名": {"S": "城"}}, 6),
        ({"n": {"N": "0"}}, 2),
        ({"n": {"N": "12345"}}, 5),
        ({"n": {"N": "-0.0120"}}, 3),
        ({"b": {"B": b"1234"}}, 5),
        ({"b": {"B": "AQIDBA=="}}, 5),
        ({"t": {"BOOL": True}}, 2),
        ({"l": {"L": [{"S": "ab"}, {"NULL": True}]}}, 1 + 3 + 3 + 2),
        ({"m": {"M": {"a": {"S": "b"}}}}, 1 + 3 + 1 + 1 + 1),
        ({"s": {"SS": ["ab", "c"]}}, 4),
    ],
)
def test_an_item_has_the_size_that_the_rules_give(item: dict[str, Any], size: int) -> None:
    assert capacity.item_bytes(item) == size


@pytest.mark.parametrize(
    ("size", "consistent", "units"),
    [(0, True, 1), (0, False, 0.5), (4096, True, 1), (4097, True, 2), (4097, False, 1)],
)
def test_a_read_costs_a_unit_for_each_4_kb_begun(size: int, consistent: bool, units: float) -> None:
    assert capacity.read_units(size, consistent=consistent) == units


def sized(bytes_: int) -> dict[str, Any]:
    return {"x": {"S": "a" * (bytes_ - 1)}}


def test_a_write_costs_a_unit_for_each_kb_begun_of_the_larger_item() -> None:
    assert capacity.write_units(None, sized(1024)) == 1
    assert capacity.write_units(sized(1025), sized(10)) == 2
    assert capacity.write_units(sized(3000), None) == 3


def test_an_index_is_written_only_when_what_it_carries_changes() -> None:
    old = {"list_key": {"S": "a"}, "list_sort": {"S": "1"}, "state": {"S": "open"}, "other": {"S": "x"}}
    units = lambda before, after: capacity.index_units(before, after, KEYS, ["state"])  # noqa: E731
    assert units(None, {"state": {"S": "open"}}) == 0
    assert units(old, {**old, "other": {"S": "y"}}) == 0
    assert units(old, {**old, "state": {"S": "closed"}}) == 1
    assert units(old, {**old, "list_sort": {"S": "2"}}) == 2
    assert units(None, old) == units(old, None) == 1


def test_the_meter_counts_calls_and_doubles_transactions(world: World) -> None:
    meter = Meter(boto3.client("dynamodb", region_name=REGION))
    with meter.measure() as spent, scope.tenant_scope(world.oakville):
        with transaction() as tx:
            usage.add_to(tx, "applications", 1, NOW)
        usage.of_day(NOW.date().isoformat())
    assert spent.calls == ["TransactWriteItems", "GetItem"]
    assert (spent.wru, spent.rru) == (2, 0.5)


def test_a_figure_above_its_limit_is_not_kept() -> None:
    assert Figure("a", 1.4, "x", 1.4).kept
    assert not Figure("a", 1.41, "x", 1.4).kept
    assert Figure("a", 9, "x", None).kept


def test_the_page_says_which_limit_was_passed(tmp_path: Any) -> None:
    figures = [Figure("fast", 1.0, "x", 2.0, "how"), Figure("slow", 3.0, "s", 2.0)]
    write(tmp_path / "page.md", [Section("Title", "How.", figures, [Table(["a"], [["b"]])])], NOW)
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "| fast | 1 × | 2 × | kept |" in page
    assert "| slow | 3 s | 2 s | **passed** |" in page

"""The engine against rules worked out slowly from the whole series, as the documentation says them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.domain import Reading
from functions.sensing.rules import compile_rules, evaluate
from tests.sensing.rules.test_engine import MINUTE, START

PARTS, SPAN = 12, 9
Said = tuple[str, str, int]

rules = st.fixed_dictionaries(
    {
        "of": st.sampled_from([None, [1, 2], [2, 2], [2, 3], [3, 5]]),
        "hold": st.sampled_from([0, 0, 120, 300]),
        "window": st.sampled_from(
            [None, None, *({"take": take, "seconds": 720} for take in ("mean", "min", "max"))]
        ),
        "below": st.booleans(),
    }
)
steps = st.lists(st.tuples(st.integers(1, 5), st.integers(-2, 8)), max_size=50)


def readings(drawn: Sequence[tuple[int, int]]) -> list[Reading]:
    at, found = START, []
    for gap, value in drawn:
        at += gap * MINUTE
        found.append(Reading(at, "level", float(value)))
    return found


def written(drawn: dict[str, Any]) -> dict[str, Any]:
    side, sign = ("below", -1) if drawn["below"] else ("above", 1)
    levels = [{side: sign * 3.0, "severity": "low"}, {side: sign * 5.0, "severity": "high"}]
    rule = {"id": "r", "metric": "level", "levels": levels, "clear": sign * 2.0, "hold": drawn["hold"]}
    return rule | {key: drawn[key] for key in ("of", "window") if drawn[key]}


def judged(drawn: dict[str, Any], so_far: list[Reading]) -> float | None:
    if not drawn["window"]:
        return so_far[-1].value
    width = 720_000 // PARTS
    now = so_far[-1].at // width
    inside = [one for one in so_far if one.at // width > now - PARTS]
    if now - inside[0].at // width + 1 < SPAN:
        return None
    values = [one.value for one in inside]
    return {"mean": sum(values) / len(values), "min": min(values), "max": max(values)}[
        drawn["window"]["take"]
    ]


def slowly(drawn: dict[str, Any], series: list[Reading]) -> Iterator[Said]:
    """Every reading looks back over all before it, to the end of the last alarm."""
    n, m = drawn["of"] or (1, 1)
    sign = -1 if drawn["below"] else 1
    alarm = 0
    stages: list[int] = []
    enough: list[tuple[int, int]] = []
    for i, reading in enumerate(series):
        value = judged(drawn, series[: i + 1])
        if value is None:
            continue
        if alarm and sign * value <= 2.0:
            yield "cleared", ("low", "high")[alarm - 1], reading.at
            alarm, stages, enough = 0, [], []
            continue
        stages.append(sum(sign * value > limit for limit in (3.0, 5.0)))
        counts = [level for level in (1, 2) if sum(stage >= level for stage in stages[-m:]) >= n]
        enough.append((reading.at, max(counts, default=0)))
        reached = max((level for level in (1, 2) if _held(enough, level) >= drawn["hold"] * 1000), default=0)
        if reached > alarm:
            yield "escalated" if alarm else "raised", ("low", "high")[reached - 1], reading.at
            alarm = reached


def _held(enough: list[tuple[int, int]], level: int) -> int:
    """Milliseconds for which the level has been reached without a break; -1 when it is not."""
    begin = None
    for at, stage in reversed(enough):
        if stage < level:
            break
        begin = at
    return -1 if begin is None else enough[-1][0] - begin


@settings(max_examples=250, deadline=None)
@given(rules, steps)
def test_the_engine_raises_and_clears_as_the_words_say(
    drawn: dict[str, Any], minutes: list[tuple[int, int]]
) -> None:
    series = readings([(gap, -value if drawn["below"] else value) for gap, value in minutes])
    compiled = compile_rules({"id": "p", "quantities": {}, "rules": [written(drawn)]}, zone="UTC")
    found = [(one.change, one.severity, one.at) for one in evaluate(compiled, compiled.start(), series)[1]]
    assert found == list(slowly(drawn, series))

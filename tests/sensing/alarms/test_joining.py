"""A rule that looks at two others has the episodes that they have together, whatever was thought before."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.sensing.alarms.domain import Alarm, Episode
from functions.sensing.alarms.joining import together
from functions.sensing.alarms.replaying import compare

RULE = {"id": "both", "both": ["one", "other"], "severity": "high"}
END = 40


@st.composite
def episodes(draw: st.DrawFn) -> list[Episode]:
    """A rule's episodes in order; the last one may still run, any may have been withdrawn."""
    moments = sorted(draw(st.lists(st.integers(1, END - 1), unique=True, max_size=9)))
    pairs = [(at, moments[n + 1] if n + 1 < len(moments) else None) for n, at in enumerate(moments)][::2]
    return [
        Episode("part", "level", at, "low", rows=((at, 1.0, 0),), cleared=end, closing=((end, 0.0, 0),))
        if end
        else Episode("part", "level", at, "low", rows=((at, 1.0, 0),))
        for at, end in pairs
    ] + [Episode("part", "level", 0, "low", cleared=END, withdrawn=True)][: draw(st.integers(0, 1))]


def active(own: list[Episode], moment: int) -> bool:
    return any(
        one.raised <= moment < (END if one.cleared is None else one.cleared)
        for one in own
        if not one.withdrawn
    )


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(episodes(), episodes()), min_size=1, max_size=4), st.data())
def test_the_last_look_at_two_rules_gives_what_order_would_have_given(
    seen: list[tuple[list[Episode], list[Episode]]], data: st.DataObject
) -> None:
    alarm: Alarm | None = None
    stored: dict[int, Episode] = {}
    for parts in seen:
        standing, changes = together(RULE, parts, 0)
        assert standing == []
        found = compare("a", "both", alarm, [stored[key] for key in sorted(stored)], 0, changes)
        if found is not None:
            stored = {key: one for key, one in stored.items() if key not in found.moved}
            stored |= {one.raised: one for one in found.folded.episodes}
            alarm = found.folded.alarm
    valid = [stored[key] for key in sorted(stored) if not stored[key].withdrawn]
    truth = [active(seen[-1][0], moment) and active(seen[-1][1], moment) for moment in range(END)]
    assert [active(valid, moment) for moment in range(END)] == truth
    assert bool(alarm and alarm.active) == any(one.cleared is None for one in valid)
    since = data.draw(st.integers(1, END))
    standing, later = together(RULE, seen[-1], since)
    assert bool(standing) == any(
        one.raised < since and (one.cleared is None or one.cleared >= since) for one in valid
    )
    assert compare("a", "both", alarm, valid, since, later, next(iter(standing), None)) is None

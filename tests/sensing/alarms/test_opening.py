"""An alarm and its episodes, as changes of rules make them."""

from __future__ import annotations

import pytest
from pynamodb.exceptions import TransactWriteError

from functions.core import clock, scope
from functions.core.store import transaction
from functions.sensing.alarms import due, store
from functions.sensing.alarms import opening as alarms
from tests.sensing.alarms.rig import MINUTE, T0, change, feed, gauge, system
from tests.world import NOW, World


def now_of(world: World, rule: str = "flood", thing: str = "gauge-1") -> store.Alarm:
    with scope.tenant_scope(world.oakville):
        found = store.get(thing, rule)
    assert found
    return found


def past_of(world: World, rule: str = "flood") -> list[store.PastEpisode]:
    with scope.tenant_scope(world.oakville):
        return store.get_with_past("gauge-1", rule)[1]


def test_a_raised_alarm_shows_its_readings_and_stands_on_its_departments_list(flood: World) -> None:
    after = feed(flood, gauge(), change())
    alarm = now_of(flood)
    assert (alarm.state, alarm.episode.severity, alarm.department) == ("raised", "high", "works")
    assert alarm.episode.rows == ((T0, 3.4, 0),)
    with scope.tenant_scope(flood.oakville):
        assert [line.key for line in store.list_open("works")] == ["gauge-1.flood"]
        assert store.list_open("residents") == [] == store.list_closed("works")
        assert due.DueItem.get("DUE", after.row).data == {"thing": "gauge-1", "rules": ["flood"]}
    with scope.tenant_scope(flood.qinghe):
        assert store.get("gauge-1", "flood") is None


def test_it_becomes_worse_in_place_and_ends_as_one_episode(flood: World) -> None:
    feed(flood, gauge(), change())
    feed(flood, gauge(), change(what="escalated", at=T0 + MINUTE, value=4.2, severity="critical"))
    assert now_of(flood).episode.severity == "critical"
    feed(flood, gauge(), change(what="cleared", at=T0 + 9 * MINUTE, value=2.5))
    alarm = now_of(flood)
    assert (alarm.state, alarm.episode.cleared) == ("cleared", T0 + 9 * MINUTE)
    assert alarm.episode.closing == ((T0 + 9 * MINUTE, 2.5, 0),)
    assert [one.episode for one in past_of(flood)] == [alarm.episode]
    with scope.tenant_scope(flood.oakville):
        assert store.list_open("works") == []
        assert [line.state for line in store.list_closed("works")] == ["cleared"]


def test_changes_of_one_rule_in_one_batch_are_written_together(flood: World) -> None:
    feed(
        flood, gauge(), change(), change(what="cleared", at=T0 + MINUTE), change(at=T0 + 2 * MINUTE),
        change("damp", severity="low"),
    )  # fmt: skip
    assert (now_of(flood).state, now_of(flood).episode.raised) == ("raised", T0 + 2 * MINUTE)
    assert [one.episode.raised for one in past_of(flood)] == [T0 + 2 * MINUTE, T0]
    assert now_of(flood, "damp").state == "raised"


def test_a_second_raise_and_a_second_clear_change_nothing(flood: World) -> None:
    feed(flood, gauge(), change())
    assert feed(flood, gauge(), change(at=T0 + MINUTE)).row == ""
    feed(flood, gauge(), change(what="cleared", at=T0 + 2 * MINUTE))
    assert feed(flood, gauge(), change(what="cleared", at=T0 + 3 * MINUTE)).row == ""
    assert len(past_of(flood)) == 1


def test_of_two_writers_that_read_the_same_alarm_one_must_read_again(flood: World) -> None:
    feed(flood, gauge(), change())
    with scope.tenant_scope(flood.oakville):
        slow = transaction()
        alarms.apply(slow, system(flood), gauge(), [change(what="cleared", at=T0 + MINUTE)])
        feed(flood, gauge(), change(what="escalated", at=T0 + MINUTE, severity="critical"))
        with pytest.raises(TransactWriteError), slow:
            pass
    assert now_of(flood).state == "raised"


def test_in_quiet_hours_an_alarm_is_raised_and_nobody_is_told_before_they_end(flood: World) -> None:
    feed(flood, gauge(), change("damp", severity="low"))  # 03:30 in Oakville
    assert now_of(flood, "damp").tell_at == "2026-11-20T12:00:00.000Z"
    feed(flood, gauge(), change())
    assert now_of(flood).tell_at == clock.iso(NOW)


def test_late_readings_withdraw_an_episode_that_they_take_back(flood: World) -> None:
    feed(flood, gauge(), change(), change(what="cleared", at=T0 + MINUTE), change(at=T0 + 5 * MINUTE))
    with scope.tenant_scope(flood.oakville):
        with transaction() as tx:
            alarms.reconcile(tx, system(flood), gauge(), T0 + 2 * MINUTE, [], ["flood", "damp"])
        alarm, past = store.get_with_past("gauge-1", "flood")
    assert alarm and (alarm.state, alarm.episode.raised) == ("cleared", T0)
    assert [(one.episode.raised, one.episode.withdrawn) for one in past] == [
        (T0 + 5 * MINUTE, True), (T0, False)
    ]  # fmt: skip


def test_late_readings_that_only_move_the_beginning_keep_who_acknowledged(flood: World) -> None:
    feed(flood, gauge(), change(at=T0 + 5 * MINUTE))
    with scope.tenant_scope(flood.oakville):
        with transaction() as tx:
            alarm = store.get("gauge-1", "flood")
            assert alarm
            from dataclasses import replace

            store.put(tx, replace(alarm, state="acknowledged", by="wes@oakville.example", at="t"))
        earlier = change(at=T0 + 4 * MINUTE, value=3.3)
        with transaction() as tx:
            alarms.reconcile(tx, system(flood), gauge(), T0, [earlier], ["flood"])
        alarm, past = store.get_with_past("gauge-1", "flood")
    assert alarm and (alarm.state, alarm.by) == ("acknowledged", "wes@oakville.example")
    assert [one.episode.raised for one in past] == [T0 + 4 * MINUTE]


def test_a_replay_that_finds_the_same_writes_nothing(flood: World) -> None:
    row = [change(), change(what="escalated", at=T0 + MINUTE, severity="critical")]
    feed(flood, gauge(), *row)
    with scope.tenant_scope(flood.oakville):
        worst = change(severity="critical")
        stretches = ((T0 - MINUTE, row, []), (T0 + 1, row[1:], row[:1]), (T0 + 2 * MINUTE, [], [worst]))
        for since, again, before in stretches:
            tx = transaction()
            assert alarms.reconcile(tx, system(flood), gauge(), since, again, ["flood"], before).row == ""


def test_an_alarm_that_the_days_no_longer_know_ends_with_the_next_replay_and_one_that_they_know_begins(
    flood: World,
) -> None:
    feed(flood, gauge(), change(at=T0 - MINUTE))
    with scope.tenant_scope(flood.oakville), transaction() as tx:
        standing = [change("damp", at=T0, severity="low")]
        alarms.reconcile(tx, system(flood), gauge(), T0, [], ["flood", "damp"], standing)
    assert (now_of(flood).state, now_of(flood).episode.cleared) == ("cleared", T0)
    assert (now_of(flood, "damp").state, now_of(flood, "damp").episode.raised) == ("raised", T0)

"""What follows from an alarm: one incident for one flood, one mail for many alarms, reminders, two rules
together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.cases import writing
from functions.core import clock, scope
from functions.core.store import transaction
from functions.sensing.alarms import due, incidents, joining, news, store
from tests.sensing.alarms.rig import (
    MINUTE,
    T0,
    change,
    feed,
    gauge,
    messages,
    register,
    system,
    work,
)
from tests.sensing.alarms.rig import incidents as incidents_of
from tests.world import NOW, World

LATER = NOW + timedelta(minutes=2)


def test_ten_gauges_in_one_flood_are_one_incident_and_one_mail(flood: World) -> None:
    gauges = [register(flood, gauge(n)) for n in range(10)]
    for n, device in enumerate(gauges):
        feed(flood, device, change(at=T0 + n * 1000, value=3.1 + n / 10))
    work(flood, LATER)
    (case,) = incidents_of(flood)
    assert [entry["thing"] for entry in case.evidence["alarms"]] == [f"gauge-{n}" for n in range(10)]
    assert case.evidence["alarms"][3]["rows"] == [["2026-11-20T09:30:03.000Z", 3.4]]
    assert (case.severity, case.cleared_at) == ("high", None)
    work(flood, LATER + timedelta(minutes=1))
    mails, _ = messages(flood, LATER + timedelta(minutes=1))
    assert [mail.to for mail in mails] == ["wes@oakville.example"]
    assert mails[0].subject.startswith("10 alarms, the worst: Water over the wall")
    assert "/oakville/console/alarms/gauge-7.flood" in mails[0].body


def test_the_incident_is_as_bad_as_its_worst_alarm_and_ends_with_the_last(flood: World) -> None:
    one, two = register(flood, gauge(1)), register(flood, gauge(2))
    feed(flood, one, change())
    feed(flood, two, change())
    feed(flood, two, change(what="escalated", at=T0 + MINUTE, value=4.5, severity="critical"))
    work(flood, LATER)
    assert incidents_of(flood)[0].severity == "critical"
    feed(flood, two, change(what="cleared", at=T0 + 2 * MINUTE, value=2.6))
    work(flood, LATER + timedelta(minutes=2))
    (case,) = incidents_of(flood)
    assert case.cleared_at is None and case.evidence["alarms"][1]["cleared"]["value"] == 2.6
    feed(flood, one, change(what="cleared", at=T0 + 3 * MINUTE, value=2.7))
    work(flood, LATER + timedelta(minutes=4))
    (case,) = incidents_of(flood)
    assert (case.cleared_at, case.state) == ("2026-11-20T09:33:00.000Z", "open")


@pytest.mark.parametrize(
    ("other", "count"),
    [
        (gauge(2), 1),
        (gauge(9), 2),
        (gauge(9, place=replace(gauge(9).place, area="harbour")), 1),
    ],
    ids=["110 m away", "900 m away", "in the same area"],
)
def test_alarms_of_one_kind_are_one_incident_in_one_place(flood: World, other: object, count: int) -> None:
    first = register(flood, gauge(1, place=replace(gauge(1).place, area="harbour")))
    for device in (first, register(flood, other)):  # type: ignore[arg-type]
        feed(flood, device, change())
        work(flood, LATER)
    assert len(incidents_of(flood)) == count


def test_another_kind_of_alarm_is_another_incident(flood: World) -> None:
    device = register(flood, gauge())
    feed(flood, device, change(), change("silence", severity="medium"))
    work(flood, LATER)
    assert {case.rule for case in incidents_of(flood)} == {"flood", "silence"}


def test_an_alarm_after_its_incident_was_resolved_opens_a_new_one(flood: World) -> None:
    device = register(flood, gauge())
    feed(flood, device, change())
    work(flood, LATER)
    (case,) = incidents_of(flood)
    with scope.tenant_scope(flood.oakville):
        writing.change_case(
            system(flood),
            case.id,
            lambda tx, found: (replace(found.case, state="resolved"), "resolve", {}, None),
        )
    feed(flood, device, change(what="cleared", at=T0 + MINUTE), change(at=T0 + 2 * MINUTE))
    work(flood, LATER + timedelta(minutes=2))
    assert sorted(case.state for case in incidents_of(flood)) == ["open", "resolved"]


def test_two_workers_that_open_at_the_same_moment_make_one_incident(flood: World) -> None:
    one, two = register(flood, gauge(1)), register(flood, gauge(2))
    feed(flood, one, change())
    feed(flood, two, change())
    ctx = system(flood)
    with scope.tenant_scope(flood.oakville):
        alarm, other = store.get("gauge-1", "flood"), store.get("gauge-2", "flood")
        assert alarm and other
        rows = incidents._open_rows("works#flood#")  # read before the other one opens
        incidents.link(ctx, two, other)
        incidents._open_rows, kept = (lambda kind: rows), incidents._open_rows
        try:
            calls = iter([rows])
            incidents._open_rows = lambda kind: next(calls, None) or kept(kind)
            incidents.link(ctx, one, alarm)
        finally:
            incidents._open_rows = kept
    (case,) = incidents_of(flood)
    assert {entry["thing"] for entry in case.evidence["alarms"]} == {"gauge-1", "gauge-2"}


def test_two_sensors_that_join_at_the_same_moment_are_both_kept(flood: World) -> None:
    for n in (1, 2, 3):
        feed(flood, register(flood, gauge(n)), change())
    ctx = system(flood)
    with scope.tenant_scope(flood.oakville):
        first, second, third = (store.get(f"gauge-{n}", "flood") for n in (1, 2, 3))
        assert first and second and third
        incidents.link(ctx, gauge(1), first)
        rows = incidents._open_rows("works#flood#")  # read before the other one joins
        incidents.link(ctx, gauge(2), second)
        incidents._join(ctx, gauge(3), third, rows)
        row = next(row for row in incidents._open_rows("works#flood#") if row.case)
        assert [place["thing"] for place in row.places] == ["gauge-1", "gauge-2", "gauge-3"]
        later = replace(ctx, now=NOW + timedelta(days=30))
        incidents.link(later, gauge(4), replace(third, thing="gauge-4", case="", version=0))
        ends = [row.ttl for row in incidents._open_rows("works#flood#")]
    assert [round((end - NOW.timestamp()) / 86_400) for end in ends] == [90, 120]


def test_another_departments_alarm_in_the_same_place_is_another_incident(flood: World) -> None:
    for device in (register(flood, gauge(1)), register(flood, gauge(2, department="residents"))):
        feed(flood, device, change())
        work(flood, LATER)
    assert sorted(case.department for case in incidents_of(flood)) == ["residents", "works"]


def test_rows_that_fail_do_not_keep_the_others_from_being_done(
    flood: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def work_on(ctx: object, data: dict[str, str]) -> None:
        if data["id"] == "bad":
            raise OSError("out of reach")
        done.append(data["id"])

    monkeypatch.setattr(due, "AT_ONCE", 2)
    monkeypatch.setattr("functions.sensing.alarms.commands.look", work_on)
    monkeypatch.setattr("functions.sensing.alarms.sos.call_next", work_on)
    with scope.tenant_scope(flood.oakville):
        for second in range(3):
            due.put(NOW + timedelta(seconds=second), "command", str(second), {"id": "bad"})
        due.put(NOW + timedelta(seconds=4), "command", "good", {"id": "good"})
        due.put(NOW + timedelta(seconds=5), "sos", "call", {"id": "call"})
    with pytest.raises(RuntimeError, match="due list"):
        work(flood, LATER)
    assert done == ["call", "good"]


def test_doing_it_twice_changes_nothing(flood: World) -> None:
    device = register(flood, gauge())
    after = feed(flood, device, change())
    with scope.tenant_scope(flood.oakville):
        data = due.DueItem.get("DUE", after.row).data
    work(flood, LATER)
    before = incidents_of(flood)
    with scope.tenant_scope(flood.oakville):
        due.DueItem("DUE", after.row, data=data).save()
        due.work_row(system(flood), after.row)
    assert incidents_of(flood) == before


def test_a_withdrawn_alarm_is_noted_on_its_incident(flood: World) -> None:
    from functions.sensing.alarms import opening as alarms

    device = register(flood, gauge())
    feed(flood, device, change())
    work(flood, LATER)
    with scope.tenant_scope(flood.oakville), transaction() as tx:
        alarms.reconcile(tx, system(flood), device, T0 - 1, [], ["flood"])
    work(flood, LATER + timedelta(minutes=2))
    (case,) = incidents_of(flood)
    assert case.evidence["alarms"][0]["withdrawn"] and case.cleared_at


def test_an_alarm_that_a_long_batch_brings_after_a_mail_is_in_the_next_one(flood: World) -> None:
    one, two = register(flood, gauge(1)), register(flood, gauge(50))
    feed(flood, one, change())
    work(flood, LATER)
    mailed = LATER + timedelta(minutes=1)
    work(flood, mailed)
    assert len(messages(flood, mailed)[0]) == 1
    with clock.frozen(mailed + timedelta(seconds=5)):  # the batch began before, and ends after the mail
        feed(flood, two, change())
    for minutes in (3, 12, 14):
        work(flood, mailed + timedelta(minutes=minutes))
    mails, _ = messages(flood, mailed + timedelta(minutes=15))
    assert ["gauge-50" in mail.body for mail in mails] == [True]


def test_nobody_hears_of_quiet_hours_before_they_end(flood: World) -> None:
    device = register(flood, gauge())
    with scope.tenant_scope(flood.oakville):
        news.choose("ana@oakville.example", "none")
        news.choose("wes@oakville.example", "all")
    feed(flood, device, change("damp", severity="low"))
    work(flood, LATER)
    work(flood, LATER + timedelta(minutes=15))
    assert messages(flood)[0] == []
    morning = NOW.replace(hour=12, minute=1)  # 06:01 in Oakville
    work(flood, morning)
    mails, _ = messages(flood, morning)
    assert [mail.subject for mail in mails] == ["Alarm: Wet ground, gauge-1"]


def test_people_are_reminded_until_somebody_is_on_it(flood: World, monkeypatch: pytest.MonkeyPatch) -> None:
    device = register(flood, gauge())
    rule = flood.oakville.config["devices"]["profiles"]["gauge"]["rules"][0]
    monkeypatch.setitem(rule, "repeat", 1800)
    feed(flood, device, change())
    work(flood, LATER)
    work(flood, LATER + timedelta(minutes=1))
    assert len(messages(flood, LATER + timedelta(minutes=1))[0]) == 1
    again = NOW + timedelta(minutes=33)
    work(flood, again)
    work(flood, again + timedelta(minutes=1))
    assert len(messages(flood, again + timedelta(minutes=1))[0]) == 1
    with scope.tenant_scope(flood.oakville):
        alarm = store.get("gauge-1", "flood")
        assert alarm and alarm.reminders == 1
        with transaction() as tx:
            store.put(tx, replace(alarm, state="acknowledged", by="wes@oakville.example"))
    work(flood, again + timedelta(minutes=40))
    work(flood, again + timedelta(minutes=41))
    assert messages(flood, again + timedelta(minutes=41))[0] == []


def test_reminders_go_on_when_a_worker_fell_in_one(flood: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object) -> None:
        raise OSError("the process ends here")

    device = register(flood, gauge())
    rule = flood.oakville.config["devices"]["profiles"]["gauge"]["rules"][0]
    monkeypatch.setitem(rule, "repeat", 1800)
    feed(flood, device, change())
    work(flood, LATER)
    first, second = NOW + timedelta(minutes=33), NOW + timedelta(minutes=65)
    with monkeypatch.context() as broken:
        broken.setattr(news, "request", fall)
        with pytest.raises(RuntimeError, match="due list"):
            work(flood, first)
    for moment in (first + timedelta(minutes=1), second):
        work(flood, moment)
    with scope.tenant_scope(flood.oakville):
        alarm = store.get("gauge-1", "flood")
    assert alarm and alarm.reminders == 2


def test_two_rules_together_raise_a_third_and_end_it(flood: World) -> None:
    device = register(flood, gauge())
    feed(flood, device, change())
    work(flood, LATER)
    with scope.tenant_scope(flood.oakville):
        assert store.get("gauge-1", "flood-and-damp") is None
    feed(flood, device, change("damp", at=T0 + MINUTE, severity="low"))
    work(flood, LATER + timedelta(minutes=1))
    with scope.tenant_scope(flood.oakville):
        both = store.get("gauge-1", "flood-and-damp")
    assert both and (both.state, both.episode.raised, len(both.episode.rows)) == ("raised", T0 + MINUTE, 2)
    feed(flood, device, change(what="cleared", at=T0 + 5 * MINUTE, value=2.0))
    work(flood, LATER + timedelta(minutes=2))
    with scope.tenant_scope(flood.oakville):
        both = store.get("gauge-1", "flood-and-damp")
    assert both and (both.state, both.episode.cleared) == ("cleared", T0 + 5 * MINUTE)


def test_two_rules_that_rose_and_ended_in_one_late_batch_raise_the_third_for_that_time(flood: World) -> None:
    device = register(flood, gauge())
    feed(
        flood, device, change(at=T0 - 9 * MINUTE), change("damp", at=T0 - 8 * MINUTE, severity="low"),
        change(what="cleared", at=T0 - 5 * MINUTE), change("damp", what="cleared", at=T0 - 4 * MINUTE),
        change("damp", at=T0 - 2 * MINUTE, severity="low"),
    )  # fmt: skip
    work(flood, LATER)
    work(flood, LATER + timedelta(minutes=1))
    with scope.tenant_scope(flood.oakville):
        both, past = store.get_with_past("gauge-1", "flood-and-damp")
    assert both and both.state == "cleared"
    assert [(one.episode.raised, one.episode.cleared) for one in past] == [(T0 - 8 * MINUTE, T0 - 5 * MINUTE)]


def test_a_worker_that_saw_less_of_two_rules_does_not_write_over_one_that_saw_more(
    flood: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = register(flood, gauge())
    feed(flood, device, change(), change("damp", severity="low"))
    plain, raced = joining.together, []

    def together(*given: Any) -> Any:
        if not raced:
            raced.append(feed(flood, device, change(what="cleared", at=T0 + MINUTE)))
        return plain(*given)

    monkeypatch.setattr(joining, "together", together)
    with scope.tenant_scope(flood.oakville):
        joining.check(system(flood), device, "damp")
        both = store.get("gauge-1", "flood-and-damp")
    assert both and (both.state, both.episode.raised, both.episode.cleared) == ("cleared", T0, T0 + MINUTE)


def test_above_the_limit_of_a_day_an_alarm_is_kept_and_says_why_nobody_was_told(flood: World) -> None:
    flood.oakville.config["plan"]["limits"]["alarms_per_day"] = 1
    for n in (1, 50):
        feed(flood, register(flood, gauge(n)), change())
        work(flood, LATER)
    assert len(incidents_of(flood)) == 1
    with scope.tenant_scope(flood.oakville):
        alarm = store.get("gauge-50", "flood")
    assert alarm and (alarm.state, alarm.note, alarm.case) == ("raised", "over-limit", "")

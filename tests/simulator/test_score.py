"""The measure of alarms measures what it says: right once a label, false outside, missed without."""

import pytest

from functions.sensing import profiles
from functions.sensing.alarms.silence import Verdict
from infra.simulator import score as score_module
from infra.simulator.device import Message
from infra.simulator.labels import Label
from infra.simulator.score import START, judge, score, silent


def label(start, end, *, rule="high", must=True):
    return Label("x", "rule", rule, start, end, must)


@pytest.mark.parametrize(
    ("alarms", "labels", "counts"),
    [
        ([("high", 1050.0)], [label(1000, 1100)], (1, 0, 1, 0)),
        ([("high", 5000.0)], [label(1000, 1100)], (0, 1, 0, 1)),
        ([("low", 1050.0)], [label(1000, 1100)], (0, 1, 0, 1)),
        ([("high", 1050.0), ("high", 1080.0)], [label(1000, 1100)], (1, 1, 1, 0)),
        ([("high", 1050.0)], [label(1000, 1100, must=False)], (1, 0, 0, 0)),
        ([], [label(1000, 1100, must=False)], (0, 0, 0, 0)),
        ([("high", 1090.0)], [label(1000, 1100), label(2000, 2100)], (1, 0, 1, 1)),
    ],
)
def test_alarms_are_held_against_labels(alarms, labels, counts):
    made = judge("seed", alarms, labels, 0, 1.0)
    assert (made.right, made.false, made.met, made.missed) == counts


def test_silence_is_judged_by_receipt_in_the_products_rounds():
    rule, profile = {"id": "offline", "missing": 2}, {"heartbeat": 600}
    heard = [START + second for second in (0, 600, 1200, 4000, 4600)]
    messages = [Message(at, at, at) for at in heard]
    alarms, labels = silent(rule, profile, messages, "x", START + 5000)
    assert [rule_id for rule_id, _ in alarms] == ["offline"]
    assert (alarms[0][1] - START, alarms[0][1] % 300) == (2500, 0)
    assert [(one.start - START, one.must) for one in labels] == [(1200, True)]


@pytest.mark.parametrize(("told", "counts"), [((), (0, 0, 1)), (("offline",), (1, 3, 0))])
def test_a_product_that_is_wrong_about_silence_is_found_out(monkeypatch, told, counts):
    rule, profile = {"id": "offline", "missing": 2}, {"heartbeat": 600}
    messages = [Message(at, at, at) for at in (START, START + 600, START + 1200, START + 4000)]

    def wrong(now, heard):
        silent = tuple(one for one in heard if one.rule in told and now // 300_000 % 4 == 0)
        return Verdict(silent, tuple(one for one in heard if one.alarmed), {}, frozenset())

    monkeypatch.setattr(score_module, "who_is_silent", wrong)
    made = judge("seed", *silent(rule, profile, messages, "x", START + 5000), 0, 1.0)
    assert (made.right, made.false, made.missed) == counts


@pytest.mark.parametrize(
    "profile_id", ["manhole-cover", "soil-station", "street-lamp", "waste-bin", "weather-station"]
)
def test_default_rules_are_right_on_a_seed_that_nothing_was_mended_on(profile_id):
    made = score(profiles.load(profile_id), "tests", 15)
    assert made.met + made.missed >= 4
    assert (made.missed, made.wrong if made.precision < 0.95 else []) == (0, [])

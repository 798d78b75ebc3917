"""How right the default alarm rules are on the labelled faults of the simulator, profile by profile."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from functions.sensing import profiles
from infra.bench.figures import Figure, Section, Table
from infra.simulator.demands import interval_of
from infra.simulator.score import Score, score
from infra.simulator.shapes import DAY

SEEDS = ("monday", "wednesday", "friday")
TUNED_ON = "a, b, c, r1 to r3, north, south, east, spring, summer and autumn"
DAYS, LEAST = 30.0, 100
LEARNING = 45.0  # days on each seed, where a rule must first learn what is usual
MOST_FALSE, MOST_MISSED = 5.0, 1.0
HOW = f"""\
One simulated device of every profile that ships, with all its rules (also those that a city has to
confirm), for {DAYS:.0f} days (those that speak seldom: {LEAST} messages; those that learn what is usual:
{3 * LEARNING:.0f} days), a third of them on each of the
seeds {", ".join(SEEDS)}. Rules and profiles were mended on the seeds {TUNED_ON} only. Every message goes
through ingest's normalisation and the rules' engine; who is silent the product's own rounds say, every
fifth minute, by the time of receipt. To each device happen, one after the other and labelled: a real
alarm condition of every rule and level, near misses (three quarters of the way; half as long), gross
spikes, stuck and out-of-range values, short and long silence; over all of it duplicates, late bursts,
disorder and a drifting clock. An alarm is right once for each label, while it holds; one more, or one
outside, is false. What a condition brings about besides (a fast rise on the way to a high level) may
raise, and is counted as right when it does."""


def measure() -> Section:
    """False and missed alarms in per cent, over all and for the worst profile."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        scores = dict(pool.map(_of, _heaviest_first(), chunksize=1))
    every = Score()
    for one in scores.values():
        every.add(one)
    figures = [
        Figure("False alarms on labelled faults, all profiles", 100 * (1 - every.precision), "%", MOST_FALSE),
        Figure("Missed alarms on labelled faults, all profiles", 100 * every.misses, "%", MOST_MISSED),
        Figure(
            "False alarms on labelled faults, the worst profile",
            max(100 * (1 - one.precision) for one in scores.values()), "%", MOST_FALSE,
        ),
        Figure(
            "Missed alarms on labelled faults, the worst profile",
            max(100 * one.misses for one in scores.values()), "%", MOST_MISSED,
        ),
    ]  # fmt: skip
    heading = ["profile", "days", "readings", "alarms", "false", "labels", "missed", "rules without a label"]
    return Section(
        "Alarms on labelled faults", HOW, figures,
        [Table(heading, [_row(name, scores[name]) for name in sorted(scores)])],
    )  # fmt: skip


def days_of(profile: dict[str, Any]) -> float:
    """Simulated days on one seed."""
    interval = interval_of(profile)
    days = max(DAYS, LEAST * interval / DAY) / len(SEEDS)
    learns = any((rule["usual"] or {}).get("against") == "days" for rule in profile["rules"])
    return max(days, LEARNING) if learns else days


def _heaviest_first() -> list[str]:
    def work(name: str) -> float:
        profile = profiles.load(name)
        return -days_of(profile) / interval_of(profile) * len(profile["quantities"])

    return sorted(profiles.profile_ids(), key=work)


def _of(name: str) -> tuple[str, Score]:
    profile, made = profiles.load(name), Score()
    for seed in SEEDS:
        made.add(score(profile, seed, days_of(profile)))
    return name, made


def _row(name: str, one: Score) -> list[str]:
    told = {rule["id"] for rule in profiles.load(name)["rules"] if not rule.get("silent")}
    unseen = ", ".join(sorted(told - one.rules)) or "–"
    return [
        name, f"{one.days:.0f}", f"{one.readings:,}", f"{one.right + one.false}", f"{one.false}",
        f"{one.met + one.missed}", f"{one.missed}", unseen,
    ]  # fmt: skip


if __name__ == "__main__":
    for found in (_of(name) for name in sys.argv[1:] or profiles.profile_ids()):
        sys.stdout.write(f"{found[0]} {found[1].precision:.3f} {found[1].misses:.3f} {found[1].wrong}\n")

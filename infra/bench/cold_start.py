"""From a fresh interpreter to ready: the packaged API function against a bare Chalice app with boto3."""

from __future__ import annotations

from statistics import median

from infra.bench.figures import Figure, Section, Table, spread
from infra.bench.sides import Side

RUNS = 25
LIMIT = 1.4
HOW = """\
Fresh interpreters by turns, each with nothing on its path but the package and its layer (`-I -S`),
compiled bytecode and warm file caches. Ours: import the app, make the clients that the first page calls
(STS, Parameter Store, DynamoDB), load the page's template. The yardstick: a Chalice app of one route with
boto3 as pip installs it and one DynamoDB client. Time is CPU time of the process, so that other work on
the machine does not count; wall time is beside it. "First answer" adds the service page itself, with
AWS's answers from a tape."""


def measure(ours: Side, bare: Side) -> Section:
    """The ratio of the medians of 25 starts each."""
    ours.cold(), bare.cold()  # fill the file caches
    runs = [(ours.cold(), bare.cold()) for _ in range(RUNS)]
    rows, ratios = [], {}
    for key, label in (("cpu", "ready, CPU"), ("ready", "ready, wall"), ("first", "first answer, CPU")):
        mine, theirs = [one[key] for one, _ in runs], [one[key] for _, one in runs]
        ratios[key] = median(mine) / median(theirs)
        rows.append([label, spread(mine), spread(theirs), f"{ratios[key]:.2f} ×"])
    return Section(
        "Cold start of the API function until ready to answer",
        HOW,
        [
            Figure(
                "Cold start against a bare Chalice app with boto3",
                ratios["cpu"],
                "x",
                LIMIT,
                f"{RUNS} starts each",
            )
        ],
        [Table(["milliseconds", "Townkit", "bare", "ratio"], rows)],
    )

"""CPU of a warm service page against a bare route that reads one item; and of the same page when 1,000
cities are in use."""

from __future__ import annotations

from statistics import median

from infra.bench.figures import Figure, Section, Table, spread
from infra.bench.sides import Side

ROUNDS, REQUESTS, WARM_UP = 15, 100, 200
PAGE_LIMIT, CITIES_LIMIT, CITIES = 5.0, 1.1, 1000
PAGE_HOW = f"""\
`GET /{{city}}/services/residence-certificate` through the packaged Chalice handler, the configuration and
the session cached as in a warm function, against a bare Chalice route that does one `get_item` and
answers its JSON. AWS is answered from a tape, at the HTTP layer, on both sides. CPU time, {ROUNDS} rounds
of {REQUESTS} requests by turns."""
CITIES_HOW = f"""\
The same page of the same city in two warm processes: one knows that city only, the other has first served
a page of {CITIES} registered cities, so that every cache of the process is as full as it gets. The
registry is read by key. CPU time by turns. The row below it is a page of a city whose turn in the caches
is over: registry row, session and configuration are read again."""


def measure_page(ours: Side, bare: Side) -> Section:
    """The ratio of the medians."""
    with ours.warm() as page, bare.warm() as item:
        page.cpu_ms(WARM_UP), item.cpu_ms(WARM_UP)
        rounds = [(page.cpu_ms(REQUESTS), item.cpu_ms(REQUESTS)) for _ in range(ROUNDS)]
    mine, theirs = [one for one, _ in rounds], [one for _, one in rounds]
    ratio = median(mine) / median(theirs)
    return Section(
        "CPU of a warm service page",
        PAGE_HOW,
        [Figure("Warm service page against a bare route with one get_item", ratio, "x", PAGE_LIMIT)],
        [Table(["CPU milliseconds a request", "Townkit", "bare", "ratio"],
               [["warm", spread(mine), spread(theirs), f"{ratio:.2f} ×"]])],
    )  # fmt: skip


def measure_cities(ours: Side) -> Section:
    """The same page with 1 and with 1,000 cities."""
    with ours.warm() as alone, ours.warm() as crowded:
        alone.cpu_ms(WARM_UP)
        strange = crowded.visit(CITIES)
        crowded.cpu_ms(WARM_UP)
        rounds = [(crowded.cpu_ms(REQUESTS), alone.cpu_ms(REQUESTS)) for _ in range(ROUNDS)]
    many, one = [pair[0] for pair in rounds], [pair[1] for pair in rounds]
    ratio = median(many) / median(one)
    return Section(
        "The same page with 1 and with 1,000 registered cities",
        CITIES_HOW,
        [Figure("Page with 1,000 registered cities against one", ratio, "x", CITIES_LIMIT)],
        [
            Table(
                ["CPU milliseconds a request", "1,000 cities", "1 city", "ratio"],
                [
                    ["warm", spread(many), spread(one), f"{ratio:.2f} ×"],
                    ["first page of a city", f"{strange:.2f}", "–", "–"],
                ],
            )
        ],
    )

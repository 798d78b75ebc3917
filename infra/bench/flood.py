"""10,000 scripted submissions to one city, and what a page of another city takes meanwhile."""

from __future__ import annotations

import gc
import time
from collections import Counter
from statistics import median
from typing import Any
from unittest.mock import patch

from chalice.test import Client

from functions.core import usage
from functions.tenancy import registry
from infra.bench.figures import Figure, Section, Table, spread
from infra.bench.forms import aws_time
from infra.bench.requests import event
from infra.bench.world import demo_world
from tests.cases.browser import Browser

FLOOD, EVERY, LIMIT = 10_000, 200, 1.25
CITY, OTHER, SERVICE = "oakville", "qinghe", "residence-certificate"
ROUTE = "/{city}/services/{service}"
HOW = f"""\
{FLOOD:,} times the start button of a service of one city, each from another network, so that only the limit
of the city itself stops them. Meanwhile, after every {EVERY}, a guide page of the other city in the same
process, five times, of which the median counts. CPU time of the handler without what AWS is played with; the
same page before the flood is the yardstick. What the cities share on AWS besides - the concurrency of the
account - is not seen here."""


def measure() -> Section:
    """The ratio of the other city's page, and what became of the flood."""
    from app import app

    ask = event(ROUTE, {"city": OTHER, "service": SERVICE})
    with (
        demo_world() as world,
        Client(app) as client,
        patch.object(usage, "FLUSH_AFTER_S", 1e9),
        patch.object(usage, "FLUSH_AT", 10**9),
        patch.object(registry, "KEEP_SECONDS", 1e9),
        aws_time() as played,
    ):
        browser = Browser(client, world).get(f"/{CITY}/services/{SERVICE}")
        form, cookies = browser.values(), dict(browser.cookies)

        def once() -> float:
            gc.disable()  # what the played AWS keeps grows with the flood, and so does collecting it
            started, before = time.process_time(), played.seconds
            if app(ask, None)["statusCode"] != 200:
                raise RuntimeError("the other city's page failed")
            spent = time.process_time() - started - (played.seconds - before)
            gc.enable()
            return spent * 1000

        def page() -> float:
            return median(once() for _ in range(5))

        alone = [page() for _ in range(FLOOD // EVERY + 5)][5:]
        statuses: Counter[int] = Counter()
        meanwhile = []
        for number in range(FLOOD):
            statuses[_start(app, number, form, cookies)] += 1
            if number % EVERY == EVERY - 1:
                meanwhile.append(page())
    ratio = median(meanwhile) / median(alone)
    answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(statuses.items()))
    return Section(
        f"{FLOOD:,} scripted submissions to another city",
        HOW,
        [Figure("Page of a city while another one is flooded, against before", ratio, "x", LIMIT, answers)],
        [
            Table(
                ["CPU milliseconds of a page", "during the flood", "before", "ratio"],
                [["guide", spread(meanwhile), spread(alone), f"{ratio:.2f} ×"]],
            )
        ],
    )


def _start(app: Any, number: int, form: dict[str, str], cookies: dict[str, str]) -> int:
    ask = event(ROUTE, {"city": CITY, "service": SERVICE}, method="POST", cookies=cookies, form=form)
    ask["requestContext"]["identity"]["sourceIp"] = f"10.{number >> 8 & 255}.{number & 255}.1"
    return int(app(ask, None)["statusCode"])

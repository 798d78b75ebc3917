"""A form of 5 questions and one of 200 questions with 200 rules: a page answered, and what the rules alone
take. And the weight of a citizen's page as it travels."""

from __future__ import annotations

import gc
import gzip
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from statistics import median
from typing import Any
from unittest.mock import patch

from chalice.test import Client
from moto.core.botocore_stubber import BotocoreStubber

from functions.core.city import seal
from functions.services.decisions import Decisions
from functions.services.domain import Service
from functions.tenancy import registry
from functions.web import assets
from infra.bench.figures import Figure, Section, Table, spread
from infra.bench.walk import CITY, apply, walking
from infra.bench.world import demo_world
from tests.cases import forms
from tests.cases.browser import Browser

SMALL, LARGE = 5, 200
ROUNDS, WARM_UP = 40, 5
PAGE_LIMIT, RULES_LIMIT_MS, WEIGHT_LIMIT_KB = 1.5, 5.0, 100.0
HOW = f"""\
Two services of a demo city, one with {SMALL} questions and {SMALL - 1} conditions, one with {LARGE} of each;
a question a page, whose condition reads two earlier answers. All of both are answered; then the page in the
middle is answered again, by turns, {ROUNDS} times: the POST, and the page that it leads to. CPU time of the
handler without what AWS is played with, whose objects the collector of garbage leaves alone. "Rules" is
everything that follows from the {LARGE} answers, with compiled conditions, as every request does it."""
WEIGHT_HOW = """\
Every page of an application, from the service's guide to the confirmation, with style sheet, script and
picture: compressed with gzip at level 6, as the edge sends them to a browser that has none of them yet."""


def large_form(questions: int) -> dict[str, Any]:
    """A definition with a question a page; each page but the first reads two answers before it."""
    pages = []
    for number in range(questions):
        more: dict[str, Any] = {}
        if number:
            one, two = f"q{number // 2}", f"q{number // 3}"
            more["show_when"] = f"{one} != 'no' && ({two} == 'x' || answered.{one})"
        pages.append(forms.page(f"p{number}", forms.field(f"q{number}"), **more))
    return forms.service(f"form{questions}", pages)


@dataclass
class Played:
    """CPU seconds that AWS was played with."""

    seconds: float = 0.0


@contextmanager
def aws_time() -> Iterator[Played]:
    """Measure what the block spends inside moto."""
    played, original = Played(), BotocoreStubber.process_request

    def process(self: BotocoreStubber, request: Any) -> Any:
        started = time.process_time()
        try:
            return original(self, request)
        finally:
            played.seconds += time.process_time() - started

    with patch.object(BotocoreStubber, "process_request", process):
        yield played


def measure() -> Section:
    """The ratio of a page answered, and the rules' own time."""
    small, large = _answered()
    rules = _rules()
    ratio = median(large) / median(small)
    return Section(
        f"A form of {LARGE} questions and {LARGE} rules",
        HOW,
        [
            Figure(
                f"Page answered in a form of {LARGE} questions against one of {SMALL}", ratio, "x", PAGE_LIMIT
            ),
            Figure(f"Everything that follows from {LARGE} answers", median(rules), "ms", RULES_LIMIT_MS),
        ],
        [
            Table(
                ["CPU milliseconds", f"{LARGE} questions", f"{SMALL} questions", "ratio"],
                [
                    ["a page answered", spread(large), spread(small), f"{ratio:.2f} ×"],
                    ["rules alone", spread(rules), "–", "–"],
                ],
            )
        ],
    )


def _rules() -> list[float]:
    service = Service(large_form(LARGE))
    answers = {field.id: "x" for field in service.fields}
    spent = []
    for _ in range(ROUNDS + WARM_UP):
        started = time.process_time()
        if len(Decisions(service, answers, date(2026, 1, 15)).pages) != LARGE:
            raise RuntimeError("not every page is shown")
        spent.append((time.process_time() - started) * 1000)
    return spent[WARM_UP:]


def _answered() -> tuple[list[float], list[float]]:
    """CPU milliseconds of the middle page of the small and of the large form."""
    from app import app

    services = {f"form{size}": large_form(size) for size in (SMALL, LARGE)}
    with demo_world() as world, Client(app) as client:
        city = world.oakville
        config = {**city.config, "services": services}
        changed = seal(city.id, city.state, config, city.version)
        world = replace(world, oakville=changed)
        with patch.object(registry, "find_city", {CITY: changed}.get):
            browsers = {size: _filled(Browser(client, world), size) for size in (SMALL, LARGE)}
            spent: dict[int, list[float]] = {SMALL: [], LARGE: []}
            gc.freeze()
            with aws_time() as played:
                for _ in range(ROUNDS + WARM_UP):
                    for size, (browser, base) in browsers.items():
                        spent[size].append(_once(browser, f"{base}/p{size // 2}", f"q{size // 2}", played))
    gc.unfreeze()
    return spent[SMALL][WARM_UP:], spent[LARGE][WARM_UP:]


def _filled(browser: Browser, size: int) -> tuple[Browser, str]:
    browser.get(f"/{CITY}/services/form{size}").submit()
    base = browser.address.rpartition("/")[0]
    for number in range(size):
        browser.submit(**{f"q{number}": "x"})
    if not browser.address.endswith("/check"):
        raise RuntimeError(f"stuck at {browser.address}")
    return browser, base


def _once(browser: Browser, address: str, field: str, played: Played) -> float:
    browser.get(address)
    started, before = time.process_time(), played.seconds
    browser.submit(**{field: "x"})
    return (time.process_time() - started - (played.seconds - before)) * 1000


def measure_weight() -> Section:
    """The heaviest page of a citizen's way."""
    with walking() as browser:
        pages: dict[str, int] = {}
        original = Browser._send

        def send(self: Browser, method: str, address: str, body: bytes) -> Any:
            answer = original(self, method, address, body)
            if method == "GET" and answer.status_code == 200:
                pages[address.partition("?")[0].rpartition("/")[2]] = len(gzip.compress(answer.body, 6))
            return answer

        with patch.object(Browser, "_send", send):
            browser.get(f"/{CITY}/services/residence-certificate")
            apply(browser)
    shared = {name: len(gzip.compress(assets.content(name), 6)) for name in assets.BUNDLES}
    heaviest = max(pages, key=lambda name: pages[name])
    total = (pages[heaviest] + sum(shared.values())) / 1024
    rows = [[f"the page `{heaviest}`", f"{pages[heaviest] / 1024:.1f}"]]
    rows += [[name, f"{size / 1024:.1f}"] for name, size in shared.items()]
    return Section(
        "Weight of a citizen's page",
        WEIGHT_HOW,
        [
            Figure(
                "Heaviest page of an application, compressed, with all it loads", total, "KB", WEIGHT_LIMIT_KB
            )
        ],
        [Table(["KB", "compressed"], rows)],
    )

"""Publishing a big service: from the text of the file to the stored version."""

from __future__ import annotations

import io
import time

from functions.core.scope import tenant_scope
from functions.services import definitions, expressions, reading_order
from functions.services.lint_base import Around
from functions.services.service import made_live
from functions.tenancy.source import read
from infra.bench.big_service import QUESTIONS, RULES, definition
from infra.bench.figures import Figure, Section, Table, spread
from infra.bench.world import demo_world

ROUNDS, LIMIT_SECONDS = 5, 2.0
NAME = f"Publishing a service of {QUESTIONS} questions and {RULES} rules"
HOW = f"""\
A service of {QUESTIONS} questions (a question a page, texts in both languages) and {RULES} rules (half of
them conditions of pages, half rows of a decision table that gives the fee): its file is read, checked in form
and meaning, its sample case is run, and the version is stored. Nothing is kept from one round to the next.
CPU time, the median of {ROUNDS} rounds; AWS is played by moto, whose time counts."""


def measure() -> Section:
    """Seconds of one publishing."""
    content = _file()
    rounds = []
    with demo_world() as world, tenant_scope(world.oakville):
        for number in range(ROUNDS):
            expressions.compile.cache_clear()
            reading_order.names.cache_clear()
            version = f"version: {number + 1}\n".encode()
            rounds.append(_publish(content.replace(b"version: 1\n", version, 1)))
    steps = ("read", "check", "store")
    rows = [[step, spread([one[step] for one in rounds])] for step in steps]
    middle = sorted(sum(one.values()) for one in rounds)[ROUNDS // 2]
    size = Table(["CPU seconds", "median"], [*rows, ["size of the file", f"{len(content) / 1000:.0f} kB"]])
    return Section(NAME, HOW, [Figure(NAME, middle, "s", LIMIT_SECONDS)], [size])


def _file() -> bytes:
    from ruamel.yaml import YAML

    text = io.StringIO()
    YAML(typ="safe", pure=True).dump(definition(), text)
    return text.getvalue().encode()


def _publish(content: bytes) -> dict[str, float]:
    start = time.process_time()
    raw = read("big-permit.yaml", content).data
    after_reading = time.process_time()
    made = made_live("big-permit", raw, None, "residents", Around())
    after_checking = time.process_time()
    if definitions.keep({"big-permit": made}) != 1:
        raise RuntimeError("the version was there already")
    end = time.process_time()
    return {
        "read": after_reading - start,
        "check": after_checking - after_reading,
        "store": end - after_checking,
    }

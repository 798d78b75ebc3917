"""The shipped demo cities, registered in a world of moto's, with the real code on top; AWS's answers can be
recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from moto.core.botocore_stubber import BotocoreStubber

from functions.core import clock, ids
from functions.core.city import City
from functions.core.scope import platform_scope, tenant_scope
from functions.tenancy import registry, store
from functions.tenancy.compile import compile_city
from functions.tenancy.domain import LIVE, CityRow, ConfigRecord
from functions.tenancy.loader import load_city
from infra.bench.child import on_tape
from infra.settings import ROOT
from tests.world import World, two_cities

FILES = {name: ROOT / "tenants" / f"{name}.yaml" for name in ("oakville", "qinghe")}


@dataclass
class Tape:
    """Requests to AWS (target and body) and what was answered."""

    answers: dict[str, tuple[int, str, str]] = field(default_factory=dict)


@contextmanager
def demo_world() -> Iterator[World]:
    """Both demo cities, live."""
    today = clock.now().date()
    configs = {name: compile_city(load_city(path), today) for name, path in FILES.items()}
    with two_cities(configs) as world:
        for city in (world.oakville, world.qinghe):
            register(city)
            with tenant_scope(city):
                store.write_config(record(city))
        registry.forget()
        yield world
        registry.forget()


def record(city: City) -> ConfigRecord:
    """The first configuration of a city."""
    source = FILES[city.id].read_text(encoding="utf-8")
    return ConfigRecord(1, ids.digest(city.id), dict(city.config), source, clock.iso(clock.now()))


def register(city: City) -> None:
    """A row of the registry, as onboarding leaves it."""
    now = clock.iso(clock.now())
    row = CityRow(
        id=city.id,
        state=LIVE,
        names=city.config["names"],
        languages=city.languages,
        plan=city.config["plan"]["name"],
        residency=city.config["residency"],
        active=1,
        active_digest=ids.digest(city.id),
        pending=0,
        pending_digest="",
        revision=1,
        created_at=now,
        changed_at=now,
    )
    with platform_scope("benchmark"):
        store.write_row(None, row)


@contextmanager
def recorded() -> Iterator[Tape]:
    """Record what AWS is asked in the block."""
    tape, original = Tape(), BotocoreStubber.process_request

    def process(self: BotocoreStubber, request: Any) -> Any:
        answer = original(self, request)
        if answer is not None:
            status, headers, body = answer
            text = body.decode() if isinstance(body, bytes) else str(body)
            target, asked = _text(request.headers.get("X-Amz-Target")), _text(request.body)
            kind = str(
                headers.get("Content-Type") or headers.get("content-type") or "application/x-amz-json-1.0"
            )
            tape.answers[f"{target} {asked}"] = (int(status), kind, text)
        return answer

    with patch.object(BotocoreStubber, "process_request", process):
        yield tape


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


def save(tape: Tape, **more: Any) -> str:
    """The tape as JSON, for infra/bench/child.py."""
    answers = {on_tape(text): answer for text, answer in tape.answers.items()}
    return json.dumps({"tape": answers, **more})

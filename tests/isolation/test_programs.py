"""Every operation of the programming interface, with ids and keys of one city used at the other: refused,
nothing said and nothing written. Each city's own program gets in with the same ids first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import app
from functions.api import service
from functions.api.domain import Key
from functions.api.operations import OPERATIONS, Operation
from functions.core.context import Context
from functions.web.blueprint import ROUTES
from tests.api.program import Program
from tests.isolation import actors, ledger, snapshot
from tests.isolation.programs import CASES, Case, leaks
from tests.isolation.town import Town
from tests.isolation.visitor import Answer, Ask
from tests.stack import CITIES


@pytest.fixture(scope="module", autouse=True)
def no_webhook_stays(towns: dict[str, Town]) -> Iterator[None]:
    """Other tests' changes are nobody's business."""
    yield
    for town in towns.values():
        client, table = town.stack.client("dynamodb"), snapshot.table(town.stack, town.id)
        for item in snapshot.items(town.stack, town.id):
            if item["pk"]["S"] == "WEBHOOKS":
                client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})


def without_case(operations: tuple[Operation, ...]) -> list[str]:
    """Operations that nobody has written a case for."""
    return sorted({one.id for one in operations} - {case.id for case in CASES})


def test_every_operation_has_a_case() -> None:
    assert app.app.routes
    assert without_case(OPERATIONS) == [], "write a case in tests/isolation/programs.py"
    assert len({case.id for case in CASES}) == len(CASES) == len(OPERATIONS)
    interfaces = {route.path for route in ROUTES if route.access == "api"}
    assert interfaces == {"/{city}/api/v1/{rest+}", "/{city}/ingest/{rest+}"}  # the second: test_sources.py


def test_a_new_operation_without_a_case_is_named() -> None:
    new = Operation("read_secrets", "GET", "/secrets", "cases:read", "cases:read_secrets", "Secrets")
    assert without_case((*OPERATIONS, new)) == ["read_secrets"]


@pytest.mark.parametrize("other", CITIES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_keys_and_ids_of_another_city_open_nothing(case: Case, other: str, towns: dict[str, Town]) -> None:
    own = next(town for city, town in towns.items() if city != other)
    assert not list(leaks(case, own, towns[other], own.edge))
    ledger.cases["api"] += 1


class InProcess:
    """The interface in this process, before the same cloud: for trying it with a fault built in."""

    def ask(self, ask: Ask) -> Answer:
        """Send one request."""
        city = ask.path.split("/")[1]
        got = Program(app.app, city).raw(ask.method, ask.path, ask.headers, ask.body)
        return Answer(got.status, got.headers, got.text)


def anybody(ctx: Context, header: str, scope: str) -> Key:
    """Lets everybody in."""
    departments = tuple(ctx.city.config["departments"])
    return Key("0" * 26, "Nobody (demo)", (scope,), departments, "", "", "")


def test_an_interface_that_looks_at_no_key_is_reported(
    towns: dict[str, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = (towns[city] for city in CITIES)
    case = next(one for one in CASES if one.id == "read_case")
    with actors.running_as(own.stack, "api"):
        assert not list(leaks(case, own, other, InProcess()))
        monkeypatch.setattr(service, "let_in", anybody)
        found = list(leaks(case, own, other, InProcess()))
    assert any("no key: 200" in leak for leak in found), found
    assert any("the answer says" in leak for leak in found), found

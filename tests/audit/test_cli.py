"""What `townkit audit` prints, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from functions.audit import admin, service
from functions.core import audit
from functions.core.scope import tenant_scope
from infra.cli import options
from infra.cli.audit import audit as command
from tests.world import NOW, World


@pytest.fixture
def connected(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The command line against the `admin` function's own code in the world."""
    from functions.tenancy import registry

    cities = {city.id: city for city in (world.oakville, world.qinghe)}
    monkeypatch.setattr(registry, "city_for_admin", cities.__getitem__)
    connection = SimpleNamespace(invoke=lambda function, payload: admin.handle(payload))
    monkeypatch.setattr(options, "connection_for", lambda *given: connection)
    with tenant_scope(world.oakville):
        for action in ("submitted", "viewed"):
            audit.record("case", "one", action, world.context(world.oakville))
    return world


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def test_a_whole_record_is_ok_and_ends_with_0(connected: World) -> None:
    result = run("verify", "oakville")
    assert (result.exit_code, result.output) == (0, "oakville: OK, 2 events in 1 chains, 0 sealed days\n")


def test_a_touched_record_is_told_with_its_place_and_ends_with_1(connected: World) -> None:
    connected.dynamodb.delete_item(
        TableName="townkit-test-city-oakville", Key={"pk": {"S": "CASE#one"}, "sk": {"S": "EVENT#00000001"}}
    )
    result = run("verify", "oakville")
    assert result.exit_code == 1
    assert "NOT whole, 1 findings" in result.output
    assert "missing   CASE#one: events 1 to 1 are missing" in result.output


def test_the_last_root_is_shown_so_that_it_can_be_noted_elsewhere(connected: World) -> None:
    with tenant_scope(connected.oakville):
        service.seal_days(NOW + timedelta(days=2))
        root = service.verify_record().last_seal
    assert root is not None
    assert f"  root of 2026-11-21: {root.root}" in run("verify", "oakville").output


def test_sealing_names_the_days(connected: World, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {"days": ["2026-11-20"]}
    monkeypatch.setattr(service, "seal_days", lambda now: given["days"])
    assert run("seal", "oakville").output == "oakville: sealed 2026-11-20\n"
    given["days"] = []
    assert run("seal", "oakville").output == "oakville: nothing to seal\n"

"""The scope is the only way to data, and it fails closed."""

from __future__ import annotations

import ast
from contextvars import copy_context
from pathlib import Path

import pytest
from pynamodb.attributes import UnicodeAttribute

from functions.core import aws, scope, sessions
from functions.core.city import City
from functions.core.scope import ScopeError, platform_scope, tenant_scope
from functions.core.store import CityModel, transaction
from tests.world import World

ROOT = Path(__file__).parents[2]


class Note(CityModel):
    text = UnicodeAttribute(default="")


def test_a_store_call_outside_a_scope_is_refused(world: World) -> None:
    with pytest.raises(ScopeError):
        Note("A", "1").save()
    with tenant_scope(world.oakville):
        Note("A", "1").save()
    assert len(world.items(world.oakville)) == 1


def test_the_same_model_writes_to_the_city_of_the_scope(world: World) -> None:
    with tenant_scope(world.oakville):
        Note("A", "1", text="oak").save()
    with tenant_scope(world.qinghe):
        Note("A", "1", text="qing").save()
        assert Note.get("A", "1").text == "qing"
    with tenant_scope(world.oakville):
        assert Note.get("A", "1").text == "oak"


def test_a_scope_of_another_city_cannot_open_inside_a_scope(world: World) -> None:
    with tenant_scope(world.oakville):
        with tenant_scope(world.oakville, "upload", min_life=1800):
            assert scope.current_city() is world.oakville
        with pytest.raises(ScopeError), tenant_scope(world.qinghe):
            pass
        with pytest.raises(ScopeError), platform_scope("test"):
            pass


def test_a_scope_opens_for_a_city_not_for_an_id() -> None:
    with pytest.raises(ScopeError), tenant_scope("oakville"):  # type: ignore[arg-type]
        pass


def test_a_city_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError):
        City("oakville", "live", {}, 1)


def test_a_lazy_iterator_fails_closed_after_its_scope(world: World) -> None:
    with tenant_scope(world.oakville):
        for n in range(3):
            Note("A", str(n)).save()
        lazy = Note.query("A")
        assert len(list(Note.query("A"))) == 3
    with pytest.raises(ScopeError):
        list(lazy)
    with tenant_scope(world.oakville):
        lazy = Note.query("A")
    with tenant_scope(world.qinghe), pytest.raises(ScopeError):
        list(lazy)


def test_a_request_that_names_another_table_never_leaves(world: World) -> None:
    with tenant_scope(world.oakville), pytest.raises(ScopeError):
        aws.scoped_client("dynamodb").scan(TableName="townkit-test-city-qinghe")
    with tenant_scope(world.qinghe):
        assert aws.scoped_client("dynamodb").scan(TableName="townkit-test-city-qinghe")["Count"] == 0


def test_batches_read_and_write_in_the_scope(world: World) -> None:
    with tenant_scope(world.oakville):
        with Note.batch_write() as batch:
            for n in range(30):
                batch.save(Note("A", f"{n:02d}"))
        assert len(list(Note.batch_get([("A", f"{n:02d}") for n in range(30)]))) == 30


def test_unprocessed_items_of_a_batch_are_sent_again(world: World) -> None:
    """pynamodb asks ``Meta.table_name`` for what came back unprocessed; if that did not follow the scope
    they were lost."""
    with tenant_scope(world.oakville):
        client = aws.scoped_client("dynamodb")
        sent: list[int] = []

        def half_done(parsed: dict, **_: object) -> None:
            if not sent:
                parsed["UnprocessedItems"] = {
                    "townkit-test-city-oakville": [{"PutRequest": {"Item": Note("A", "late").serialize()}}]
                }
            sent.append(1)

        client.meta.events.register("after-call.dynamodb.BatchWriteItem", half_done)
        with Note.batch_write() as batch:
            batch.save(Note("A", "1"))
        assert len(sent) == 2
        assert Note.get("A", "late")


def test_transactions_follow_the_scope(world: World) -> None:
    with tenant_scope(world.qinghe), transaction() as tx:
        tx.save(Note("T", "1"))
        tx.save(Note("T", "2"))
    assert (len(world.items(world.qinghe)), len(world.items(world.oakville))) == (2, 0)


def test_a_thread_without_the_context_has_no_scope(world: World) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with tenant_scope(world.oakville), ThreadPoolExecutor(1) as pool:
        with pytest.raises(ScopeError):
            pool.submit(scope.current_scope).result()
        assert pool.submit(copy_context().run, scope.current_city).result() is world.oakville


def test_the_session_policy_names_one_city_with_plain_arns(world: World) -> None:
    policy = sessions.session_policy("oakville")
    text = str(policy)
    assert "table/townkit-test-city-oakville'" in text
    assert "cities/oakville/*" in text
    assert "qinghe" not in text
    assert "dynamodb:*" not in text
    assert "'*'" not in text


def test_sessions_are_kept_per_city_and_purpose_and_renewed_before_they_end(world: World) -> None:
    with tenant_scope(world.oakville):
        first = sessions.credentials(scope.current_scope())
        assert sessions.credentials(scope.current_scope()) is first
    with tenant_scope(world.qinghe):
        assert sessions.credentials(scope.current_scope()) is not first
    with tenant_scope(world.oakville, min_life=3600), pytest.raises(ScopeError):
        sessions.credentials(scope.current_scope())


def test_nothing_else_uses_sts_or_makes_cities() -> None:
    allowed = {"functions/core/sessions.py", "functions/core/city.py", "functions/tenancy/registry.py"}
    found = set()
    for path in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Constant) and node.value == "sts"
            sealed = isinstance(node, ast.ImportFrom) and any(alias.name == "seal" for alias in node.names)
            sealed = sealed or (isinstance(node, ast.Attribute) and node.attr in {"seal", "assume_role"})
            if named or sealed:
                found.add(str(path.relative_to(ROOT)))
    assert found <= allowed
    assert "functions/core/sessions.py" in found

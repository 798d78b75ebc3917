"""The proof can fail: with a fault built in, the same checks report a leak."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

import app
from functions.core import scope, sessions
from functions.notifications import worker as tasks
from functions.sensing import worker as readings
from functions.tenancy import registry
from functions.web import blueprint
from functions.web.blueprint import ROUTES
from tests.isolation import actors, attacks, ledger, probe, probes_data, work, work_readings, work_tasks
from tests.isolation.actors import Cast
from tests.isolation.case import Case
from tests.isolation.cases import CASES, MORE
from tests.isolation.probe import Place, Probe
from tests.isolation.town import Town
from tests.isolation.visitor import InProcess
from tests.stack import CITIES, Stack

ACCESS = {(route.method, route.path): route.access for route in ROUTES}
VIEWS = {(route.method, route.path): route.view for route in ROUTES}
# Routes where nothing but the scope stands between the ids of another city and its data.
BY_SCOPE_ALONE = [
    MORE[0],
    *(
        case
        for case in CASES
        if case.key
        in {
            ("POST", "/{city}/console/cases/{case}/decide"),
            ("GET", "/{city}/console/cases/{case}/history"),
            ("POST", "/{city}/console/history"),
            ("GET", "/{city}/verify/{token}"),
            ("POST", "/{city}/status"),
            ("GET", "/{city}/status/application"),
            ("GET", "/{city}/apply/{draft}/{page}"),
            ("POST", "/{city}/apply/{draft}/{page}"),
        }
    ),
]


@pytest.fixture(autouse=True)
def uncounted() -> Iterator[None]:
    """Nothing here is a proof."""
    with ledger.apart():
        yield


@pytest.fixture
def pair(towns: dict[str, Town]) -> tuple[Town, Town]:
    """Who knocks, and who is knocked at."""
    return towns[CITIES[0]], towns[CITIES[1]]


# Sessions and roles


@pytest.fixture
def wide_place(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Strangers whose sessions name every city: a careless `*` in functions/core/sessions.py."""
    right = sessions.session_policy
    monkeypatch.setattr(sessions, "session_policy", lambda city_id: right("*"))
    cast = Cast(stack, CITIES[0], CITIES[1])
    assert cast.strangers
    monkeypatch.undo()
    made = Place(cast)
    yield made
    for city, other in (CITIES, CITIES[::-1]):
        probe.clean(Place(Cast(stack, city, other)))


def test_a_session_that_names_every_city_is_reported_at_every_door(wide_place: Place) -> None:
    quiet = [str(each) for each in probes_data.DATA if not _reported(each, wide_place)]
    assert quiet == ["s3 presigned POST with another key"]  # the form's own signature forbids that


def _reported(each: Probe, place: Place) -> bool:
    return any("session from" in leak for leak in probe.leaks(each, place))


def test_a_role_that_may_read_a_table_is_reported(stack: Stack, casts: dict[str, Cast]) -> None:
    iam, name = stack.client("iam"), f"townkit-{stack.local.stage}-nightly"
    arn = stack.environment["TOWNKIT_CITY_TABLE_ARN_PREFIX"] + "*"
    allow = {"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": allow})
    scan = next(each for each in probes_data.DATA if str(each) == "dynamodb scan")
    place = Place(casts[CITIES[0]])
    iam.put_role_policy(RoleName=name, PolicyName="isolation", PolicyDocument=document)
    try:
        found = list(probe.leaks(scan, place))
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName="isolation")
        probe.clean(place)
    assert found == [f"nightly's own role may dynamodb scan of {CITIES[0]}"]


# Routes


def _bend(monkeypatch: pytest.MonkeyPatch, case: Case, own: Town, other: Town) -> None:
    """The case's route opens the other city's scope when it is asked at one's own address."""
    with other.inside() as city:
        wrong = scope.Scope(city, scope.current_scope().table, "data")
    right = blueprint._inside

    def inside(ctx: Any, view: Callable[..., Any], params: dict[str, str]) -> Any:
        if view is not VIEWS[case.key] or ctx.city.id != own.id:
            return right(ctx, view, params)
        token = scope._scope.set(wrong)
        try:
            return right(ctx, view, params)
        finally:
            scope._scope.reset(token)

    monkeypatch.setattr(blueprint, "_inside", inside)


@pytest.mark.parametrize("case", BY_SCOPE_ALONE, ids=str)
def test_a_route_in_the_wrong_scope_is_reported(
    case: Case, pair: tuple[Town, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = pair
    with actors.running_as(own.stack, "api"):
        _bend(monkeypatch, case, own, other)
        found = list(attacks.leaks(case, ACCESS[case.key], own, other, InProcess(app.app)))
    assert any("their ids" in leak for leak in found), found


# A draft that was opened in the wrong scope has taken over the wrong city's form for good.
UNSPOILT = [case for case in BY_SCOPE_ALONE if "{draft}" not in case.path]


@pytest.mark.parametrize("case", UNSPOILT[:2], ids=str)
def test_the_same_route_in_its_own_scope_is_not_reported(case: Case, pair: tuple[Town, Town]) -> None:
    own, other = pair
    with actors.running_as(own.stack, "api"):
        assert list(attacks.leaks(case, ACCESS[case.key], own, other, InProcess(app.app))) == []


def test_a_route_without_a_scope_serves_nobody(
    pair: tuple[Town, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = next(case for case in CASES if case.path == "/{city}/verify/{token}")
    monkeypatch.setattr(blueprint, "scope", SimpleNamespace(tenant_scope=nullcontext))
    own, other = pair
    with actors.running_as(own.stack, "api"), pytest.raises(attacks.ControlFailedError):
        list(attacks.leaks(case, "public", own, other, InProcess(app.app)))


# Workers


def _wrong_city(monkeypatch: pytest.MonkeyPatch, own: Town, other: Town) -> None:
    """Workers that run here, with a registry that answers the other city for one's own."""
    handlers = {"tasks": tasks.handle_tasks, "readings": readings.handle_readings}
    right = registry.find_city

    def find_city(city_id: str) -> Any:
        return right(other.id if city_id == own.id else city_id)

    def invoke(town: Town, function: str, **event: Any) -> Any:
        with actors.running_as(town.stack, function):
            return handlers[function](event)

    monkeypatch.setattr(registry, "find_city", find_city)
    for module in (work_tasks, work_readings):
        monkeypatch.setattr(module, "invoke", invoke)


def test_a_task_in_the_wrong_scope_is_reported(
    pair: tuple[Town, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    _wrong_city(monkeypatch, *pair)
    with pytest.raises(AssertionError):
        assert work.leaks(work.WORK["tasks", "mail"], *pair) == []


def test_a_reading_in_the_wrong_scope_is_reported(
    pair: tuple[Town, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    _wrong_city(monkeypatch, *pair)
    assert work.leaks(work.WORK["readings", "thing of the other"], *pair)

"""Every route, with ids of one city used by people of the other: 404 or a refused cookie, nothing said and
nothing written. Each city's own person gets in with the same ids first."""

from __future__ import annotations

import pytest

import app
from functions.web.blueprint import ROUTES, Route
from tests.isolation import snapshot
from tests.isolation.attacks import control, leaks, request
from tests.isolation.case import Case
from tests.isolation.cases import CASES, MORE
from tests.isolation.town import Town
from tests.stack import CITIES

ACCESS = {(route.method, route.path): route.access for route in ROUTES}
COVERED = {case.key for case in CASES}


def without_case(routes: list[Route]) -> list[tuple[str, str]]:
    """Routes that nobody has written a case for."""
    pages = {(route.method, route.path) for route in routes if route.access != "api"}
    return sorted(pages - COVERED)  # the operations behind access "api": test_programs.py


def test_every_route_has_a_case() -> None:
    assert app.app.routes
    assert without_case(ROUTES) == [], "write a case in tests/isolation/cases.py"
    assert sorted(COVERED - ACCESS.keys()) == [], "the route is gone"
    assert len(COVERED) == len(CASES)


def test_a_new_route_without_a_case_is_named() -> None:
    new = Route("/{city}/console/secrets/{secret}", "GET", "staff", lambda ctx, secret: None)
    assert without_case([*ROUTES, new]) == [("GET", "/{city}/console/secrets/{secret}")]


@pytest.mark.parametrize("other", CITIES)
@pytest.mark.parametrize("case", [*CASES, *MORE], ids=str)
def test_ids_of_another_city_open_nothing(case: Case, other: str, towns: dict[str, Town]) -> None:
    own = next(town for city, town in towns.items() if city != other)
    assert not list(leaks(case, ACCESS[case.key], own, towns[other], own.edge))


@pytest.mark.parametrize("case", [case for case in CASES if case.method == "POST"], ids=str)
def test_a_form_without_its_own_token_changes_nothing(case: Case, towns: dict[str, Town]) -> None:
    """Control: the same form with the token is taken."""
    town, stranger = towns[CITIES[0]], towns[CITIES[1]]
    if case.before:
        case.before(town)
    person = town.person(str(case.who))
    tokens = ("", "0" * 64, stranger.person(str(case.who)).csrf)
    # made before the snapshot: what a form names (a saved draft) is laid out when it is first asked for
    asked = {token: request(case, town, town, person.cookies, token) for token in tokens}
    before = snapshot.settled(town.stack, town.id)
    for token, one in asked.items():
        answer = town.edge.ask(one)
        assert answer.status == 403, (token, answer.status)
    changed = snapshot.changes(before, snapshot.settled(town.stack, town.id))
    assert [change for change in changed if not change.startswith("item USAGE ")] == []
    control(case, town, town.edge)

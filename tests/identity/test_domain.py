"""When a session ends, and where a sign-in may lead."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.identity.domain import ABSOLUTE, IDLE, Session, Staff, safe_return

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def session(started: timedelta, seen: timedelta) -> Session:
    return Session("oakville", "clerk@oakville.example", NOW - started, NOW - seen)


def test_a_session_is_live_until_half_an_hour_without_a_request() -> None:
    assert session(timedelta(hours=1), IDLE - timedelta(seconds=1)).state("oakville", NOW) == "live"
    assert session(timedelta(hours=1), IDLE).state("oakville", NOW) == "idle"


def test_a_session_ends_after_twelve_hours_however_busy() -> None:
    assert session(ABSOLUTE - timedelta(seconds=1), timedelta()).state("oakville", NOW) == "live"
    assert session(ABSOLUTE, timedelta()).state("oakville", NOW) == "ended"


def test_a_session_of_one_city_is_none_in_another() -> None:
    assert session(timedelta(), timedelta()).state("qinghe", NOW) == "elsewhere"


def test_the_time_of_the_last_request_is_written_every_two_minutes_at_most() -> None:
    assert not session(timedelta(hours=1), timedelta(seconds=119)).needs_refresh(NOW)
    assert session(timedelta(hours=1), timedelta(seconds=120)).needs_refresh(NOW)


@pytest.mark.parametrize(
    "path", ["/oakville/console", "/oakville/console/cases/abc123", "/oakville/console/cases/a/history"]
)
def test_a_console_page_of_the_city_is_a_place_to_return_to(path: str) -> None:
    assert safe_return(path, "oakville") == path


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "https://evil.example/oakville/console", "//evil.example/console", "/qinghe/console",
        "/oakville/consoles", "/oakville/console/../../x", "/oakville/console?x=1",
        "/oakville/console/sign-out", "/oakville/console\n/x",
    ],
)  # fmt: skip
def test_anything_else_leads_to_the_consoles_first_page(path: str) -> None:
    assert safe_return(path, "oakville") == "/oakville/console"


@given(st.text())
def test_whatever_is_asked_for_stays_in_the_citys_console(path: str) -> None:
    assert safe_return(path, "oakville").startswith("/oakville/console")


def test_rights_follow_roles() -> None:
    clerk = Staff("c@x.example", "C", ("clerk",), ("residents",))
    desk = Staff("d@x.example", "D", ("operator-desk",), ("works",))
    admin = Staff("a@x.example", "A", ("admin",), ("residents",))
    assert (clerk.may_decide("application"), clerk.may_decide("incident"), clerk.is_admin) == (
        True,
        True,
        False,
    )
    assert (desk.may_decide("application"), desk.may_decide("incident")) == (False, True)
    assert (admin.is_admin, admin.may_decide("application")) == (True, False)
    assert clerk.works_in("residents")
    assert not clerk.works_in("works")

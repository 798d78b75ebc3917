"""The holder's certificate and its public verification, through the edge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from chalice.test import Client
from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from functions.cases.domain import Case
from functions.certificates import service
from functions.core import audit, clock
from functions.core.city import seal
from functions.core.ids import digest
from functions.core.keyring import city_key
from functions.core.scope import tenant_scope
from tests.desk import Answer, Browser, application, console, find
from tests.web.pages import check_structure
from tests.world import NOW, World


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    with console(world) as made, clock.frozen(NOW):
        yield made


@pytest.fixture
def ana(client: Client) -> Browser:
    browser = Browser(client)
    browser.follow(browser.sign_in("ana@oakville.example"))
    return browser


@pytest.fixture
def approved(world: World, ana: Browser) -> Case:
    case = application(world, world.oakville)
    page = ana.get(f"/oakville/console/cases/{case.id}")
    assert ana.submit(page, "decision", action="approve", then="stay").status == 303
    return find(world.oakville, case.id)


def token_of(world: World, case_id: str) -> str:
    return service.token_of(world.context(world.oakville), case_id)


def check(client: Client, token: str, city: str = "oakville") -> Answer:
    return Browser(client).get(f"/{city}/verify/{token}")


def as_holder(client: Client, case_id: str) -> Browser:
    """A browser that gave the application's reference and code, as the status page remembers it."""
    from itsdangerous import URLSafeTimedSerializer

    signer = URLSafeTimedSerializer(city_key("oakville", "cookie"), salt="status")
    return Browser(client, {"status-oakville": signer.dumps({"case": case_id, "city": "oakville"})})


def test_anyone_with_the_address_sees_type_dates_state_and_a_masked_name(
    world: World, client: Client, approved: Case
) -> None:
    page = check(client, token_of(world, approved.id))
    assert (page.status, page.headers["X-Robots-Tag"]) == (200, "noindex, nofollow")
    check_structure(page.document, "en")
    for words in ("Valid", "Certificate of residence", "20 November 2026", "18 February 2027", "M*** G***"):
        assert words in page.words
    for secret in ("Garcia", "Oak Street", "D123", "1980", approved.reference):
        assert secret not in page.text


def test_an_unknown_address_says_so(world: World, client: Client, approved: Case) -> None:
    token = token_of(world, approved.id)
    for wrong in ("x", "A" * 22, token[:-1] + ("A" if token[-1] != "A" else "B"), approved.certificate or ""):
        page = check(client, wrong)
        assert page.status == 404
        assert "has issued no certificate" in page.words
    assert check(client, token, "qinghe").status == 404


def test_only_the_digest_of_the_token_is_stored(world: World, approved: Case) -> None:
    token = token_of(world, approved.id)
    assert approved.certificate == digest(token)
    assert token not in str(world.items(world.oakville))


def test_a_certificate_expires_after_its_last_day(world: World, client: Client, approved: Case) -> None:
    token = token_of(world, approved.id)
    with clock.frozen(NOW + timedelta(days=90)):
        assert "it is valid" in check(client, token).words
    with clock.frozen(NOW + timedelta(days=91)):
        assert "no longer valid" in check(client, token).words


def test_a_revoked_certificate_says_so_at_once_and_not_why(
    world: World, client: Client, ana: Browser, approved: Case
) -> None:
    form = ana.get(f"/oakville/console/cases/{approved.id}/revoke")
    check_structure(form.document, "en")
    assert ana.submit(form, "form", reason=" ").status == 422
    done = ana.submit(form, "form", reason="The bill was forged")
    assert "was revoked" in ana.follow(done).words
    page = check(client, token_of(world, approved.id))
    assert "has revoked this certificate" in page.words
    assert "forged" not in page.text
    assert ana.submit(form, "form", reason="again").status == 409


def test_a_colleague_who_only_looks_does_not_stop_a_revocation(
    world: World, ana: Browser, approved: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, form = audit.read_chain, ana.get(f"/oakville/console/cases/{approved.id}/revoke")

    def read_while_somebody_looks(kind: str, subject: str) -> audit.Chain:
        chain = read(kind, subject)
        monkeypatch.setattr(audit, "read_chain", read)
        audit.record(kind, subject, "viewed", world.context(world.oakville))
        return chain

    monkeypatch.setattr(audit, "read_chain", read_while_somebody_looks)
    assert ana.submit(form, "form", reason="Forged").status == 303


def test_the_holder_sees_the_whole_certificate_with_a_code_to_check_it(
    world: World, client: Client, approved: Case
) -> None:
    page = as_holder(client, approved.id).get("/oakville/certificate")
    assert (page.status, page.headers["X-Robots-Tag"]) == (200, "noindex, nofollow")
    check_structure(page.document, "en")
    for words in ("Maria Garcia", "3 February 1980", "12 Oak Street, Oakville", "Valid until", "1 June 2020"):
        assert words in page.words
    address = f"http://localhost:8000/oakville/verify/{token_of(world, approved.id)}"
    assert page.document.find("a", href=address)
    assert page.document.find("svg")["role"] == "img"
    with tenant_scope(world.oakville):
        from functions.cases import store

        found = store.get_file(approved.id)
    assert found
    assert (found.events[0].action, found.events[0].actor_kind) == ("certificate_viewed", "citizen")


def test_the_certificate_can_be_read_in_every_language_of_the_city(client: Client, approved: Case) -> None:
    holder = as_holder(client, approved.id)
    holder.cookies["lang"] = "zh-Hans"
    page = holder.get("/oakville/certificate")
    check_structure(page.document, "zh-Hans")
    assert "兹证明" in page.words
    assert "1980年2月3日" in page.words


def test_the_certificate_is_for_its_holder_only(world: World, client: Client, approved: Case) -> None:
    assert Browser(client).get("/oakville/certificate").location == "/oakville/status"
    other = application(world, world.oakville, "other")
    assert as_holder(client, other.id).get("/oakville/certificate").status == 404
    assert as_holder(client, "nothing").get("/oakville/certificate").status == 404


def test_a_service_without_a_certificate_issues_none(world: World) -> None:
    services = {
        key: {**value, "certificate": None} for key, value in world.oakville.config["services"].items()
    }
    city = seal("oakville", "live", {**world.oakville.config, "services": services}, 1)
    case = application(world, city)
    with tenant_scope(city):
        assert service.issue(TransactWrite(connection=Connection()), world.context(city), case) is None


def test_verification_has_a_limit_per_network(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "VERIFICATIONS", (2, 3600))
    assert [check(client, "A" * 22).status for _ in range(3)] == [404, 404, 429]


def test_public_pages_need_two_calls_at_most(
    world: World, client: Client, approved: Case, caplog: pytest.LogCaptureFixture
) -> None:
    check(client, token_of(world, approved.id))
    as_holder(client, approved.id).get("/oakville/certificate")
    calls = {
        r.route: r.calls for r in caplog.records if hasattr(r, "calls") and "/console" not in str(r.route)
    }
    assert calls["/{city}/verify/{token}"] == 2
    assert calls["/{city}/certificate"] == 2

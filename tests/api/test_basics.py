"""Coming in: keys, scopes, cookies, languages, errors, addresses that do not exist."""

from __future__ import annotations

from datetime import timedelta

from functions.api import domain, service
from functions.core import clock
from functions.core.scope import tenant_scope
from tests.api.program import Program, make_key
from tests.cases.browser import stored

SECRET = "A" * 43


def test_anybody_may_read_the_services_from_any_page(stranger):
    answer = stranger.get("/services")
    assert answer.status == 200 and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert [one["id"] for one in answer.json["services"]] == ["residence-certificate"]
    assert stranger.get("/services/residence-certificate").json["service"]["name"]["en"]
    assert stranger.get("/services/no-such").status == 404


def test_what_needs_a_key_is_not_for_pages_of_others(program):
    answer = program().get("/changes")
    assert answer.status == 200 and "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_key_the_answer_says_how_to_come_in(stranger):
    answer = stranger.get("/changes")
    assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json["code"] == "unauthorized" and answer.json["request_id"]


def test_a_key_that_is_none_opens_nothing(stranger):
    for key in (
        "x",
        f"townkit_oakville_{'0' * 26}_{SECRET}",
        f"townkit_qinghe_{'0' * 26}_{SECRET}",
        f"townkit_oakville_{'0' * 26}_",
        "townkit_oakville_\u00e9",
    ):
        stranger.key = key
        assert stranger.get("/changes").status == 401, key


def test_a_wrong_secret_opens_nothing_and_writes_nothing(cities, app):
    key, text = make_key(cities.oakville)
    before = cities.items(cities.oakville)
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    assert Program(app, "oakville", wrong).get("/changes").status == 401
    assert cities.items(cities.oakville) == before and key.digest not in text


def test_a_key_of_one_city_is_none_in_the_other(cities, app):
    _, text = make_key(cities.oakville)
    assert Program(app, "oakville", text).get("/changes").status == 200
    assert Program(app, "qinghe", text).get("/changes").status == 401
    renamed = text.replace("oakville", "qinghe")
    assert Program(app, "qinghe", renamed).get("/changes").status == 401


def test_an_expired_and_a_revoked_key_open_nothing(program):
    past = clock.iso(clock.now() - timedelta(seconds=1))
    assert program(expires_at=past).get("/changes").status == 401
    assert program(revoked_at=past).get("/changes").status == 401


def test_a_key_does_only_what_it_was_made_for(program):
    reader = program(scopes=("cases:read",))
    assert reader.get("/changes").status == 200
    answer = reader.get("/webhooks")
    assert answer.status == 403 and answer.json["code"] == "scope_missing"
    assert "webhooks:manage" in answer.json["message"]


def test_cookies_let_nobody_in_and_choose_no_language(cities, app):
    from tests.isolation.town import staff_cookies

    with tenant_scope(cities.oakville):
        kept = staff_cookies(cities.oakville, "admin@oakville.example")
    cookie = "; ".join(f"{name}={value}" for name, value in {**kept, "lang": "zh-Hans"}.items())
    answer = Program(app, "oakville").get("/changes", Cookie=cookie)
    assert answer.status == 401 and answer.json["message"].startswith("Send a valid key")
    assert "Set-Cookie" not in answer.headers


def test_a_change_needs_no_form_token(program):
    assert program().post("/webhooks", {"url": "https://hooks.example.com/x"}).status == 201


def test_errors_are_in_the_asked_language(program):
    answer = program().get("/cases/nothing", Accept_Language="zh-CN,en;q=0.5")
    assert answer.status == 404 and "\u4e00" <= answer.json["message"][0] <= "\u9fff"


def test_the_language_of_a_page_is_not_switched_here(stranger):
    assert stranger.get("/services?lang=zh-Hans").status == 200


def test_an_unknown_city_is_a_document_too(app, cities):
    answer = Program(app, "nowhere").get("/services")
    assert answer.status == 404 and answer.json["code"] == "not_found"


def test_an_address_tells_which_methods_it_knows(program, stranger):
    answer = program().ask("PUT", "/webhooks", {})
    assert answer.status == 405 and answer.headers["Allow"] == "GET, POST"
    assert stranger.ask("DELETE", "/services").status == 405
    assert stranger.get("/no/such/address").status == 404


def test_only_json_is_read(program):
    answer = program().ask("POST", "/webhooks", b"url=x", Content_Type="application/x-www-form-urlencoded")
    assert answer.status == 415 and answer.json["code"] == "unsupported_media_type"


def test_a_body_that_is_no_such_document_is_a_clear_answer(program):
    mine, deep = program(), b"[" * 100_000
    surrogate, unknown = b'{"url": "\\ud800"}', b'{"a": 1}'
    for body in (b"", b"{", b"[]", b"null", b'{"url": NaN}', surrogate, b"\xff", deep, unknown):
        answer = mine.ask("POST", "/webhooks", body, Content_Type="application/json")
        assert answer.status == 422 and answer.json["code"] == "invalid", body[:20]


def test_a_program_is_slowed_down_for_itself(program, monkeypatch):
    monkeypatch.setattr(service, "PER_KEY", 3)
    first, second = program(), program()
    assert [first.get("/changes").status for _ in range(4)] == [200, 200, 200, 429]
    assert first.get("/changes").headers["Retry-After"]
    assert second.get("/changes").status == 200


def test_all_programs_of_a_city_together_are_slowed_down(program, monkeypatch):
    monkeypatch.setattr(service, "PER_CITY", 2)
    assert [program().get("/changes").status for _ in range(3)] == [200, 200, 429]
    assert program("qinghe").get("/changes").status == 200


def test_the_day_of_the_last_use_is_kept_once(cities, app):
    _, text = make_key(cities.oakville)
    for _ in range(2):
        assert Program(app, "oakville", text).get("/changes").status == 200
    (item,) = stored(cities, cities.oakville, "API-KEYS")
    assert item["last_used"]["S"] == clock.now().date().isoformat()


def test_a_key_looks_like_a_key_and_is_read_back():
    text = domain.write("oakville", "0" * 26, SECRET)
    assert text.startswith("townkit_oakville_")
    assert domain.read(f"bearer  {text}", "oakville") == ("0" * 26, SECRET)
    for header in ("", text, f"Basic {text}", f"Bearer {text} x"):
        assert domain.read(header, "oakville") is None

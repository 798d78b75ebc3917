"""At its end every page asks whether it helped; nobody is asked who they are."""

from __future__ import annotations

from typing import Any

import pytest

from functions.core.scope import tenant_scope
from functions.feedback import service
from tests.cases.browser import Browser
from tests.world import World


def kept(cities: World, city: Any) -> list[dict[str, Any]]:
    """The items of the feature, without the limits' counters."""
    return [item for item in cities.items(city) if item["pk"]["S"].startswith("HELPED")]


def test_every_page_ends_with_the_question(browser: Browser) -> None:
    for address, topic in (
        ("/oakville", "home"),
        ("/oakville/services", "services"),
        ("/oakville/services/residence-certificate", "services/residence-certificate"),
        ("/oakville/contact", "contact"),
    ):
        links = [str(link["href"]) for link in browser.get(address).page.select(".townkit-helped a")]
        assert links == [f"/oakville/helped?page={topic}&answer={one}" for one in ("yes", "no")]


def test_an_answer_is_counted_and_its_words_kept_without_the_person(browser: Browser, cities: World) -> None:
    browser.get("/oakville/helped?page=services&answer=no").submit(words="I could not find the form <b>")
    assert browser.address == "/oakville/helped?thanks=1" and browser.heading == "Thank you"
    counts, words = sorted(kept(cities, cities.oakville), key=lambda item: item["pk"]["S"])
    assert counts["no"]["N"] == "1" and counts["sk"]["S"].endswith("#services")
    assert words["words"]["S"] == "I could not find the form <b>"
    assert set(words) == {"pk", "sk", "v", "ttl", "topic", "answer", "words", "lang"}
    assert kept(cities, cities.qinghe) == []


def test_without_an_answer_the_page_says_so_in_the_persons_language(browser: Browser) -> None:
    browser.get("/qinghe/helped?page=services").submit(words="好")
    assert browser.status == 422 and "请选择“是”或“否”" in browser.page.get_text()
    assert browser.page.find("textarea").get_text() == "好"


def test_too_many_words_are_refused_and_kept_in_the_box(browser: Browser, cities: World) -> None:
    browser.get("/oakville/helped?page=home&answer=yes").submit(words="x" * 501)
    assert browser.status == 422 and "Use 500 characters or fewer" in browser.page.get_text()
    assert len(browser.page.find("textarea").get_text()) == 501 and kept(cities, cities.oakville) == []


def test_answers_of_one_network_are_limited(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PER_NETWORK_HOUR", 2)
    for _ in range(2):
        browser.get("/oakville/helped?page=home&answer=yes").submit()
        assert browser.heading == "Thank you"
    browser.get("/oakville/helped?page=home&answer=yes").submit()
    assert browser.status == 429


@pytest.mark.parametrize("page", ["../../etc", "a b", "<script>", "x" * 60, "a/b/c"])
def test_a_forged_page_name_is_unknown(browser: Browser, page: str) -> None:
    browser.get("/oakville/helped").post(
        "/oakville/helped", {"page": page, "answer": "yes", **token(browser)}
    )
    assert browser.status == 404


def token(browser: Browser) -> dict[str, str]:
    """The form's own token."""
    return {"_csrf": browser.values()["_csrf"]}


def test_sums_and_words_are_for_the_city_alone(browser: Browser, cities: World) -> None:
    for answer in ("no", "no", "yes"):
        browser.get(f"/oakville/helped?page=services&answer={answer}").submit(words=answer)
    ctx, other = cities.context(cities.oakville), cities.context(cities.qinghe)
    with tenant_scope(cities.oakville):
        assert service.sums(ctx) == [service.Sum("services", 1, 2)]
        assert [one.words for one in service.latest(ctx)] == ["yes", "no", "no"]
    with tenant_scope(cities.qinghe):
        assert service.sums(other) == [] and service.latest(other) == []
    viewed = [item for item in cities.items(cities.oakville) if item.get("action", {}).get("S") == "viewed"]
    assert len(viewed) == 1 and viewed[0]["pk"]["S"] == "CHAIN#feedback#words"


def test_larger_and_simpler_is_remembered_and_can_be_left(browser: Browser) -> None:
    page = browser.get("/oakville?size=large").page
    assert browser.address == "/oakville" and "townkit-large" in page.html["class"]
    assert page.find("a", href="tel:+15125550100") or "Call us" in page.get_text()
    page = browser.get("/oakville/services?size=standard").page
    assert "townkit-large" not in page.html["class"]
    assert "townkit-large" not in browser.get("/oakville?size=huge").page.html["class"]

"""The answers of two invented people, and how they go through the form."""

from __future__ import annotations

from functions.cases import applying, drafts, saving
from functions.cases.domain import Document
from functions.core import clock
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope
from tests.cases.browser import Browser
from tests.world import BUCKET

PDF = b"%PDF-1.7 a bill (demo)"
ANSWERS: dict[str, dict[str, dict[str, str]]] = {
    "oakville": {
        "name": {"name": "Maria Garcia"},
        "birth-date": {"birth_date-day": "29", "birth_date-month": "2", "birth_date-year": "1984"},
        "identity-number": {"identity_number": "536 90-4399"},
        "address": {
            "address-street": "12 Oak Street", "address-city": "Oakville", "address-state": "tx",
            "address-postcode": "78701",
        },
        "since": {"since-day": "1", "since-month": "6", "since-year": "2020"},
        "reason": {"reason": "school"},
        "email": {"email": " maria@citizen.example "},
        "phone": {"phone": "(202) 555-0143"},
    },
    "qinghe": {
        "name": {"name": "王小明"},
        "birth-date": {"birth_date-day": "３１", "birth_date-month": "12月", "birth_date-year": "1949"},
        "identity-number": {"identity_number": "110105 19491231 002x"},
        "address": {
            "address-province": "河北省", "address-city": "清河市", "address-district": "清河区",
            "address-street": "中心街道", "address-detail": "1 号 2 单元 301 室", "address-postcode": "",
        },
        "since": {"since-day": "1", "since-month": "9", "since-year": "2019"},
        "reason": {"reason": "other"},
        "email": {"email": "wang＠citizen.example"},
        "phone": {"phone": ""},
    },
}  # fmt: skip


def begin(browser: Browser, city: str, lang: str = "") -> Browser:
    """Press the start button."""
    if lang:
        browser.cookies["lang"] = lang
    return browser.get(f"/{city}/services/residence-certificate").submit()


def fill(browser: Browser, city: str, until: str = "check") -> Browser:
    """Answer page after page until the one named."""
    for _ in range(12):
        page = browser.address.rpartition("/")[2].partition("?")[0]
        if page == until:
            return browser
        if page == "proof":
            if browser.page.find("form", id="upload"):
                browser.upload("bill 1.pdf", PDF)
            browser.submit("go-on")
        else:
            browser.submit(**{name.replace("-", "__"): value for name, value in ANSWERS[city][page].items()})
    raise AssertionError(f"never reached {until}, stuck at {browser.address} {browser.problems}")


def jump(browser: Browser, city: str, until: str = "check") -> Browser:
    """Like `fill`, but the answers before that page are put into the draft without looking at the pages."""
    draft_id = browser.address.split("/")[3]
    home = getattr(browser.world, city)
    ctx = Context(home, Actor("citizen", "anyone"), home.languages[0], clock.now(), "request-0")
    with tenant_scope(home):
        draft = drafts.find_draft(ctx, draft_id)
        assert draft is not None
        journey = applying.journey_of(ctx, draft)
        for page in journey.pages:
            if page.id == until:
                break
            if page.id == "proof":
                key = f"cities/{city}/uploads/{draft_id}/f1/bill 1.pdf"
                browser.world.s3.put_object(Bucket=BUCKET, Key=key, Body=PDF)
                size = len(PDF)
                saving.attach_file(
                    draft_id, Document("f1", "proof", "bill 1.pdf", size, "application/pdf", key)
                )
            else:
                after = applying.answer_page(journey, page, ANSWERS[city][page.id])
                assert after, page.id
                journey = after
    return browser.get(f"/{city}/apply/{draft_id}/{until}")


def finish(browser: Browser, city: str) -> Browser:
    """Apply, up to the confirmation."""
    return jump(begin(browser, city), city).submit(declaration="yes")

"""`python -m infra.screenshots`: takes the README's pictures from the installation that runs on this machine
(TOWNKIT_PORT), by going through it as two invented people would. It leaves two applications behind."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload, Locator, Page, ViewportSize, sync_playwright

from infra.browser import ensure
from infra.demo import DEMO_PASSWORD
from infra.settings import ROOT, Local

FOLDER = ROOT / "docs" / "screenshots"
PHONE: ViewportSize = {"width": 375, "height": 740}
DESKTOP: ViewportSize = {"width": 1100, "height": 800}
ALARM_WITHIN_S = 120
GO_ON = "main #form button:visible"
PDF: FilePayload = {
    "name": "bill.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7 a bill (demo)",
}
ANSWERS: dict[str, dict[str, str]] = {
    "oakville": {
        "name": "Maria Garcia",
        "birth_date-day": "14",
        "birth_date-month": "3",
        "birth_date-year": "1984",
        "identity_number": "536-90-4399",
        "address-street": "12 Oak Street",
        "address-city": "Oakville",
        "address-state": "TX",
        "address-postcode": "78701",
        "since-day": "1",
        "since-month": "6",
        "since-year": "2020",
        "reason": "school",
        "email": "maria@citizen.example",
    },
    "qinghe": {
        "name": "王小明",
        "birth_date-day": "31",
        "birth_date-month": "12",
        "birth_date-year": "1949",
        "identity_number": "11010519491231002X",
        "address-province": "河北省",
        "address-city": "清河市",
        "address-district": "清河区",
        "address-street": "中心街道",
        "address-detail": "1 号 2 单元 301 室",
        "since-day": "1",
        "since-month": "9",
        "since-year": "2019",
        "reason": "school",
        "email": "wang@citizen.example",
    },
}


class Camera:
    """A window of one city on one kind of screen."""

    def __init__(self, page: Page, url: str, city: str) -> None:
        self.page, self.url, self.city = page, url, city

    def go(self, path: str) -> None:
        """Open a page of the city."""
        self.page.goto(f"{self.url}/{self.city}{path}")

    def shoot(self, name: str, top: str = "") -> None:
        """Keep what the window shows, from the top of the page or of an element."""
        if top:
            self.page.locator(top).first.evaluate("one => one.scrollIntoView()")
        self.page.mouse.move(0, 0)
        self.page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")

    @property
    def place(self) -> str:
        """The last part of the address."""
        return urlsplit(self.page.url).path.rpartition("/")[2]


def apply(camera: Camera, seen: Callable[[str], None]) -> None:
    """From the start page to the confirmation; ``seen`` is called on every page with its name."""
    page = camera.page
    camera.go("/services/residence-certificate")
    seen("start")
    page.locator(GO_ON).first.click()
    page.wait_for_url("**/name")
    while camera.place != "check":
        seen(camera.place)
        _answer(camera)
    seen("check")
    page.locator("#declaration").check()
    page.locator(GO_ON).first.click()
    page.wait_for_url("**/done")
    seen("done")


def _answer(camera: Camera) -> None:
    page, name = camera.page, camera.place
    if name == "proof":
        page.set_input_files("#file", PDF)
        page.locator("#upload button").click()
        page.locator("#go-on button").first.click()
    else:
        _fill(page, ANSWERS[camera.city])
        page.locator(GO_ON).first.click()
    page.wait_for_url(lambda address: urlsplit(address).path.rpartition("/")[2] != name)


def _fill(page: Page, answers: dict[str, str]) -> None:
    for field, value in answers.items():
        inputs = page.locator(f"main [name={field}]")
        if not inputs.count():
            continue
        if inputs.first.get_attribute("type") == "radio":
            page.locator(f"main input[value={value}]").check()
        else:
            inputs.fill(value)


def sign_in(camera: Camera, who: str = "clerk") -> None:
    """Through the hosted login, as one of the city's demo staff."""
    camera.go("/console/sign-in")
    camera.page.fill("#username", f"{who}@{camera.city}.example")
    camera.page.fill("#password", DEMO_PASSWORD)
    camera.page.locator("button").first.click()
    camera.page.wait_for_url(re.compile(f"/{camera.city}/console(/history)?$"))  # an admin has no desk


def open_first_case(camera: Camera) -> None:
    """The case that waits longest."""
    camera.page.locator('main a[href*="/console/cases/"]').first.click()
    camera.page.wait_for_url("**/console/cases/*")


def find_alarm(camera: Camera) -> Locator:
    """The worst open alarm of the department, else the last one that has ended. A demonstration begins with
    one, a minute after its start. Raises TimeoutError when none comes."""
    give_up = time.monotonic() + ALARM_WITHIN_S
    while time.monotonic() < give_up:
        for query in ("", "?state=ended"):
            camera.go(f"/console/alarms{query}")
            found = camera.page.locator('main table a[href*="/console/alarms/"]').first
            if found.count():
                return found
        camera.page.wait_for_timeout(2000)
    raise TimeoutError("no alarm yet")


def oakville(phone: Camera, desktop: Camera) -> None:
    """The certificate, from question to verification, mostly on a desktop."""
    names = {"start": "oakville-start", "done": "oakville-done"}
    apply(desktop, lambda place: desktop.shoot(names[place]) if place in names else None)
    sign_in(clerk := Camera(desktop.page, desktop.url, "oakville"))
    clerk.shoot("oakville-desk")
    open_first_case(clerk)
    clerk.page.locator("input[value=approve]").check()
    clerk.shoot("oakville-case")
    clerk.page.locator("button[value=stay]").click()
    clerk.page.wait_for_url("**/console/cases/*")
    desktop.go("/certificate")
    desktop.shoot("oakville-certificate")
    phone.page.goto(str(desktop.page.locator('a[href*="/verify/"]').first.get_attribute("href")))
    phone.shoot("oakville-verify-phone")
    sign_in(works := _another(desktop), "works")
    alarm = find_alarm(works)
    works.shoot("oakville-alarms")
    alarm.click()
    works.page.wait_for_url("**/console/alarms/*")
    works.shoot("oakville-alarm", ".townkit-case")
    phone.go("/sensors")
    phone.shoot("oakville-sensors-phone", "main section:has-text('Main Street')")
    sign_in(admin := _another(desktop), "admin")
    admin.go("/console/devices/links")
    admin.page.fill("#name", "Erik (demo)")
    admin.page.locator("main form button").last.click()
    phone.page.goto(str(admin.page.locator("a.townkit-key").get_attribute("href")))
    phone.page.locator("#install[data-ready]").wait_for()
    phone.shoot("oakville-install-phone")


def qinghe(phone: Camera, desktop: Camera) -> None:
    """The same in Chinese, mostly on a phone."""
    phone.go("")
    phone.shoot("qinghe-home-phone")
    names = {"name": "qinghe-question-phone", "check": "qinghe-check-phone"}
    apply(phone, lambda place: phone.shoot(names[place]) if place in names else None)
    sign_in(desktop)
    open_first_case(desktop)
    desktop.shoot("qinghe-case")
    desktop.go("/sensors")
    desktop.shoot("qinghe-sensors", "main section:has-text('水闸水位站')")
    sign_in(admin := _another(desktop), "admin")
    admin.go("/console/devices")
    admin.shoot("qinghe-devices", "main h2")


def _another(camera: Camera) -> Camera:
    """A window of somebody else, of the same size."""
    browser, size = camera.page.context.browser, camera.page.viewport_size
    assert browser and size
    return _camera(browser, camera.url, camera.city, "en-US" if camera.city == "oakville" else "zh-CN", size)


def main() -> None:
    """All pictures, new."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    url, chromium = Local.from_environment().public_url, str(ensure())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for city, lang, story in (("oakville", "en-US", oakville), ("qinghe", "zh-CN", qinghe)):
            story(*(_camera(browser, url, city, lang, size) for size in (PHONE, DESKTOP)))
        browser.close()


def _camera(browser: Any, url: str, city: str, lang: str, size: ViewportSize) -> Camera:
    page = browser.new_context(viewport=size, locale=lang).new_page()
    page.set_default_timeout(60_000)
    return Camera(page, url, city)


if __name__ == "__main__":
    main()

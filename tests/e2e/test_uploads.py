"""Files on the deployed stack in real Chromium: large photos over a slow connection that breaks once, a file
that a scanner reports, and what the storage keeps of a photo."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from PIL import Image

from functions.adapters.scanner import EICAR
from tests.e2e.a11y import PHONE, assert_accessible
from tests.files.conftest import GPS, NORTH, ORIENTATION
from tests.files.conftest import photo as small
from tests.stack import Stack, wait_for

pytestmark = pytest.mark.e2e
# "3G" of WebPageTest: 1.6 Mbit/s down, 768 kbit/s up, 300 ms there and back
SLOW = {"offline": False, "latency": 300, "downloadThroughput": 200_000, "uploadThroughput": 192_000}
BREAK_MS = 3000
FOUR_MB = 4_000_000


@cache
def photo() -> bytes:
    """12 megapixels as a phone that is held upright writes them: 4 MB, turned, with a place."""
    picture = Image.effect_noise((4000, 3000), 5).convert("RGB")
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS).update(NORTH)
    for quality in (92, 95, 98):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, exif=exif)
        if out.tell() >= FOUR_MB:
            return out.getvalue()
    raise AssertionError("not large enough")


def chosen(name: str, data: bytes) -> dict[str, Any]:
    """A file as the browser's dialog gives it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    """A phone's browser."""
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def open_photos(page: Any, stack: Stack) -> None:
    """The question for photos of a pollution report, of which it takes five."""
    page.goto(f"{stack.url}/oakville/services/pollution-report?lang=en")
    page.locator(".govuk-button--start").click()
    page.wait_for_url("**/apply/**")
    page.goto(re.sub(r"(/apply/[^/]+)/.*", r"\1/photos", page.url))
    assert page.locator("input[type=file]").count() == 1


def send(page: Any, files: list[dict[str, Any]]) -> None:
    """Choose them and press the button; the page stays."""
    page.set_input_files("#file", files)
    page.locator("#upload button").click()


def said(page: Any) -> str:
    """What the form's live region says."""
    return str(page.locator("#upload [role=status]").text_content())


def until(page: Any, look: Callable[[], bool], seconds: int, what: str) -> None:
    """Wait in the page's own time, so that its scripts run on."""
    for _ in range(seconds * 5):
        if look():
            return
        page.wait_for_timeout(200)
    pytest.fail(f"waited {seconds} s for {what} in vain; the page says {said(page)!r}")


def stored_photos(stack: Stack, draft: str) -> dict[str, bytes]:
    """The draft's files as they lie in the storage, every version of them."""
    s3, bucket = stack.client("s3"), stack.outputs["FilesBucketName"]
    prefix = f"cities/oakville/uploads/{draft}/"
    versions = s3.list_object_versions(Bucket=bucket, Prefix=prefix).get("Versions", [])
    return {
        f"{one['Key']} {one['VersionId']}": s3.get_object(
            Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"]
        )["Body"].read()
        for one in versions
    }


def test_five_large_photos_arrive_over_a_slow_connection_that_breaks(stack: Stack, phone: Any) -> None:
    assert len(photo()) >= FOUR_MB
    open_photos(phone, stack)
    line = phone.context.new_cdp_session(phone)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    send(phone, [chosen(f"photo {number}.jpg", photo()) for number in range(1, 6)])
    until(phone, lambda: bool(re.search(r"photo 2.jpg: [1-9]0 %", said(phone))), 90, "half of the second")
    line.send("Network.emulateNetworkConditions", {**SLOW, "offline": True})
    until(phone, lambda: "The connection is broken" in said(phone), 30, "word of the break")
    phone.wait_for_timeout(BREAK_MS)
    line.send("Network.emulateNetworkConditions", SLOW)
    until(phone, lambda: "Everything has arrived" in said(phone), 180, "all five")
    line.send(
        "Network.emulateNetworkConditions",
        {**SLOW, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    listed = phone.locator("#files li")
    assert [f"photo {n}.jpg" in listed.nth(n - 1).inner_text() for n in range(1, 6)] == [True] * 5
    assert phone.locator("#upload-problems").inner_text() == ""
    until(phone, lambda: phone.locator("[data-checking]").count() == 0, 90, "the check of all")
    assert_accessible(phone)
    draft = phone.url.split("/apply/")[1].split("/")[0]
    kept = stored_photos(stack, draft)
    assert len(kept) == 5
    for data in kept.values():
        picture = Image.open(io.BytesIO(data))
        assert picture.height > picture.width and not picture.getexif()


def test_a_harmful_file_is_named_and_keeps_nobody_waiting(stack: Stack, phone: Any) -> None:
    open_photos(phone, stack)
    send(phone, [chosen("bad.jpg", small() + EICAR), chosen("good.jpg", small())])
    until(phone, lambda: phone.locator("#files li").count() == 2, 30, "both files")
    until(phone, lambda: phone.locator("[data-checking]").count() == 0, 30, "their check")
    assert "Contains harmful software" in phone.locator("#files li").nth(0).inner_text()
    assert "no harmful software found" in phone.locator("#files li").nth(1).inner_text()
    assert phone.locator("#files-news").text_content() == "The check of your files is over."
    assert_accessible(phone)
    phone.locator("#go-on button").click()
    phone.wait_for_url("**problem=refused**")
    phone.locator("#files li").nth(0).locator("button").click()
    wait_for(lambda: phone.locator("#files li").count() == 1, what="the file to be gone")

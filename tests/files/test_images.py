"""Photos are turned upright and lose what the camera wrote about place, time and owner."""

from __future__ import annotations

import io

import pytest
from PIL import Image, PngImagePlugin

from functions.files import images
from functions.files.images import UnusableImage, prepare
from tests.files.conftest import photo


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def test_a_photo_is_turned_upright_and_says_nothing_about_its_place() -> None:
    before = photo(orientation=6)
    assert opened(before).getexif() and b"Camera (demo)" in before
    after = prepare(before, "jpeg")
    picture = opened(after)
    assert picture.size == (40, 60)
    red, _, blue = picture.getpixel((20, 5))  # the red half is at the top now
    assert red > 200 and blue < 60
    assert not picture.getexif() and b"Camera" not in after and b"Exif" not in after


def test_a_photo_that_is_upright_already_loses_its_notes_too() -> None:
    after = prepare(photo(orientation=1), "jpeg")
    assert opened(after).size == (60, 40)
    assert not opened(after).getexif()


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_every_note_goes_and_the_colours_stay(kind: str) -> None:
    profile = b"a profile of colours (demo)" * 10
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Maria Garcia")
    more = {"pnginfo": notes} if kind == "png" else {"comment": b"Maria Garcia"}
    before = photo(kind.upper(), icc_profile=profile, **more)
    assert b"Maria Garcia" in before
    after = prepare(before, kind)
    assert b"Maria Garcia" not in after
    assert opened(after).info["icc_profile"] == profile
    assert not opened(after).getexif()


def test_a_picture_with_see_through_parts_keeps_them() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(prepare(out.getvalue(), "png")).mode == "RGBA"


def test_a_print_shop_photo_becomes_one_that_screens_show() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (10, 10)).save(out, "JPEG")
    assert opened(prepare(out.getvalue(), "jpeg")).mode == "RGB"


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe0 not a photo", photo()[:300], b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_unusable(data: bytes) -> None:
    with pytest.raises(UnusableImage):
        prepare(data, "jpeg")


def test_a_very_large_photo_is_halved_and_a_larger_one_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 2000)
    assert opened(prepare(photo(orientation=1, size=(80, 40)), "jpeg")).size == (40, 20)
    with pytest.raises(UnusableImage):
        prepare(photo(size=(120, 80)), "jpeg")
    with pytest.raises(UnusableImage):
        prepare(photo("PNG", size=(60, 40)), "png")

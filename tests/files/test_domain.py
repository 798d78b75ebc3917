"""What may be handed in."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from functions.files import domain
from functions.files.sniffing import kind_of


def image(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, kind)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 ...", "pdf"),
        (image("JPEG"), "jpeg"),
        (image("JPEG")[:16], "jpeg"),
        (image("PNG"), "png"),
        (image("WEBP"), None),
        (image("TIFF"), None),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(90), "heic"),
        (b"MZ" + bytes(90), None),
        (b"<html><script>alert(1)</script>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None),
        (archive(), None),
        (b"x", None),
        (b"", None),
    ],
)
def test_a_type_is_told_by_the_content(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind


def test_a_name_read_as_latin_1_is_put_right_and_others_stay() -> None:
    assert domain.display_name("账单.pdf".encode().decode("latin-1")) == "账单.pdf"
    assert domain.display_name("账单.pdf") == "账单.pdf"
    assert domain.display_name("Größe.pdf") == "Größe.pdf"


def test_a_name_is_shown_without_control_characters_and_shortened() -> None:
    assert domain.display_name("a\u202eb\x00.pdf") == "ab.pdf"
    assert domain.display_name("\n") == "file"
    long = domain.display_name("x" * 300 + ".pdf")
    assert len(long) == domain.NAME_LENGTH and long.endswith(".pdf")


@pytest.mark.parametrize(
    "key", ["cities/b/uploads/d/f/x.pdf", "cities/a/uploads/d/f/", "cities/a/uploads/d/f/x/y", "x"]
)
def test_only_a_file_directly_under_its_prefix_is_taken(key: str) -> None:
    assert domain.name_in(key, domain.key_prefix("a", "d", "f")) is None


def test_sizes_and_types_beyond_the_definition_are_refused() -> None:
    assert domain.refusal(10, "pdf", "x.pdf", ["pdf"], 1) is None
    assert domain.refusal(0, None, "x.pdf", ["pdf"], 1) == "missing"
    assert domain.refusal(domain.MB + 1, "pdf", "x.pdf", ["pdf"], 1) == "size"
    assert domain.refusal(10, "png", "x.png", ["pdf"], 1) == "type"
    assert domain.refusal(10, "heic", "x.heic", ["jpeg"], 1) == "heic"


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("photo.JPG", "jpeg", None),
        ("photo.jpeg", "jpeg", None),
        ("照片.png", "png", None),
        ("photo", "jpeg", None),
        (".hidden", "jpeg", None),
        ("letter of 1.12.2026", "pdf", None),
        ("photo.pdf", "jpeg", "name"),
        ("bill.pdf.exe", "pdf", "name"),
        ("bill.html", "pdf", "name"),
        ("bill.png", "jpeg", "name"),
    ],
)
def test_a_name_that_says_another_type_than_the_content_is_refused(
    name: str, kind: str, reason: str | None
) -> None:
    assert domain.refusal(10, kind, name, ["pdf", "jpeg", "png"], 1) == reason


def test_a_key_names_its_owner_and_file() -> None:
    key = domain.key_prefix("a", "draft1", "file1") + "a b.pdf"
    assert domain.owner_and_file(key) == ("draft1", "file1")
    assert domain.owner_in(key, domain.city_prefix("a")) == "draft1"

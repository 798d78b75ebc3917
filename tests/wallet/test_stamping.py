"""Copies that say for what they are."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from functions.wallet.stamping import MAX_PAGES, UnusableDocument, stamp
from tests.files.conftest import photo
from tests.wallet.conftest import paper

LINES = ["Copy, only for: Parking card", "Oakville (demo), 20 November 2026", "Reference: ABC-123"]
CHINESE = ["仅用于：停车月卡", "清河市（演示），2026年11月20日"]


def opened(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def test_every_page_says_for_what_it_is() -> None:
    made = opened(stamp(paper(3), "pdf", LINES))
    assert len(made.pages) == 3
    for page in made.pages:
        for line in LINES:
            assert page.extract_text().count(line) == 3


def test_chinese_words_are_set_in_a_font_that_readers_have() -> None:
    page = opened(stamp(paper(), "pdf", CHINESE)).pages[0]
    written = page.get_contents().get_data()
    assert "停车月卡".encode("utf-16-be").hex().upper().encode() in written
    assert page["/Resources"]["/Font"]["/TKHan"]["/Encoding"] == "/UniGB-UTF16-H"


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_a_photo_becomes_a_stamped_page(kind: str) -> None:
    made = opened(stamp(photo(kind.upper(), orientation=1), kind, LINES))
    assert len(made.pages) == 1 and len(made.pages[0].images) == 1
    assert LINES[2] in made.pages[0].extract_text()


def test_a_turned_page_is_stamped_as_it_is_seen() -> None:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842).rotate(90)
    writer.write(out)
    page = opened(stamp(out.getvalue(), "pdf", LINES)).pages[0]
    assert page.rotation == 0 and page.mediabox.width == 842


def test_scripts_and_attachments_stay_behind() -> None:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('1')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject(name): value for name, value in action.items()}
    )
    writer.add_attachment("secret.txt", b"secret")
    writer.write(out)
    assert b"alert" in out.getvalue()
    made = stamp(out.getvalue(), "pdf", LINES)
    assert b"alert" not in made and b"secret" not in made
    assert not {"/Names", "/OpenAction"} & set(opened(made).trailer["/Root"])


def encrypted() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("a password", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"%PDF-1.7 a bill", "pdf"), (b"", "pdf"), (paper(MAX_PAGES + 1), "pdf"), (photo()[:200], "jpeg")],
)
def test_what_cannot_be_stamped_is_unusable(data: bytes, kind: str) -> None:
    with pytest.raises(UnusableDocument):
        stamp(data, kind, LINES)


def test_a_document_with_a_password_is_unusable() -> None:
    with pytest.raises(UnusableDocument):
        stamp(encrypted(), "pdf", LINES)

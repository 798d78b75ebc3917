"""A copy of a document that says for what it is: the same pages as a PDF, with the purpose across each of
them. Only the tasks worker comes here.

The words are set in fonts that every reader of PDF has or replaces (ISO 32000-1, 9.6.2.2 and 9.7.5.2):
Helvetica, and for Chinese STSong with the encoding UniGB-UTF16-H; so no font need be carried along."""

from __future__ import annotations

from io import BytesIO
from typing import Any

MAX_PAGES = 60
DPI = 150
GREY = "0.35 0.35 0.35"


class UnusableDocument(Exception):
    """It cannot be stamped: encrypted, broken or far too long."""


def stamp(data: bytes, kind: str, lines: list[str]) -> bytes:
    """The PDF, JPEG or PNG as a PDF with the lines across every page. What could act by itself in a PDF
    (scripts, attached files) is left out. Raises UnusableDocument."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(data if kind == "pdf" else _as_pdf(data)))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnusableDocument("encrypted")
        if not 0 < len(reader.pages) <= MAX_PAGES:
            raise UnusableDocument("pages")
        writer = PdfWriter()
        for page in reader.pages:
            _stamp_page(writer, writer.add_page(page), lines)
        writer.add_metadata({"/Title": lines[0]})
        out = BytesIO()
        writer.write(out)
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnusableDocument(type(error).__name__) from error
    return out.getvalue()


def _as_pdf(data: bytes) -> bytes:
    from PIL import Image

    with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as opened:
        picture: Any = opened
        if opened.mode not in ("RGB", "L"):
            picture = Image.new("RGB", opened.size, "white")
            picture.paste(opened, mask=opened.getchannel("A") if "A" in opened.getbands() else None)
        out = BytesIO()
        picture.save(out, "PDF", resolution=DPI)
    return out.getvalue()


def _stamp_page(writer: Any, page: Any, lines: list[str]) -> None:
    """Add the words to one page, three times, turned so that they cross it."""
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject

    page.transfer_rotation_to_content()
    for name in ("/AA", "/Annots"):
        page.pop(NameObject(name), None)
    resources = page.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
    fonts = resources.setdefault(NameObject("/Font"), DictionaryObject()).get_object()
    fonts[NameObject("/TKLatin")] = _latin()
    fonts[NameObject("/TKHan")] = _han()
    states = resources.setdefault(NameObject("/ExtGState"), DictionaryObject()).get_object()
    states[NameObject("/TKPale")] = _pale()
    before, after = DecodedStreamObject(), DecodedStreamObject()
    before.set_data(b"q\n")
    after.set_data(b"\nQ\n" + _words(page, lines))
    inside = page.get(NameObject("/Contents"))
    found = inside.get_object() if inside is not None else None
    parts = list(found) if isinstance(found, ArrayObject) else [] if inside is None else [inside]
    page[NameObject("/Contents")] = ArrayObject(
        [writer._add_object(before), *parts, writer._add_object(after)]
    )


def _words(page: Any, lines: list[str]) -> bytes:
    box = page.mediabox
    left, bottom, width, height = float(box.left), float(box.bottom), float(box.width), float(box.height)
    size = max(6.0, min(width, height) / 26)
    out = [f"q /TKPale gs {GREY} rg"]
    for third in (0.18, 0.5, 0.82):
        x, y = left + width * 0.08, bottom + height * third - height * 0.08
        # turned by about 17 degrees
        out.append(f"BT 0.956 0.292 -0.292 0.956 {x:.1f} {y:.1f} Tm {size * 1.25:.1f} TL")
        for line in lines:
            plain = line.isascii()
            code = line.encode("ascii" if plain else "utf-16-be").hex().upper()
            out.append(f"/{'TKLatin' if plain else 'TKHan'} {size:.1f} Tf <{code}> Tj T*")
        out.append("ET")
    out.append("Q")
    return "\n".join(out).encode()


def _latin() -> Any:
    from pypdf.generic import DictionaryObject, NameObject

    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )


def _han() -> Any:
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

    number, name = NumberObject, NameObject
    descriptor = DictionaryObject(
        {
            name("/Type"): name("/FontDescriptor"),
            name("/FontName"): name("/STSong-Light"),
            name("/Flags"): number(4),
            name("/FontBBox"): ArrayObject([number(n) for n in (-25, -254, 1000, 880)]),
            name("/ItalicAngle"): number(0),
            name("/Ascent"): number(880),
            name("/Descent"): number(-120),
            name("/CapHeight"): number(880),
            name("/StemV"): number(93),
        }
    )
    system = {
        "/Registry": TextStringObject("Adobe"),
        "/Ordering": TextStringObject("GB1"),
        "/Supplement": number(4),
    }
    descendant = DictionaryObject(
        {
            name("/Type"): name("/Font"),
            name("/Subtype"): name("/CIDFontType0"),
            name("/BaseFont"): name("/STSong-Light"),
            name("/CIDSystemInfo"): DictionaryObject({name(key): value for key, value in system.items()}),
            name("/FontDescriptor"): descriptor,
            name("/DW"): number(1000),
            # the letters and digits of ASCII are CIDs 1 to 95 of Adobe-GB1
            name("/W"): ArrayObject([number(1), number(95), number(550)]),
        }
    )
    return DictionaryObject(
        {
            name("/Type"): name("/Font"),
            name("/Subtype"): name("/Type0"),
            name("/BaseFont"): name("/STSong-Light"),
            name("/Encoding"): name("/UniGB-UTF16-H"),
            name("/DescendantFonts"): ArrayObject([descendant]),
        }
    )


def _pale() -> Any:
    from pypdf.generic import DictionaryObject, FloatObject, NameObject

    return DictionaryObject(
        {NameObject("/Type"): NameObject("/ExtGState"), NameObject("/ca"): FloatObject("0.45")}
    )

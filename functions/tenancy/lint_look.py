"""Checks: colours, logo, contact points, and that a demonstration city cannot be mistaken for a real one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path as FilePath

from functions.tenancy.lint_base import Found, Looked, rule
from functions.tenancy.source import Path

MIN_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3 (level AA)
MAX_LOGO_BYTES = 32_000
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+"
)
_DEMO = {"en": "(demo)", "zh-Hans": "（演示）"}
_ACTIVE = re.compile(
    rb"<\s*(script|foreignobject|iframe|object|embed|use|image|a|animate|set)\b|\son[a-z]+\s*=|javascript:|<!|url\s*\(|@import|href\s*=",
    re.I,
)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two #rrggbb colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@rule("contrast-low")
def contrast_low(file: Looked) -> Found:
    """Text on the header."""
    colours = file.city.colours
    if (ratio := contrast(colours.brand_text, colours.brand)) < MIN_CONTRAST:
        at = "brand_text" if "brand_text" in file.data["colours"] else "brand"
        yield (
            ("colours", at),
            f"brand_text on brand has a contrast of {ratio:.2f}; people need {MIN_CONTRAST} or more",
        )


@rule("link-contrast-low")
def link_contrast_low(file: Looked) -> Found:
    """Links on the white page."""
    if (ratio := contrast(file.city.colours.link, "#ffffff")) < MIN_CONTRAST:
        yield (
            ("colours", "link"),
            f"links on white have a contrast of {ratio:.2f}; people need {MIN_CONTRAST} or more",
        )


@rule("logo-path-escapes")
def logo_path_escapes(file: Looked) -> Found:
    """A logo lies in the folder of the city's file, and nowhere else."""
    if file.city.logo and not _inside(file, file.city.logo.file):
        yield ("logo", "file"), "the logo must lie in the folder of this file or below it"


@rule("logo-not-found")
def logo_not_found(file: Looked) -> Found:
    """The file is there."""
    if (path := _logo(file)) and not path.is_file():
        yield (
            ("logo", "file"),
            f"there is no file {file.city.logo.file if file.city.logo else ''} beside this file",
        )


@rule("logo-type-unknown")
def logo_type_unknown(file: Looked) -> Found:
    """SVG or PNG, by name and by content."""
    content = _content(file)
    if content is None:
        return
    name = file.city.logo.file.lower() if file.city.logo else ""
    png, svg = content.startswith(b"\x89PNG\r\n\x1a\n"), b"<svg" in content[:1000]
    if not ((name.endswith(".png") and png) or (name.endswith(".svg") and svg and not png)):
        yield ("logo", "file"), "the logo must be an SVG (.svg) or PNG (.png) picture"


@rule("logo-too-big")
def logo_too_big(file: Looked) -> Found:
    """It is part of every first page on an old phone."""
    if (path := _logo(file)) and path.is_file() and path.stat().st_size > MAX_LOGO_BYTES:
        yield (
            ("logo", "file"),
            f"the logo has {path.stat().st_size:,} bytes; at most {MAX_LOGO_BYTES:,} are allowed",
        )


@rule("logo-active-content")
def logo_active_content(file: Looked) -> Found:
    """An SVG is a document: it may run scripts and load things."""
    content = _content(file)
    if content and b"<svg" in content[:1000] and (found := _ACTIVE.search(content)):
        what = found.group(0).decode("ascii", "replace").strip()
        yield ("logo", "file"), f'the logo contains "{what}"; only plain shapes are allowed in an SVG'


def _inside(file: Looked, name: str) -> bool:
    folder = file.loaded.folder.resolve()
    return not FilePath(name).is_absolute() and (folder / name).resolve().is_relative_to(folder)


def _logo(file: Looked) -> FilePath | None:
    logo = file.city.logo
    return file.loaded.folder / logo.file if logo and _inside(file, logo.file) else None


def _content(file: Looked) -> bytes | None:
    path = _logo(file)
    if path is None or not path.is_file() or path.stat().st_size > MAX_LOGO_BYTES:
        return None
    return path.read_bytes()


@rule("email-malformed")
def email_malformed(file: Looked) -> Found:
    """The form of HTML's e-mail input, with a domain of two parts at least."""
    for path, address in emails(file):
        if not _EMAIL.fullmatch(address):
            yield path, f'"{address}" is not an e-mail address'


@rule("phone-impossible")
def phone_impossible(file: Looked) -> Found:
    """A number that the country's numbering plan knows (library phonenumbers)."""
    if file.profile is None:
        return
    for path, number in _phones(file):
        if not _possible(number, file.profile.phone.region):
            yield (
                path,
                f'"{number}" is no phone number of this country; write it like {file.profile.phone.example}',
            )


def _possible(number: str, region: str) -> bool:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number_for_region(parsed, region)


def _phones(file: Looked) -> Iterator[tuple[Path, str]]:
    yield ("contact", "phone"), file.city.contact.phone
    for name, department in file.city.departments.items():
        if department.phone:
            yield ("departments", name, "phone"), department.phone


def emails(file: Looked) -> Iterator[tuple[Path, str]]:
    """Every address of the file with its place."""
    contact = file.city.contact
    yield ("contact", "email"), contact.email
    if contact.accessibility_email:
        yield ("contact", "accessibility_email"), contact.accessibility_email
    if file.city.privacy.email:
        yield ("privacy", "email"), file.city.privacy.email
    for name, department in file.city.departments.items():
        if department.email:
            yield ("departments", name, "email"), department.email
    for n, member in enumerate(file.city.staff):
        yield ("staff", n, "email"), member.email


@rule("demo-not-marked")
def demo_not_marked(file: Looked) -> Found:
    """The name of an invented city says so."""
    for lang, name in file.city.names.items():
        mark = _DEMO.get(lang, "(demo)")
        if file.city.demo and mark not in name:
            yield ("names", lang), f'the name of a demonstration city must contain "{mark}"'


@rule("demo-real-address")
def demo_real_address(file: Looked) -> Found:
    """RFC 2606 section 2: .example belongs to nobody."""
    for path, address in emails(file):
        if file.city.demo and "@" in address and not address.lower().endswith(".example"):
            yield (
                path,
                f'a demonstration city must not write to real people: "{address}" does not end in .example',
            )

"""What is the same on every page of a city in one language: header, footer, colours. Rendered once, kept."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from functions.web import logos

DEFAULT_COLOURS = {"brand": "#1b4b5a", "brand_text": "#ffffff", "link": "#15537a"}
MAX_FRAMES = 256


@dataclass(frozen=True, slots=True)
class Frame:
    """`style` is the content of the page's one <style> element, `style_source` its CSP source expression."""

    header: Markup
    footer: Markup
    style: Markup
    style_source: str
    colour: str


_frames: dict[tuple[str, int, str, bool], Frame] = {}


def frame_for(city: Any, lang: str, large: bool, render_part: Callable[..., Markup]) -> Frame:
    """The frame of a city (None: the platform's own) in the current language and size; bounded, the
    oldest dropped."""
    key = (city.id, city.version, lang, large) if city else ("", 0, lang, large)
    frame = _frames.get(key)
    if frame is None:
        if len(_frames) >= MAX_FRAMES:
            del _frames[next(iter(_frames))]
        frame = _frames[key] = _build(city, lang, large, render_part)
    return frame


def style_source(city: Any) -> str:
    """The CSP source of the city's <style> element, for the headers of its pages."""
    return _hash(_style(city.config.get("colours") or {} if city else {}))


def _build(city: Any, lang: str, large: bool, render_part: Callable[..., Markup]) -> Frame:
    colours = (city.config.get("colours") if city else None) or {}
    style = _style(colours)
    return Frame(
        header=render_part("base/header.html", city=city, lang=lang, large=large, logo=logos.address(city)),
        footer=render_part("base/footer.html", city=city, lang=lang),
        style=Markup(style),  # only checked hexadecimal colours get in
        style_source=_hash(style),
        colour=_colour(colours, "brand"),
    )


def _style(colours: Mapping[str, str]) -> str:
    brand = _colour(colours, "brand")
    return (
        f":root{{--townkit-brand:{brand};--townkit-brand-dark:{_darker(brand)};"
        f"--townkit-brand-text:{_colour(colours, 'brand_text')};--govuk-brand-colour:{brand};"
        f"--govuk-link-colour:{_colour(colours, 'link')}}}"
    )


def _colour(colours: Mapping[str, str], name: str) -> str:
    value = colours.get(name) or DEFAULT_COLOURS[name]
    digits = value.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) != 6:
        raise ValueError(f"{name} is not a hexadecimal colour")
    return f"#{int(digits, 16):06x}"


def _darker(colour: str) -> str:
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{part * 7 // 10:02x}" for part in parts)


def _hash(style: str) -> str:
    digest = hashlib.sha256(style.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

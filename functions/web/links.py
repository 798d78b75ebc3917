"""Addresses inside plain text become links: web pages, e-mail, telephone numbers in international form."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_ADDRESS = re.compile(
    r"(?P<web>https?://[^\s<>\"，。；、）]+[^\s<>\"，。；、）.,;:!?)])"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<phone>\+\d[\d ()-]{6,}\d)"
)


def linked(text: str) -> Markup:
    """The text, escaped, with its addresses as links."""
    parts: list[str] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        parts += [escape(text[end : found.start()]), _link(found)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _link(found: re.Match[str]) -> Markup:
    shown = found[0]
    if found["mail"]:
        target = f"mailto:{shown}"
    elif found["phone"]:
        target = "tel:" + re.sub(r"[^\d+]", "", shown)
    else:
        target = shown
    return Markup('<a class="govuk-link" href="{}">{}</a>').format(target, shown)

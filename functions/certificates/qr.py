"""The QR code of a verification address, as an SVG that a page can hold."""

from __future__ import annotations


def svg(address: str, label: str) -> str:
    """Inline SVG with a text alternative. Error correction M: a fold or a stamp may hide 15 % of it
    (ISO/IEC 18004)."""
    import segno
    from markupsafe import Markup, escape

    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=4, omitsize=True, svgclass="townkit-qr", lineclass=None)
    return Markup(drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1))

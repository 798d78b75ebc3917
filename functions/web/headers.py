"""Security headers of every answer (OWASP HTTP headers cheat sheet; CSP level 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.core.settings import settings
from functions.web.frame import style_source

if TYPE_CHECKING:
    from functions.web.request import PageContext


def security_headers(ctx: PageContext | None) -> dict[str, str]:
    """Headers for a page or a JSON answer of the context's city (None: of the installation)."""
    headers = {
        "Content-Security-Policy": content_security_policy(ctx),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if not settings().local:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def content_security_policy(ctx: PageContext | None) -> str:
    """Scripts and styles from our own files only, plus the <style> element with the city's colours by hash.

    Forms and scripts may post to us and to the files' origin (uploads go there directly)."""
    files = f" {settings().files_url}" if settings().files_url else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'self' {style_source(ctx.city if ctx else None)}",
            "script-src 'self'",
            "img-src 'self' data:",
            f"form-action 'self'{files}",
            f"connect-src 'self'{files}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )

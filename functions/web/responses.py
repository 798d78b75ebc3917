"""What a view may return, and how errors are shown: a page for people, for programs
``{code, message, fields?, request_id}``. The only place that builds HTTP answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from chalice.app import Response

from functions.core import i18n, usage
from functions.core.errors import Invalid, TownkitError
from functions.core.scope import ScopeError, current_city
from functions.web.request import PageContext

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"


@dataclass
class Page:
    """Render ``template`` (under templates/pages) with ``data``."""

    template: str
    data: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def __init__(
        self, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **data: Any
    ) -> None:
        self.template, self.data, self.status, self.headers = template, data, status, headers or {}


@dataclass(frozen=True, slots=True)
class Redirect:
    """303 See Other: what a POST answers with."""

    location: str


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON document."""

    body: Any
    status: int = 200
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """Any other text, with its media type."""

    body: str
    media_type: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def _finish(ctx: PageContext | None, body: str, status: int, headers: dict[str, str]) -> Response:
    from functions.web.headers import security_headers

    every: dict[str, Any] = {**security_headers(ctx), "Cache-Control": "no-store", **headers}
    if ctx and ctx.set_cookies:
        every["Set-Cookie"] = list(ctx.set_cookies)
    try:
        current_city()
        usage.count("bytes_out", len(body.encode()))
    except ScopeError:
        pass
    return Response(body=body, status_code=status, headers=every)


def redirect(ctx: PageContext | None, location: str) -> Response:
    """303 to a path or an address."""
    return _finish(ctx, "", 303, {"Location": location, "Content-Type": HTML})


def from_result(result: Page | Redirect | Json | Text, ctx: PageContext) -> Response:
    """The HTTP answer of a view's result."""
    if isinstance(result, Page):
        from functions.web.rendering import render

        html = render(result.template, ctx, **result.data)
        return _finish(ctx, html, result.status, {"Content-Type": HTML, **result.headers})
    if isinstance(result, Redirect):
        return redirect(ctx, result.location)
    if isinstance(result, Json):
        return _finish(
            ctx,
            json.dumps(result.body, ensure_ascii=False),
            result.status,
            {"Content-Type": result.media_type, **result.headers},
        )
    if isinstance(result, Text):
        return _finish(ctx, result.body, result.status, {"Content-Type": result.media_type, **result.headers})
    raise TypeError(f"a view returned {type(result).__name__}")


def from_error(error: TownkitError, ctx: PageContext) -> Response:
    """The one mapping of errors: a page in the visitor's language, or a small JSON document for programs."""
    headers = error.headers
    with i18n.use_language(ctx.lang):
        message = i18n.t(error.message, **error.params)
        if ctx.program or ctx.headers.get("accept", "").startswith("application/json"):
            body = json.dumps(_document(error, message, ctx), ensure_ascii=False)
            return _finish(ctx, body, error.status, {"Content-Type": JSON, **headers})
        from functions.web.rendering import render_error

        html = render_error(error, message, ctx)
    return _finish(ctx, html, error.status, {"Content-Type": HTML, **headers})


def _document(error: TownkitError, message: str, ctx: PageContext) -> dict[str, Any]:
    document: dict[str, Any] = {"code": error.code, "message": message, "request_id": ctx.request_id}
    if isinstance(error, Invalid) and error.fields:
        document["fields"] = {name: i18n.t(text) for name, text in error.fields.items()}
    return document

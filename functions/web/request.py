"""What a view is given: the city, who asks, in which language, the parsed request. Made once at the edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from chalice.app import Request

from functions.core import clock, i18n, ids, settings
from functions.core.city import City
from functions.core.context import Actor, Context
from functions.core.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from functions.identity.domain import Staff

ANYONE = Actor("citizen", "anyone")
CSRF_FIELD = "_csrf"
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass
class PageContext(Context):
    """A request of a page or an API. ``query`` and ``cookies`` hold one value of each name; ``form`` all.

    ``set_cookies`` are finished Set-Cookie values that the answer will carry."""

    method: str = "GET"
    path: str = "/"
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    source_ip: str = ""
    staff: Staff | None = None
    set_cookies: list[str] = field(default_factory=list)
    program: bool = False  # asked through the programming interface: no cookies, JSON answers

    @cached_property
    def form(self) -> dict[str, list[str]]:
        """The posted form; raises Invalid when it is too large or not a form."""
        from functions.web import forms

        return forms.parse(self.body, self.headers.get("content-type", ""))

    def value(self, name: str) -> str:
        """The first posted value of a field, stripped, or an empty string."""
        return (self.form.get(name) or [""])[0].strip()

    @property
    def large(self) -> bool:
        """The visitor asked for larger letters and simpler pages."""
        return self.cookies.get("size") == "large"

    @property
    def topic(self) -> str:
        """What a page is about, without anybody's ids: `services/residence-certificate`, `apply`, `home`."""
        parts = [part for part in self.path.split("/")[2:] if part]
        if parts[:1] == ["services"] and len(parts) > 1 and self.city and self.city.service(parts[1]):
            return "/".join(parts[:2])
        return parts[0] if parts and parts[0].isascii() and len(parts[0]) < 40 else "home"

    def url(self, path: str) -> str:
        """The public address of a path of this city (``/services``), without a city of the installation."""
        base = settings.settings().public_url
        return f"{base}/{self.city.id}{path}" if self.city else f"{base}{path}"

    @cached_property
    def network(self) -> str:
        """A digest of the visitor's network (IPv4 /24, IPv6 /48), for limits; the address is not kept."""
        return ids.digest(_network_of(self.viewer))[:16]

    @property
    def viewer(self) -> str:
        """The visitor's address: the edge's word when the edge proves itself, else the caller's."""
        named = self.headers.get("cloudfront-viewer-address", "")
        if named and self._edge_proven:
            return named.rsplit(":", 1)[0]
        return self.source_ip

    @cached_property
    def _edge_proven(self) -> bool:
        given = self.headers.get("x-townkit-edge", "")
        parameter = settings.settings().edge_secret_parameter
        return bool(given and parameter) and ids.same(given, settings.parameter(parameter))

    @cached_property
    def csrf(self) -> str:
        """The token that every form of this page carries; sets the visitor's cookie when there is none."""
        from functions.web import csrf

        return csrf.token(self)

    def check_csrf(self) -> None:
        """Raise Forbidden when a changing request does not carry the token of its own session."""
        if self.method in SAFE or self.city is None:
            return
        from functions.web import csrf

        if not csrf.matches(self, self.value(CSRF_FIELD)):
            raise Forbidden(i18n.N_("This form has expired. Go back, reload the page and try again."))


def _network_of(address: str) -> str:
    if ":" in address:
        return ":".join(address.split(":")[:3])
    return ".".join(address.split(".")[:3])


def _cookies(header: str) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _parts(request: Request, program: bool) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in (request.headers or {}).items()}
    context = request.context or {}
    return {
        "method": request.method,
        "path": _path(request),
        "query": dict((request.query_params or {}).items()),
        "headers": headers,
        "cookies": {} if program else _cookies(headers.get("cookie", "")),
        "program": program,
        "body": request.raw_body or b"",
        "source_ip": str((context.get("identity") or {}).get("sourceIp") or ""),
        "now": clock.now(),
        "request_id": str(context.get("requestId") or ids.new_id()),
    }


def _path(request: Request) -> str:
    """The requested path; Chalice itself only tells the route's pattern."""
    path = str(request.path or "/")
    for name, value in (request.uri_params or {}).items():
        path = path.replace(f"{{{name}}}", quote(value)).replace(f"{{{name}+}}", quote(value))
    return path


def choose_language(offered: list[str], cookie: str, accept: str) -> str:
    """The visitor's choice, else the first accepted language that is offered, else the first one offered."""
    if cookie in offered:
        return cookie
    for part in accept.split(","):
        wanted = part.split(";")[0].strip().lower()
        for tag in offered:
            if wanted == tag.lower() or (wanted and wanted.split("-")[0] == tag.split("-")[0].lower()):
                return tag
    return offered[0]


def make_context(request: Request, city_id: str, *, program: bool = False) -> PageContext:
    """A request to a city's page; raises NotFound for an unknown city or one that is not live."""
    from functions.tenancy.registry import find_city

    city: City | None = find_city(city_id)
    if city is None or city.state != "live":
        raise NotFound
    parts = _parts(request, program)
    lang = choose_language(
        city.languages, parts["cookies"].get("lang", ""), parts["headers"].get("accept-language", "")
    )
    return PageContext(city=city, actor=ANYONE, lang=lang, **parts)


def platform_context(request: Request, *, program: bool = False) -> PageContext:
    """A request to a page of the installation itself: there is no city."""
    parts = _parts(request, program)
    lang = choose_language(
        list(i18n.LANGUAGES), parts["cookies"].get("lang", ""), parts["headers"].get("accept-language", "")
    )
    return PageContext(city=None, actor=ANYONE, lang=lang, **parts)  # type: ignore[arg-type]

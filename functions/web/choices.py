"""A visitor's own choices on any page: `?lang=zh-Hans` and `?size=large` set a necessary cookie and come
back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from functions.core import i18n
from functions.web import cookies

if TYPE_CHECKING:
    from functions.web.request import PageContext

SIZES = ("standard", "large")


def offered(ctx: PageContext) -> list[str]:
    """The languages of the city, or of the installation's own pages."""
    return ctx.city.languages if ctx.city else list(i18n.LANGUAGES)


def asked(ctx: PageContext) -> bool:
    """Whether the address carries a choice."""
    return ctx.method == "GET" and bool({"lang", "size"} & ctx.query.keys())


def switch(ctx: PageContext) -> str:
    """Remember what was chosen, if it is offered; returns the page's address without the choice."""
    for name, cookie, values in (("lang", cookies.LANG, offered(ctx)), ("size", cookies.SIZE, SIZES)):
        wanted = ctx.query.get(name, "")
        if wanted in values:
            cookies.set_plain(ctx, cookie, wanted, cookies.YEAR)
    rest = {name: value for name, value in ctx.query.items() if name not in ("lang", "size")}
    return f"{ctx.path}?{urlencode(rest)}" if rest else ctx.path

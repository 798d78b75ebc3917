"""The visitor's choice of language: `?lang=zh-Hans` on any page sets a necessary cookie and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from functions.core import i18n
from functions.web import cookies

if TYPE_CHECKING:
    from functions.web.request import PageContext


def offered(ctx: PageContext) -> list[str]:
    """The languages of the city, or of the installation's own pages."""
    return ctx.city.languages if ctx.city else list(i18n.LANGUAGES)


def switch(ctx: PageContext) -> str:
    """Remember the language asked for, if it is offered; returns the page's address without the choice."""
    wanted = ctx.query["lang"]
    if wanted in offered(ctx):
        cookies.set_plain(ctx, cookies.LANG, wanted, cookies.YEAR)
    rest = {name: value for name, value in ctx.query.items() if name != "lang"}
    return f"{ctx.path}?{urlencode(rest)}" if rest else ctx.path

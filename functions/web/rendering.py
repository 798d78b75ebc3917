"""HTML from templates: Jinja2 over templates/pages and the govuk-frontend macros, in the request's language.

The package holds the templates compiled to Python (functions/web/precompile.py); the checkout reads sources.
"""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    ModuleLoader,
    PrefixLoader,
    Template,
)
from markupsafe import Markup

from functions.core import i18n, paths
from functions.core.errors import TownkitError
from functions.web import assets, formats
from functions.web.frame import frame_for
from functions.web.links import linked

COMPILED = Path("templates") / "compiled"
MACROS = "govuk_frontend_jinja/"


class PageUndefined(ChainableUndefined):
    """A missing variable is an error wherever it is used, a missing key of a dict only when it is printed."""

    def _optional(self) -> bool:
        owner = self._undefined_obj
        return isinstance(owner, dict | ChainableUndefined) or self._undefined_name == "caller"

    def _fail(self) -> Exception:
        return self._undefined_exception(self._undefined_message)

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        return self._chained(name)

    def __getitem__(self, name: Any) -> Any:
        return self._chained(name)

    def _chained(self, name: Any) -> "PageUndefined":
        if self._optional():
            return type(self)(obj=self, name=name)
        raise self._fail()

    def __bool__(self) -> bool:
        if self._optional():
            return False
        raise self._fail()

    def __str__(self) -> str:
        raise self._fail()

    def __iter__(self) -> Any:
        if self._optional():
            return iter(())
        raise self._fail()

    def __len__(self) -> int:
        if self._optional():
            return 0
        raise self._fail()

    def __html__(self) -> str:
        raise self._fail()

    __hash__ = ChainableUndefined.__hash__


def render(template: str, ctx: Any, **data: Any) -> str:
    """The page as text. `ctx` has `city` (None on the platform's own pages) and `lang`.

    Templates also see `city`, `lang`, `large` (the visitor's size), `frame` (header, footer, colours),
    `errors` (field id -> text), `back` (an address or None). A variable that a template uses and nobody gave
    raises UndefinedError.
    """
    city, lang = ctx.city, ctx.lang
    with i18n.use_language(lang):
        page = environment().get_template(template)
        defaults: dict[str, Any] = {"errors": {}, "back": None, "staff": None, "section": None}
        large = bool(getattr(ctx, "large", False))
        given = {**defaults, "ctx": ctx, "city": city, "lang": lang, "large": large, **data}
        return page.render(given, frame=frame_for(city, lang, large, render_part))


def render_error(error: TownkitError, message: str, ctx: Any) -> str:
    """The page for an error; `message` is its translated sentence."""
    return render("errors/error.html", ctx, error=error, message=message)


def render_part(template: str, **data: Any) -> Markup:
    """A piece of a page that does not depend on the request, in the current language."""
    return Markup(environment().get_template(template).render(data))


class PageLoader(BaseLoader):
    """Loads from `source`; the govuk-frontend macros, which use names that they never set, in a lenient copy
    of the environment."""

    def __init__(self, source: BaseLoader) -> None:
        self._source = source
        self._lenient: Environment | None = None

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:
        if name.startswith(MACROS) and environment.undefined is PageUndefined:
            if self._lenient is None:
                self._lenient = environment.overlay(undefined=ChainableUndefined)
            return self._lenient.get_template(name, globals=globals)
        return self._source.load(environment, name, globals)


@cache
def environment() -> Environment:
    """The one Jinja environment of the process; .html is escaped, .txt (mail) is not."""
    env = Environment(
        loader=PageLoader(ModuleLoader(paths.root() / COMPILED) if _packaged() else source_loader()),
        autoescape=lambda name: name is None or not name.endswith(".txt"),
        undefined=PageUndefined,
        auto_reload=not _packaged(),
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        _=i18n.t, nt=i18n.nt, N_=i18n.N_, pick=i18n.pick, localized=localized, language=i18n.language,
        own_name=i18n.own_name, asset=assets.asset,
    )  # fmt: skip
    env.filters.update(
        day=formats.day, linked=linked, moment=formats.moment, number=formats.number, money=formats.money
    )
    return env


def localized(value: Any) -> str:
    """A `{language: text}` value; one that falls back to another language is marked so (WCAG 3.1.2)."""
    text, lang = i18n.pick_with_language(value)
    if lang == i18n.language():
        return str(text)
    return Markup('<span lang="{}">{}</span>').format(lang, text)


def source_loader() -> BaseLoader:
    """Templates as files: pages, then messages and the macros under their prefixes."""
    pages = paths.root() / "templates" / "pages"
    prefixes = {
        "messages": FileSystemLoader(pages.parent / "messages"),
        "govuk_frontend_jinja": FileSystemLoader(_macro_folder()),
    }
    return ChoiceLoader([FileSystemLoader(pages), PrefixLoader(prefixes)])


def _packaged() -> bool:
    return (paths.root() / COMPILED).is_dir()


def _macro_folder() -> Path:
    spec = importlib.util.find_spec("govuk_frontend_jinja")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("govuk_frontend_jinja")
    return Path(spec.submodule_search_locations[0]) / "templates"

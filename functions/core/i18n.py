"""Words in the reader's language: English message ids, one gettext catalogue per other language.

The packaged catalogue is one compiled file per language (templates/i18n/<locale>.mo); in the checkout it is
compiled on demand from the features' own files. No message contains HTML and placeholders are named.
"""

import gettext
import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from functions.core import paths

SOURCE_LANGUAGE = "en"
# BCP 47 tag -> (folder of the catalogue, the language's own name for the language switch)
LANGUAGES: dict[str, tuple[str, str]] = {"en": ("en", "English"), "zh-Hans": ("zh_Hans", "简体中文")}

_language: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)
_catalogues: dict[str, gettext.NullTranslations] = {}


def N_(msgid: str) -> str:
    """Mark a message for extraction where it is defined; it is translated where it is shown."""
    return msgid


def language() -> str:
    """The language of the current request or message, as a BCP 47 tag."""
    return _language.get()


def own_name(lang: str) -> str:
    """A language's name in that language."""
    return LANGUAGES[lang][1]


@contextmanager
def use_language(lang: str) -> Iterator[None]:
    """Speak `lang` inside the block; a language that the product does not know raises ValueError."""
    if lang not in LANGUAGES:
        raise ValueError(f"unknown language {lang!r}")
    token = _language.set(lang)
    try:
        yield
    finally:
        _language.reset(token)


def t(msgid: str, /, **params: Any) -> str:
    """The message in the current language, `%(name)s` placeholders filled in."""
    return fill(_catalogue(_language.get()).gettext(msgid), params)


def nt(singular: str, plural: str, n: int, /, **params: Any) -> str:
    """The message in the form that `n` needs; `%(n)s` is always available."""
    return fill(_catalogue(_language.get()).ngettext(singular, plural, n), {"n": n, **params})


def fill(text: str, params: Mapping[str, Any]) -> str:
    """Fill placeholders. One that is HTML already (`__html__`) makes the text HTML, the rest escaped."""
    if not params:
        return text
    if any(hasattr(value, "__html__") for value in params.values()):
        from markupsafe import escape

        return escape(text) % params
    return text % params


def pick(value: Any, lang: str | None = None) -> Any:
    """The text for `lang` (default: the current language) of a `{tag: text}` mapping; a string as it is."""
    return pick_with_language(value, lang)[0]


def pick_with_language(value: Any, lang: str | None = None) -> tuple[Any, str]:
    """(text, its language): the wanted one, else the first that the mapping has; an empty mapping gives ''.

    A text may be structured: whatever stands behind the language tag is returned as it is."""
    wanted = lang or _language.get()
    if isinstance(value, str):
        return value, wanted
    if wanted in value:
        return value[wanted], wanted
    return next(((text, tag) for tag, text in value.items()), ("", wanted))


def _catalogue(lang: str) -> gettext.NullTranslations:
    if lang not in _catalogues:
        _catalogues[lang] = gettext.NullTranslations() if lang == SOURCE_LANGUAGE else _read(lang)
    return _catalogues[lang]


def _read(lang: str) -> gettext.GNUTranslations:
    with _compiled_file(LANGUAGES[lang][0]).open("rb") as file:
        return gettext.GNUTranslations(file)


def _compiled_file(locale: str) -> Path:
    folder = paths.root() / "templates" / "i18n"
    packaged = folder / f"{locale}.mo"
    if packaged.exists():
        return packaged
    compiled = paths.root() / ".local" / "i18n" / f"{locale}.mo"
    sources = list((folder / locale).glob("*.po"))
    if not compiled.exists() or compiled.stat().st_mtime < max(po.stat().st_mtime for po in sources):
        # Only the checkout gets here; Babel is no part of the deployed functions.
        importlib.import_module("infra.messages").compile_catalogues(folder, compiled.parent)
    return compiled

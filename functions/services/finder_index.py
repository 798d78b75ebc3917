"""What the search knows of a city's services: made when the city's file is applied, kept in its
configuration.

Words of the definitions, the synonyms of templates/finder/, and how Chinese phrases are spelt in pinyin
(pypinyin). Used by the command line only; pages read the finished index with finder.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from functions.core import paths
from functions.services.finder import plain, terms_of

LANGUAGES = ("en", "zh-Hans")
NAME, KEYWORD, SYNONYM, SUMMARY, REST = 10, 8, 5, 3, 1


def make_index(services: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The index of resolved definitions by the city's ids: plain JSON.

    `words`: service -> term -> worth; `pinyin`: service -> [phrase as syllables with blanks, worth];
    `ignore`: words of a query that say nothing."""
    return {
        "words": {name: _words(definition) for name, definition in services.items()},
        "pinyin": {name: _pinyin(definition) for name, definition in services.items()},
        "ignore": [plain(word) for lang in LANGUAGES for word in synonyms(lang)["ignore"]],
    }


@cache
def synonyms(lang: str) -> dict[str, Any]:
    """`groups` of words that mean the same to people, and words to `ignore`, of one language."""
    from ruamel.yaml import YAML

    path = paths.templates() / "finder" / f"synonyms.{lang}.yaml"
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path)
    return found


def _words(definition: Mapping[str, Any]) -> dict[str, int]:
    worth: dict[str, int] = {}
    for weight, texts in _texts(definition):
        for text in texts:
            for term in terms_of(text):
                worth[term] = max(worth.get(term, 0), weight)
    return dict(sorted(worth.items()))


def _texts(definition: Mapping[str, Any]) -> list[tuple[int, list[str]]]:
    """(worth, texts of all languages) of everything that a search looks at."""
    service, guide = definition["service"], definition.get("guide") or {}
    rest = [guide.get("who_for"), guide.get("result"), *(guide.get("need") or ())]
    rest += [document["name"] for document in definition.get("documents") or ()]
    return [
        (NAME, _all(service["name"])),
        (KEYWORD, _keywords(service)),
        (SYNONYM, _other_words([*_all(service["name"]), *_keywords(service)])),
        (SUMMARY, _all(service.get("summary"))),
        (REST, [text for one in rest for text in _all(one)]),
    ]


def _all(text: Mapping[str, str] | None) -> list[str]:
    return list((text or {}).values())


def _keywords(service: Mapping[str, Any]) -> list[str]:
    return [word for words in (service.get("keywords") or {}).values() for word in words]


def _other_words(said: Iterable[str]) -> list[str]:
    """The synonyms of phrases that a name or keyword holds."""
    own = [(plain(text), set(terms_of(text))) for text in said]
    found = []
    for lang in LANGUAGES:
        for group in synonyms(lang)["groups"]:
            if any(_holds(text, terms, phrase) for phrase in group for text, terms in own):
                found += group
    return found


def _holds(text: str, terms: set[str], phrase: str) -> bool:
    return set(terms_of(phrase)) <= terms if phrase.isascii() else plain(phrase) in text


def _pinyin(definition: Mapping[str, Any]) -> list[list[Any]]:
    service = definition["service"]
    said = [(text, NAME) for text in _all(service["name"])] + [(word, KEYWORD) for word in _keywords(service)]
    said += [(word, SYNONYM) for word in _other_words(text for text, _ in said)]
    worth: dict[str, int] = {}
    for text, weight in said:
        for phrase in _chinese(text):
            spelt = _spell(phrase)
            worth[spelt] = max(worth.get(spelt, 0), weight)
    return [[spelt, worth[spelt]] for spelt in sorted(worth)]


def _chinese(text: str) -> list[str]:
    """The stretches of Chinese characters in a text, at least two long."""
    return ["".join(run) for run in _runs(plain(text)) if len(run) > 1]


def _runs(text: str) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for char in text:
        if "\u3400" <= char <= "\u9fff":
            runs[-1].append(char)
        elif runs[-1]:
            runs.append([])
    return runs


def _spell(phrase: str) -> str:
    from pypinyin import lazy_pinyin

    return " ".join(syllable for syllable in lazy_pinyin(phrase, v_to_u=False) if syllable.isascii())

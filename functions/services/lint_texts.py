"""Checks: texts in every language, and the words in braces that are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from functions.services.lint_base import LANGUAGES, Found, Looked, rule

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
CERTIFICATE_WORDS = ("date", "city", "valid_until")
LETTER_WORDS = ("reference", "city", "service", "state", "date", "due", "reason")
WORDS = re.compile(r"[A-Za-z]{3,}")


def texts(value: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every text of a definition with its path."""
    if isinstance(value, dict):
        if value and all(key in LANGUAGES and isinstance(text, str) for key, text in value.items()):
            yield path, value
        else:
            for key, inner in value.items():
                yield from texts(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            name = inner["id"] if isinstance(inner, dict) and "id" in inner else number
            yield from texts(inner, f"{path}.{name}")


@rule("translation-missing")
def translation_missing(file: Looked) -> Found:
    """Every text is there in every language of the city."""
    for path, text in texts(_without_samples(file)):
        for lang in file.around.languages:
            if not text.get(lang):
                yield path, f"has no text in {lang}"


@rule("translation-copied")
def translation_copied(file: Looked) -> Found:
    """A sentence is not the same in both languages."""
    for path, text in texts(_without_samples(file)):
        both = [text[lang] for lang in LANGUAGES if isinstance(text.get(lang), str)]
        if len(both) == 2 and both[0] == both[1] and len(WORDS.findall(both[0])) > 2:
            yield path, "says the same in both languages; translate it"


def _without_samples(file: Looked) -> dict[str, Any]:
    return {key: value for key, value in file.raw.items() if key != "tests"}


def _answers(file: Looked) -> set[str]:
    return {one.field.id for one in file.places if one.field.type not in ("file", "statement")}


@rule("certificate-word-unknown")
def certificate_word_unknown(file: Looked) -> Found:
    """The words in braces of a certificate are answers, {date}, {city} or {valid_until}."""
    certificate = file.raw["certificate"] or {}
    for part in ("text",):
        for lang, text in (certificate.get(part) or {}).items():
            for name in PLACEHOLDER.findall(text):
                if name not in _answers(file) and name not in CERTIFICATE_WORDS:
                    yield f"certificate.{part}.{lang}", f'names the unknown word "{{{name}}}"'


@rule("certificate-question-unknown")
def certificate_question_unknown(file: Looked) -> Found:
    """A certificate's subject and masked answers are questions of the form."""
    certificate = file.raw["certificate"]
    if not certificate:
        return
    for part in ("subject", "masked"):
        names = certificate[part] if part == "masked" else [certificate[part]]
        for name in names:
            if name not in file.order:
                yield f"certificate.{part}", f'names the unknown question "{name}"'


def _letter_words(file: Looked) -> Iterator[tuple[str, str]]:
    for letter in file.raw["letters"]:
        for part in ("subject", "text"):
            for lang, text in letter[part].items():
                for name in PLACEHOLDER.findall(text):
                    yield f"letters.{letter['id']}.{part}.{lang}", name


@rule("letter-word-unknown")
def letter_word_unknown(file: Looked) -> Found:
    """The words in braces of a letter are answers or {reference}, {city}, {service}, {state}, {date}, {due},
    {reason}."""
    for path, name in _letter_words(file):
        if name not in _answers(file) and name not in LETTER_WORDS:
            yield path, f'names the unknown word "{{{name}}}"'


@rule("letter-word-twofold")
def letter_word_twofold(file: Looked) -> Found:
    """A word in braces means one thing: no question has the name of a word that every letter knows."""
    for path, name in _letter_words(file):
        if name in _answers(file) and name in LETTER_WORDS:
            yield path, f'"{{{name}}}" is also a question of the form; give the question another id'


@rule("letter-tells-secret")
def letter_tells_secret(file: Looked) -> Found:
    """A letter does not repeat an answer that is masked on the desk."""
    for path, name in _letter_words(file):
        if name in file.secrets:
            yield path, f'repeats the sensitive answer "{name}"; leave it out'


@rule("braces-open")
def braces_open(file: Looked) -> Found:
    """Braces in letters and certificates come in pairs."""
    letters = [
        (f"letters.{one['id']}.{part}", one[part])
        for one in file.raw["letters"]
        for part in ("subject", "text")
    ]
    certificate = file.raw["certificate"]
    for path, text in [*letters, *([("certificate.text", certificate["text"])] if certificate else [])]:
        for lang, words in text.items():
            if re.search(r"[{}]", PLACEHOLDER.sub("", words)):
                yield f"{path}.{lang}", "has a brace without its partner"

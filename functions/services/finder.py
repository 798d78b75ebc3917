"""One search over all services of a city, in every language at once. Pure: an index made when the city's file
was applied (finder_index.py), what somebody typed, and the services in order.

English by word stems with a small distance for slips, Chinese by pairs of characters, and pinyin, full or
initials.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Index = Mapping[str, Any]
MAX_QUERY = 100
MAX_TERMS = 24
LEAST_OF_BEST = 0.2  # what scores less than this part of the best is noise
EXACT, PREFIX, SLIP, SPELT = 1.0, 0.75, 0.6, 1.5
_CHINESE = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_CHINESE}]+|[a-z0-9]+")
_SUFFIXES = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))
_ACCENTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


@dataclass(frozen=True)
class Hit:
    """A service that was found; scores of one search can be compared with each other only."""

    service: str
    score: float


def search(index: Index, query: str) -> list[Hit]:
    """The services that fit what was typed, best first; empty for an empty or hopeless query."""
    words: Mapping[str, Mapping[str, int]] = index.get("words") or {}
    terms = query_terms(query, index.get("ignore") or ())
    if not words:
        return []
    vocabulary = {term for known in words.values() for term in known}
    meant = {term: _meanings(term, vocabulary) for term in terms}
    rarity = {term: _rarity(term, words) for near in meant.values() for term in near}
    spelt = _spelt(index.get("pinyin") or {}, query)
    hits = [Hit(name, _score(known, meant, rarity) + spelt.get(name, 0.0)) for name, known in words.items()]
    best = max(hit.score for hit in hits)
    found = [hit for hit in hits if hit.score > 0 and hit.score >= best * LEAST_OF_BEST]
    return sorted(found, key=lambda hit: -hit.score)


def query_terms(query: str, ignore: Iterable[str] = ()) -> list[str]:
    """The terms to look for, without the words that say nothing unless there are no others."""
    text = plain(query[:MAX_QUERY])
    bare = text
    for word in ignore:
        bare = re.sub(rf"\b{re.escape(word)}\b", " ", bare) if word.isascii() else bare.replace(word, " ")
    return (terms_of(bare) or terms_of(text))[:MAX_TERMS]


def plain(text: str) -> str:
    """Small letters, full-width signs and accents in their plain form, apostrophes left out."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in spread if not unicodedata.combining(char) and char not in "'\u2019")


def terms_of(text: str) -> list[str]:
    """Stems of Latin words, pairs of neighbouring Chinese characters (a lone one as it is); each once, in
    order."""
    terms: dict[str, None] = {}
    for run in _RUNS.findall(plain(text)):
        if run.isascii():
            terms[stem(run)] = None
        else:
            pairs = [run] if len(run) == 1 else ["".join(pair) for pair in pairwise(run)]
            terms.update(dict.fromkeys(pairs))
    return list(terms)


def stem(word: str) -> str:
    """An English word without its ending: roughly, but the same for query and index."""
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)] + instead
            break
    return word.removesuffix("e") if len(word) > 3 else word


def _meanings(term: str, vocabulary: set[str]) -> dict[str, float]:
    """Known term -> how surely it is meant: itself, else words that begin so, else one or two slips away."""
    if term in vocabulary:
        return {term: EXACT}
    if len(term) == 1 and not term.isascii():
        return {known: PREFIX for known in vocabulary if term in known}
    if not term.isalpha() or not term.isascii() or len(term) < 3:
        return {}
    begins = {known: PREFIX for known in vocabulary if _begins(known, term)}
    if begins:
        return begins
    allowed = 1 if len(term) < 7 else 2
    near = {
        known: distance(term, known, allowed) for known in vocabulary if len(term) > 3 and known.isascii()
    }
    least = min(near.values(), default=allowed + 1)
    return {known: SLIP / least for known, far in near.items() if far == least <= allowed}


def _begins(known: str, term: str) -> bool:
    short, long = sorted((known, term), key=len)
    return len(short) >= 4 and len(long) - len(short) <= 4 and long.startswith(short)


def distance(one: str, other: str, most: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours between two words (optimal string alignment);
    `most + 1` for anything further."""
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _rarity(term: str, words: Mapping[str, Mapping[str, int]]) -> float:
    return math.log(1 + len(words) / sum(term in known for known in words.values()))


def _score(
    known: Mapping[str, int], meant: Mapping[str, Mapping[str, float]], rarity: Mapping[str, float]
) -> float:
    """What a service's words are worth, the more the more of the query they cover."""
    worth, covered = 0.0, 0
    for near in meant.values():
        best = max((rarity[term] * known.get(term, 0) * sure for term, sure in near.items()), default=0.0)
        worth += best
        covered += best > 0
    return worth * (0.5 + 0.5 * covered / len(meant)) if meant else 0.0


def _spelt(pinyin: Mapping[str, Iterable[tuple[str, int]]], query: str) -> dict[str, float]:
    """Service -> worth of the phrases that begin somewhere as the query is spelt, in full or by initials."""
    typed = re.sub(r"[^a-z]", "", plain(query[:MAX_QUERY]))
    if len(typed) < 2 or not plain(query).isascii():
        return {}
    return {
        name: max((_fits(typed, *phrase) for phrase in phrases), default=0.0)
        for name, phrases in pinyin.items()
    }


def _fits(typed: str, phrase: str, weight: int) -> float:
    syllables = phrase.split()
    initials = "".join(syllable[0] for syllable in syllables)
    if typed == initials:
        return weight * SPELT * 2
    if len(typed) >= 3 and typed in initials:
        return weight * SPELT * len(typed) / len(initials)
    told = _told(typed)
    for start in range(len(syllables)):
        rest = "".join(map(_told, syllables[start:]))
        if len(typed) >= 4 and rest.startswith(told):
            return weight * SPELT * 2 * len(told) / len("".join(map(_told, syllables)))
    return 0.0


def _told(pinyin: str) -> str:
    """As it sounds where the tongue is not curled and -ng is -n."""
    for sound, instead in _ACCENTS:
        pinyin = pinyin.replace(sound, instead)
    return pinyin

"""Days and times: a date (or as much of it as somebody knows), a time of day, a span of days."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from functions.core import i18n
from functions.core.i18n import N_, t
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, limit, wrong
from functions.services.fields.reading import clean, compact, numeral, plain

OLDEST_YEAR, NEWEST_YEAR = 1900, 2199
DATE_PARTS = ("day", "month", "year")
LABELS = {"day": N_("Day"), "month": N_("Month"), "year": N_("Year")}
EXAMPLES = {
    "birth_date": {"day": "27", "month": "3", "year": "1985"},
    "": {"day": "1", "month": "9", "year": "2020"},
}
LACKS = {
    "day": N_("The date must include a day"),
    "month": N_("The date must include a month"),
    "year": N_("The date must include a year"),
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WHOLE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def date_parts(rules: Rules) -> tuple[str, ...]:
    """The order in which a date is asked, as people write it (Unicode CLDR, short dates of zh, en-US, en)."""
    if i18n.language().startswith("zh"):
        return ("year", "month", "day")
    return ("month", "day", "year") if rules.country == "us" else DATE_PARTS


def example(semantic: str, rules: Rules) -> str:
    """A date as it is to be typed, in the order in which it is asked."""
    words = EXAMPLES.get(semantic, EXAMPLES[""])
    return t("For example, %(example)s", example=" ".join(words[part] for part in date_parts(rules)))


def _word(text: str) -> str:
    """A part as digits: `３月`, `March`, `二〇二六年`, `1st`."""
    word = re.sub(r"(?<=\d)(st|nd|rd|th)$", "", compact(text).rstrip("日月年号.,。"), flags=re.IGNORECASE)
    if word[:3].lower() in _MONTHS and word.isalpha():
        return str(_MONTHS.index(word[:3].lower()) + 1)
    return numeral(word)


def _words(typed: Mapping[str, str], name: str) -> dict[str, str]:
    """part -> digits; a whole date that was put into one box is taken apart."""
    given = {part: typed.get(f"{name}-{part}", "") for part in DATE_PARTS}
    filled = [text for text in given.values() if clean(text)]
    whole = _WHOLE.fullmatch(plain(filled[0]).replace(" ", "")) if len(filled) == 1 else None
    if whole:
        return dict(zip(("year", "month", "day"), whole.groups(), strict=True))
    return {part: _word(text) for part, text in given.items()}


def read_date(typed: Mapping[str, str], name: str, rules: Rules, approximate: bool = False) -> Answer:
    """`YYYY-MM-DD`; with `approximate` also `YYYY-MM` or `YYYY`."""
    words, order = _words(typed, name), date_parts(rules)
    empty = [part for part in order if not words[part]]
    if empty and not (approximate and (empty == ["day"] or sorted(empty) == ["day", "month"])):
        lacking = "month" if approximate and words["day"] and "month" in empty and words["year"] else empty[0]
        if approximate and not words["year"]:
            lacking = "year"
        return wrong(Problem("format", LACKS[lacking], part=f"{name}-{lacking}"))
    first = f"{name}-{order[0]}"
    if not re.fullmatch(r"[0-9]{4}", words["year"]) and words["year"].isdigit() and len(words["year"]) < 4:
        return wrong(Problem("format", N_("Enter the year with 4 digits"), part=f"{name}-year"))
    try:
        year, month, day = (int(words[part] or 1) for part in ("year", "month", "day"))
        found = date(year, month, day)
    except (ValueError, OverflowError):
        return wrong(Problem("format", N_("Enter a real date"), part=first))
    if found.year < OLDEST_YEAR:
        message = N_("The year must be %(year)s or later")
        return wrong(Problem("format", message, {"year": OLDEST_YEAR}, f"{name}-year"))
    if found.year > NEWEST_YEAR:
        return wrong(Problem("format", N_("Check the year"), part=f"{name}-year"))
    kept = {"": 10, "day": 7, "daymonth": 4}["".join(sorted(empty))]
    return found.isoformat()[:kept], ()


def limits_of(question: Field, value: str, rules: Rules, name: str) -> Problem | None:
    """The definition's limits of a date. A date that is not known to the day is right when it could be."""
    first, today = f"{name}-{date_parts(rules)[0]}", rules.today.isoformat()
    if limit(question, "past") and value > today[: len(value)]:
        return Problem("past", N_("The date must be today or in the past"), part=first)
    if limit(question, "future") and value < today[: len(value)]:
        return Problem("future", N_("The date must be today or in the future"), part=first)
    return None


def date_view(question: Field, typed: Mapping[str, str], rules: Rules, name: str) -> list[dict[str, Any]]:
    """The three inputs of a date."""
    token = question.autocomplete
    return [
        {
            "name": f"{name}-{part}",
            "part": part,
            "label": t(LABELS[part]),
            "value": typed.get(f"{name}-{part}", ""),
            "autocomplete": f"{token}-{part}" if token else None,
        }
        for part in date_parts(rules)
    ]


def date_typed(value: str, name: str, rules: Rules) -> Typed:
    """The three inputs that show a stored date again."""
    words = dict(zip(("year", "month", "day"), value.split("-"), strict=False))
    return {f"{name}-{part}": words.get(part, "").lstrip("0") for part in date_parts(rules)}


def date_text(value: str) -> str:
    """A stored date in words: `March 1985` where no more is known."""
    from functions.web.formats import MONTHS, day

    if len(value) == 10:
        return day(value)
    chinese = i18n.language() == "zh-Hans"
    if len(value) == 4:
        return f"{value}年" if chinese else value
    year, month = (int(part) for part in value.split("-"))
    return f"{year}年{month}月" if chinese else f"{MONTHS[month - 1]} {year}"


class Date(Kind):
    component = "date"

    def parts(self, question: Field, rules: Rules) -> Sequence[str]:
        return date_parts(rules)

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        value, problems = read_date(typed, question.id, rules, bool(question.raw.get("approximate")))
        if problems:
            return None, problems
        problem = limits_of(question, value, rules, question.id)
        return wrong(problem) if problem else (value, ())

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        return date_typed(str(value), question.id, rules)

    def display(self, question: Field, value: Any, currency: str) -> str:
        return date_text(str(value))

    def hint(self, question: Field, rules: Rules) -> str:
        own = super().hint(question, rules)
        own = own or example(str(question.raw.get("semantic") or ""), rules)
        if question.raw.get("approximate"):
            stop = "。" if i18n.language() == "zh-Hans" else ". "
            own = own.rstrip(".。 ") + stop + t("If you do not know the day or the month, leave it empty.")
        return own

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        return {"component": self.component, "inputs": date_view(question, typed, rules, question.id)}

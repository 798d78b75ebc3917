"""What a person typed, read kindly and checked: pure functions per field type.

Spaces, hyphens, full-width digits and dictated punctuation are accepted; what was typed is kept for
showing it again. Libraries with big tables (phone and identity numbers) are imported only when such a
field is checked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from functions.core import i18n
from functions.core.i18n import N_
from functions.services.domain import Field

OLDEST_YEAR = 1900
ADDRESS_LINE = 120
DATE_PARTS = ("day", "month", "year")
Typed = dict[str, str]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_EMAIL = re.compile(r"[^@\s,;<>()\[\]\\\"]+@[^@\s,;<>()\[\]\\\"_.-][^@\s,;<>()\[\]\\\"_]*\.[^@\s\W\d_]{2,}")


@dataclass(frozen=True)
class Rules:
    """What checking needs of the city: `country` (two letters), today's date there, and of its country's
    profile the `identity` block and the `address` lines (none: an address is one box)."""

    country: str
    today: date
    identity: Mapping[str, Any] = field(default_factory=dict)
    address: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Problem:
    """Why an answer is refused: `code` for machines, `message` an English message id, `part` the input to
    go to."""

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    part: str = ""


Answer = tuple[str, tuple[Problem, ...]]


def date_parts(rules: Rules) -> tuple[str, ...]:
    """The order in which a date is asked, as people write it (Unicode CLDR, short dates of zh, en-US, en)."""
    if i18n.language().startswith("zh"):
        return ("year", "month", "day")
    return ("month", "day", "year") if rules.country == "us" else DATE_PARTS


def inputs(question: Field, rules: Rules) -> list[str]:
    """The names of a question's inputs: its id, or its id with a part (`since-day`, `address-street`)."""
    if question.type == "date":
        return [f"{question.id}-{part}" for part in date_parts(rules)]
    if question.type == "address" and rules.address:
        return [f"{question.id}-{line['id']}" for line in rules.address]
    return [question.id]


def read(question: Field, form: Mapping[str, list[str]], rules: Rules) -> Typed:
    """What was typed, by input name."""
    return {name: (form.get(name) or [""])[0][:6000] for name in inputs(question, rules)}


def shown(question: Field, answer: str, rules: Rules) -> Typed:
    """The inputs that show a stored answer again."""
    names = inputs(question, rules)
    if question.type == "date":
        words = dict(zip(("year", "month", "day"), answer.split("-"), strict=False))
        parts = [words.get(part, "").lstrip("0") for part in date_parts(rules)]
    else:
        parts = [answer] if len(names) == 1 else answer.split("\n", len(names) - 1)
    return dict(zip(names, [*parts, *[""] * len(names)], strict=False))


def check(question: Field, typed: Typed, rules: Rules, required: bool = True) -> Answer:
    """(the answer to store, what is wrong with it). The answer is "" when there is none or it is refused."""
    if not any(_clean(value) for value in typed.values()):
        return (
            _wrong(Problem("missing", N_("Answer this question"), part=next(iter(typed))))
            if required
            else ("", ())
        )
    return _CHECKS.get(question.type, _text)(question, typed, rules)


def _wrong(*problems: Problem) -> Answer:
    return "", problems


def problem_of_upload() -> Problem:
    """A required file that was not handed in."""
    return Problem("missing", N_("Choose a file and upload it"))


def _clean(value: str) -> str:
    return _CONTROL.sub("", unicodedata.normalize("NFC", value)).replace("\r\n", "\n").strip()


def _compact(value: str) -> str:
    """Letters, digits and signs in their plain form, without the blanks and dashes people put between
    them."""
    return re.sub(r"[\s\-\u2010-\u2015\u00ad]", "", unicodedata.normalize("NFKC", _clean(value)))


def _text(question: Field, typed: Typed, rules: Rules) -> Answer:
    value = _clean(typed[question.id])
    if question.type not in ("textarea", "address"):
        value = " ".join(value.split())
    if len(value) > question.max_length:
        message = N_("Use %(limit)s characters or fewer")
        return _wrong(Problem("length", message, {"limit": question.max_length}, question.id))
    return value, ()


def _address(question: Field, typed: Typed, rules: Rules) -> Answer:
    """The country's lines, one a line in the profile's order; a line that was left empty stays an empty
    line."""
    if not rules.address:
        return _text(question, typed, rules)
    values, problems = [], []
    for line in rules.address:
        name = f"{question.id}-{line['id']}"
        value = " ".join(_clean(typed[name]).split())
        if line.get("pattern"):  # a code, written in capitals: TX, K1A 0B1
            value = unicodedata.normalize("NFKC", value).upper()
        values.append(value)
        if problem := _address_line(value, line, name):
            problems.append(problem)
    return ("", tuple(problems)) if problems else ("\n".join(values), ())


def _address_line(value: str, line: Mapping[str, Any], name: str) -> Problem | None:
    label = {"line": line["label"]}
    if not value:
        return None if line.get("optional") else Problem("missing", N_("Enter: %(line)s"), label, name)
    if len(value) > ADDRESS_LINE:
        return Problem("length", N_("Use %(limit)s characters or fewer"), {"limit": ADDRESS_LINE}, name)
    pattern = line.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        return Problem("format", N_("Check this line: %(line)s"), label, name)
    return None


def _email(question: Field, typed: Typed, rules: Rules) -> Answer:
    value = re.sub(r"\s", "", unicodedata.normalize("NFKC", _clean(typed[question.id]))).rstrip(".,;")
    if len(value) > 254 or not _EMAIL.fullmatch(value) or ".." in value:
        message = N_("Enter an email address in the correct format, like name@example.com")
        return _wrong(Problem("format", message, part=question.id))
    return value, ()


def _phone(question: Field, typed: Typed, rules: Rules) -> Answer:
    import phonenumbers

    text = unicodedata.normalize("NFKC", _clean(typed[question.id]))
    bad = Problem("format", N_("Enter a real phone number, with the area code"), part=question.id)
    try:
        number = phonenumbers.parse(text, rules.country.upper())
    except phonenumbers.NumberParseException:
        return _wrong(bad)
    if not phonenumbers.is_possible_number(number):
        return _wrong(bad)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), ()


def _date(question: Field, typed: Typed, rules: Rules) -> Answer:
    words = {part: _compact(typed[f"{question.id}-{part}"]).rstrip("日月年号.") for part in DATE_PARTS}
    parts = date_parts(rules)
    empty = next((part for part in parts if not words[part]), None)
    if empty:
        messages = {
            "day": N_("The date must include a day"),
            "month": N_("The date must include a month"),
            "year": N_("The date must include a year"),
        }
        return _wrong(Problem("format", messages[empty], part=f"{question.id}-{empty}"))
    try:
        day, month, year = (int(words[part]) for part in DATE_PARTS)
        found = date(year, month, day)
    except (ValueError, OverflowError):
        return _wrong(Problem("format", N_("Enter a real date"), part=f"{question.id}-{parts[0]}"))
    if found.year < OLDEST_YEAR:
        message = N_("The year must be %(year)s or later")
        return _wrong(Problem("format", message, {"year": OLDEST_YEAR}, f"{question.id}-year"))
    if question.past and found > rules.today:
        return _wrong(
            Problem("past", N_("The date must be today or in the past"), part=f"{question.id}-{parts[0]}")
        )
    return found.isoformat(), ()


def _identity(question: Field, typed: Typed, rules: Rules) -> Answer:
    value = _compact(typed[question.id]).upper()
    if not re.fullmatch(r"[0-9A-Z./]{2,40}", value):
        return _wrong(
            Problem("format", N_("Enter the number as it is printed on the document"), part=question.id)
        )
    module = rules.identity.get("module")
    if module and not _passes(str(module), value):
        return _wrong(
            Problem("check", N_("Check the number: at least one character is wrong"), part=question.id)
        )
    return value, ()


def _passes(module: str, value: str) -> bool:
    """python-stdnum's check (`cn.ric`, `de.idnr` ...) of a number without blanks."""
    from importlib import import_module

    return bool(import_module(f"stdnum.{module}").is_valid(value))


def _choice(question: Field, typed: Typed, rules: Rules) -> Answer:
    value = typed[question.id]
    if value not in question.options:
        return _wrong(Problem("choice", N_("Choose one of the answers"), part=question.id))
    return value, ()


def _checkbox(question: Field, typed: Typed, rules: Rules) -> Answer:
    return "yes", ()


def _file(question: Field, typed: Typed, rules: Rules) -> Answer:
    raise ValueError("files are handed in through functions.files")


_CHECKS: dict[str, Callable[[Field, Typed, Rules], Answer]] = {
    "text": _text,
    "textarea": _text,
    "name": _text,
    "address": _address,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "identity_number": _identity,
    "radios": _choice,
    "declaration": _checkbox,
    "file": _file,
}

"""Figures: numbers with the places that the definition allows, amounts in the city's currency."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from functions.core.i18n import N_, pick
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, limit, wrong
from functions.services.fields.reading import decimal_number, plain

# what JSON, the table and expressions keep exactly: fewer than 2**53
MOST = Decimal(10**15)
_CURRENCY = re.compile(r"(?i)人民币|美元|欧元|rmb|cny|usd|eur|[¥$€元圆块整正]")


def decimals_of(currency: str) -> int:
    """Digits after the point of a currency's amounts; 2 where it is not known."""
    from functions.web.formats import DECIMALS

    return DECIMALS.get(currency, 2)


def canonical(value: Decimal) -> str:
    """A number without needless signs: `12.5`, `0`, never `1E+3`."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def places(value: Decimal) -> int:
    """Digits after the point that say something."""
    return len(canonical(value).partition(".")[2])


class Number(Kind):
    """Kept as canonical decimal text (`12.5`); `decimals` 0 or not given: whole numbers."""

    width = "govuk-input--width-10"

    def decimals(self, question: Field) -> int:
        return int(limit(question, "decimals") or 0)

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        value = decimal_number(_without_unit(question, typed[question.id]))
        if value is None:
            return wrong(Problem("format", N_("Enter a number, like 15"), part=question.id))
        if problem := _too_fine(value, self.decimals(question), question.id):
            return wrong(problem)
        if problem := self._outside(question, value):
            return wrong(problem)
        return canonical(value), ()

    def _outside(self, question: Field, value: Decimal) -> Problem | None:
        least, most = limit(question, "min"), limit(question, "max")
        if least is not None and value < Decimal(str(least)):
            shown = f"{Decimal(str(least)):,}"
            return Problem("min", N_("Enter %(limit)s or more"), {"limit": shown}, question.id)
        if most is not None and value > Decimal(str(most)):
            shown = f"{Decimal(str(most)):,}"
            return Problem("max", N_("Enter %(limit)s or less"), {"limit": shown}, question.id)
        if abs(value) >= MOST:
            return Problem("max", N_("The number is too large"), part=question.id)
        return None

    def display(self, question: Field, value: Any, currency: str) -> str:
        return f"{Decimal(str(value)):,} {_unit(question)}".strip()

    def expression_value(self, question: Field, value: Any) -> Any:
        return float(value) if self.decimals(question) else int(Decimal(str(value)))

    def input_view(self, question: Field, part: str, rules: Rules) -> dict[str, Any]:
        least = limit(question, "min")
        keyboard = "decimal" if self.decimals(question) else "numeric"
        # the keyboards for figures of some phones have no minus
        return super().input_view(question, part, rules) | {
            "inputmode": keyboard if least is not None and least >= 0 else None,
            "suffix": _unit(question),
        }


def _unit(question: Field) -> str:
    unit = question.raw.get("unit")
    return str(pick(unit)) if unit else ""


def _without_unit(question: Field, text: str) -> str:
    """What was typed without the unit, when somebody typed it, too."""
    text, unit = plain(text), question.raw.get("unit")
    for word in (unit or {}).values():
        if text.casefold().endswith(plain(word).casefold()):
            return text[: -len(plain(word))]
    return text


def _too_fine(value: Decimal, decimals: int, name: str) -> Problem | None:
    if places(value) <= decimals:
        return None
    if decimals == 0:
        return Problem("format", N_("Enter a whole number"), part=name)
    return Problem("format", N_("Use at most %(limit)s digits after the point"), {"limit": decimals}, name)


class Money(Kind):
    """Kept as an integer in minor units of the city's currency; below 0 only where `min` allows it."""

    width = "govuk-input--width-10"

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        from functions.web.formats import money

        value, decimals = (
            decimal_number(_CURRENCY.sub("", plain(typed[question.id]))),
            decimals_of(rules.currency),
        )
        if value is None:
            return wrong(Problem("format", N_("Enter an amount, like 120 or 99.50"), part=question.id))
        if problem := _too_fine(value, decimals, question.id):
            return wrong(problem)
        minor = int(value.scaleb(decimals))
        least, most = limit(question, "min"), limit(question, "max")
        if minor < int(least or 0):
            shown = {"limit": money(int(least or 0), rules.currency)}
            return wrong(Problem("min", N_("Enter %(limit)s or more"), shown, question.id))
        if most is not None and minor > int(most):
            shown = {"limit": money(int(most), rules.currency)}
            return wrong(Problem("max", N_("Enter %(limit)s or less"), shown, question.id))
        if abs(minor) >= MOST:
            return wrong(Problem("max", N_("The number is too large"), part=question.id))
        return minor, ()

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        return {question.id: _amount(int(value), rules.currency)}

    def display(self, question: Field, value: Any, currency: str) -> str:
        from functions.web.formats import money

        return money(int(value), currency) if currency else f"{Decimal(_amount(int(value), currency)):,}"

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        return {question.id: "" if value is None else _amount(int(value), currency)}

    def expression_value(self, question: Field, value: Any) -> Any:
        return int(value)

    def input_view(self, question: Field, part: str, rules: Rules) -> dict[str, Any]:
        from functions.web.formats import SYMBOLS

        symbol = SYMBOLS.get(rules.currency, "")
        return super().input_view(question, part, rules) | {
            "inputmode": "decimal" if decimals_of(rules.currency) else "numeric",
            "prefix": symbol,
            "suffix": "" if symbol else rules.currency,
        }


def _amount(minor: int, currency: str) -> str:
    """An amount as it is typed: `1234.50`."""
    decimals = decimals_of(currency)
    return f"{Decimal(minor).scaleb(-decimals):.{decimals}f}"

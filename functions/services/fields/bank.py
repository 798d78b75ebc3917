"""Where money is to go: an IBAN, or an account as its bank writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from functions.core.i18n import N_, t
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, optional_label, wrong
from functions.services.fields.reading import compact, line
from functions.services.fields.texts import too_long

PARTS = ("holder", "account", "bank", "code")
LABELS = {
    "holder": N_("Name on the account"),
    "account": N_("Account number or IBAN"),
    "bank": N_("Bank and branch"),
    "code": N_("Bank code"),
}
HINTS = {
    "bank": N_("Not needed with an IBAN"),
    "code": N_("For example a routing number, sort code or SWIFT code"),
}
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{10,30}")


class BankAccount(Kind):
    """Kept as `{"scheme": "iban" | "free", "holder", "account", "bank"?, "code"?}`. What looks like an IBAN
    is checked as one (ISO 13616, by python-stdnum); any other account needs the bank's name."""

    component = "inputs"

    def parts(self, question: Field, rules: Rules) -> Sequence[str]:
        return PARTS

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        name = {part: f"{question.id}-{part}" for part in PARTS}
        value = {part: line(typed[name[part]]) for part in ("holder", "bank")}
        account = re.sub(r"[./]", "", compact(typed[name["account"]])).upper()
        code = compact(typed[name["code"]]).upper()
        is_iban = bool(_IBAN.fullmatch(account))
        problems = [
            _missing(value["holder"], N_("Enter the name on the account"), name["holder"]),
            too_long(value["holder"], 140, name["holder"]),
            _account_problem(account, is_iban, name["account"]),
            None if is_iban else _missing(value["bank"], N_("Enter the bank and branch"), name["bank"]),
            too_long(value["bank"], 140, name["bank"]),
            _code_problem(code, name["code"]),
        ]
        found = [problem for problem in problems if problem]
        if found:
            return wrong(*found)
        kept = {"scheme": "iban" if is_iban else "free", **value, "account": account, "code": code}
        return {part: text for part, text in kept.items() if text}, ()

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        return {f"{question.id}-{part}": _written(value, part) for part in PARTS}

    def display(self, question: Field, value: Any, currency: str) -> str:
        return "\n".join(text for part in PARTS if (text := _written(value, part)))

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        known = value or {}
        return {f"{question.id}-{part}": str(known.get(part, "")) for part in PARTS}

    def expression_value(self, question: Field, value: Any) -> Any:
        return str(value.get("account", ""))

    def input_view(self, question: Field, part: str, rules: Rules) -> dict[str, Any]:
        return super().input_view(question, part, rules) | {
            "label": optional_label(t(LABELS[part]), part == "code"),
            "hint": t(HINTS[part]) if part in HINTS else "",
            "autocomplete": None,
            "width": "" if part in ("holder", "bank") else "govuk-input--width-30",
        }


def _written(value: Mapping[str, Any], part: str) -> str:
    """A part as people write it: an IBAN in groups of four."""
    text = str(value.get(part, ""))
    if part == "account" and value.get("scheme") == "iban":
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    return text


def _missing(value: str, message: str, name: str) -> Problem | None:
    return None if value else Problem("missing", message, {"part": name}, name)


def _account_problem(account: str, is_iban: bool, name: str) -> Problem | None:
    if not account:
        return _missing("", N_("Enter the account number or IBAN"), name)
    if is_iban:
        from stdnum import iban

        if iban.is_valid(account):
            return None
        return Problem("check", N_("Check the IBAN: at least one character is wrong"), part=name)
    if not re.fullmatch(r"[0-9A-Z]{4,34}", account):
        return Problem("format", N_("Enter the account number as your bank writes it"), part=name)
    return None


def _code_problem(code: str, name: str) -> Problem | None:
    if not code or re.fullmatch(r"[0-9A-Z]{3,15}", code):
        return None
    return Problem("format", N_("Enter the bank code as your bank writes it"), part=name)

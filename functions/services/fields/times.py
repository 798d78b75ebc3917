"""Times of day, and spans of days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from functions.core.i18n import N_, language, t
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, wrong
from functions.services.fields.dates import (
    DATE_PARTS,
    date_parts,
    date_text,
    date_typed,
    date_view,
    example,
    limits_of,
    read_date,
)
from functions.services.fields.reading import numeral, plain

ENDS = ("from", "to")
END_LABELS = {"from": N_("First day"), "to": N_("Last day")}
_CHINESE_DAYTIME = {
    "凌晨": 0,
    "早上": 0,
    "清晨": 0,
    "上午": 0,
    "中午": 12,
    "下午": 12,
    "晚上": 12,
    "傍晚": 12,
}
_TIME = re.compile(
    r"(?P<daytime>凌晨|早上|清晨|上午|中午|下午|晚上|傍晚)?(?P<hour>\d{1,2})"
    r"(?:(?P<mark>[:.点时h])(?P<minute>\d{1,2}|半|[一三]刻)?分?|(?P<bare>\d{2}))?(?P<half>[ap]\.?m\.?)?"
)


def read_time(text: str) -> str | None:
    """`HH:MM` of `9:30`, `9.30 pm`, `0930`, `下午3点半`, `15：30`; None when it is no time, or an hour alone
    that does not say which half of the day it means."""
    text = re.sub(
        r"[〇零一二三四五六七八九十两]+(?!刻)", lambda found: numeral(found[0]), plain(text).lower()
    )
    found = _TIME.fullmatch(text.replace(" ", ""))
    if not found or not (found["mark"] or found["bare"] or found["half"]):
        return None
    minute = {"半": "30", "一刻": "15", "三刻": "45", None: "0"}.get(found["minute"], found["minute"])
    hour, minutes = int(found["hour"]), int(found["bare"] or minute or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"][0] == "p" else 0)
    elif found["daytime"]:
        hour = _in_chinese_daytime(found["daytime"], hour)
    return f"{hour:02}:{minutes:02}" if hour < 24 and minutes < 60 else None


def _in_chinese_daytime(daytime: str, hour: int) -> int:
    if _CHINESE_DAYTIME[daytime] == 0:
        return 0 if hour == 12 and daytime == "凌晨" else hour
    if hour == 12:
        return 24 if daytime == "晚上" else 12
    return hour if hour > 12 or (daytime == "中午" and hour >= 10) else hour + 12


class Time(Kind):
    """Kept as `HH:MM`, 24 hours."""

    width = "govuk-input--width-5"

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        value = read_time(typed[question.id])
        if value is None:
            return wrong(Problem("format", N_("Enter a time, like 9:30 or 14:00"), part=question.id))
        return value, ()

    def hint(self, question: Field, rules: Rules) -> str:
        return super().hint(question, rules) or t("For example, %(example)s", example="9:30, 14:00")


class DateRange(Kind):
    """Kept as `{"from": YYYY-MM-DD, "to": YYYY-MM-DD}`; both days count."""

    component = "date_range"

    def parts(self, question: Field, rules: Rules) -> Sequence[str]:
        return [f"{end}-{part}" for end in ENDS for part in date_parts(rules)]

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        found, problems = {}, []
        for end in ENDS:
            name = f"{question.id}-{end}"
            if not any(typed[f"{name}-{part}"].strip() for part in DATE_PARTS):
                message = N_("Enter the first day") if end == "from" else N_("Enter the last day")
                problems.append(Problem("missing", message, {"end": end}, f"{name}-{date_parts(rules)[0]}"))
                continue
            found[end], wrong_ones = read_date(typed, name, rules)
            problems += wrong_ones
            if not wrong_ones and (problem := limits_of(question, found[end], rules, name)):
                problems.append(problem)
        if not problems and found["to"] < found["from"]:
            message = N_("The last day must not be before the first")
            problems = [Problem("min", message, part=f"{question.id}-to-{date_parts(rules)[0]}")]
        return wrong(*problems) if problems else (found, ())

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        typed: Typed = {}
        for end in ENDS:
            typed |= date_typed(str(value.get(end, "")), f"{question.id}-{end}", rules)
        return typed

    def display(self, question: Field, value: Any, currency: str) -> str:
        first, last = date_text(value["from"]), date_text(value["to"])
        return f"{first}至{last}" if language() == "zh-Hans" else f"{first} to {last}"

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        return {f"{question.id}-{end}": str((value or {}).get(end, "")) for end in ENDS}

    def hint(self, question: Field, rules: Rules) -> str:
        return super().hint(question, rules) or example("", rules)

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        ends = [
            {
                "id": f"{question.id}-{end}",
                "label": t(END_LABELS[end]),
                "inputs": date_view(question, typed, rules, f"{question.id}-{end}"),
            }
            for end in ENDS
        ]
        return {"component": self.component, "ends": ends, "inputs": []}

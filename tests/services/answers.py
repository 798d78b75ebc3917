"""What somebody types into a form: good and bad answers by type of question, made from the definition.

Seeded: the same seed types the same. Choices come from a sample case, because they decide the way; what is
free is made up.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from functions.services import fields
from functions.services.domain import Field

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NAMES = {
    "en": ("Maria Garcia", "Ana-Lucía O'Neill", "Sam"),
    "zh-Hans": ("王小明", "欧阳若兰", "阿依古丽·买买提"),
}
WORDS = {
    "en": ("The pipe below the bridge", "New shelves & a till", "It helps <b>everyone</b> here"),
    "zh-Hans": ("桥下的排水管", "新货架和收银台", "对大家都有“好处”"),
}
LINES = {
    "cn": {
        "province": "河北省",
        "city": "清河市",
        "district": "清河区",
        "street": "河滨街道",
        "detail": "河滨路 18 号",
    },
    "us": {"street": "12 Oak Street", "city": "Oakville", "state": "tx", "postcode": "78701"},
}
NUMBERS = {  # real in form; of nobody
    "identity_number": {"cn": "11010519491231002X", "us": "536904399"},
    "organisation_number": {"cn": "91350100M000100Y43", "us": "12-3456789"},
    "vehicle_plate": {"cn": "苏A12345", "us": "ABC 1234"},
    "phone": {"cn": "138 0013 8000", "us": "(202) 555-0143"},
}
# what no question of the type takes; with the input's ending
BAD: dict[str, dict[str, str]] = {
    "number": {"": "many"},
    "money": {"": "lots"},
    "date": {"-day": "31", "-month": "2", "-year": "2024"},
    "time": {"": "half past nine o'clock"},
    "date_range": {"-from-day": "31", "-from-month": "2", "-from-year": "2024"},
    "yes_no": {"": "perhaps"},
    "radios": {"": "nonsense"},
    "select": {"": "nonsense"},
    "checkboxes": {"": "nonsense"},
    "email": {"": "nobody at home"},
    "phone": {"": "12"},
    "identity_number": {"": "1"},
    "map_point": {"-lat": "999", "-lon": "999"},
    "bank_account": {"-account": "§§§"},
    "rating": {"": "99"},
}
LONGEST = ("text", "textarea", "name")


@dataclass
class Typist:
    """Types in a language for a country's forms. `shift` moves the days of a sample case to the present."""

    rules: fields.Rules
    lang: str = "en"
    seed: int = 1
    shift: timedelta = timedelta()
    given: dict[str, Any] = field(default_factory=dict)
    email: str = "somebody@citizen.example"

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def good(self, question: Field) -> fields.Typed:
        """Input name -> text of an acceptable answer; empty inputs for what the sample leaves out."""
        known = self.given.get(question.id)
        if known is None:
            return dict.fromkeys(fields.inputs(question, self.rules), "")
        made = self._made(question)
        if made is not None:
            return made
        return fields.as_typed(question, self._moved(known), self.rules)

    def bad(self, question: Field, required: bool) -> fields.Typed | None:
        """An answer that is refused; None for what cannot be wrong."""
        if not question.answered_by_person or question.type == "file":
            return None
        names = fields.inputs(question, self.rules)
        if question.type in BAD:
            return dict.fromkeys(names, "") | {
                question.id + ending: text for ending, text in BAD[question.type].items()
            }
        if required:
            return dict.fromkeys(names, "")
        if question.type in LONGEST:
            return dict.fromkeys(names, "") | {question.id: "x" * (question.max_length + 1)}
        return None

    def _made(self, question: Field) -> fields.Typed | None:
        """An answer of one's own for questions that decide nothing."""
        kind, country = question.type, self.rules.country
        if kind == "name":
            return dict.fromkeys(fields.inputs(question, self.rules), "") | {
                fields.inputs(question, self.rules)[0]: self.dice.choice(NAMES[self.lang])
            }
        if kind == "email":
            return {question.id: f" {self.email}"}
        if kind == "map_point" and self.rules.bbox:
            west, south, east, north = self.rules.bbox
            typed = dict.fromkeys(fields.inputs(question, self.rules), "")
            return typed | {
                f"{question.id}-lat": f"{(south + north) / 2:.5f}",
                f"{question.id}-lon": f"{(west + east) / 2:.5f}",
            }
        if kind in NUMBERS:
            return {question.id: NUMBERS[kind][country]}
        if kind == "address":
            inputs = fields.inputs(question, self.rules)
            return {name: LINES[country].get(name.rpartition("-")[2], "") for name in inputs}
        if kind == "textarea" or (kind == "text" and not question.limits.get("max_length")):
            return {question.id: f"{self.dice.choice(WORDS[self.lang])} – {self.dice.randint(1, 99)} …" * 2}
        return None

    def _moved(self, value: Any) -> Any:
        """The same with every day moved."""
        if isinstance(value, str) and DAY.fullmatch(value):
            return (date.fromisoformat(value) + self.shift).isoformat()
        if isinstance(value, list):
            return [self._moved(one) for one in value]
        if isinstance(value, dict):
            return {key: self._moved(one) for key, one in value.items()}
        return value

"""A rule with other numbers, as an admin typed them, or a whole rule as it was pasted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from functions.core.errors import Invalid
from functions.core.i18n import N_
from functions.sensing.rules.build import coordinates

PASTED_MAX = 3000
NOT_A_NUMBER = N_("Enter a number")
NOT_WHOLE = N_("Enter a whole number")
NOT_TOGETHER = N_(
    "These numbers do not fit together. The weakest level stands first, the alarm ends on its good side, and "
    "not more readings can be needed than are looked at."
)

Entry = Mapping[str, Any]


def numbers(rule: Entry) -> dict[str, float]:
    """The numbers of a rule that can be changed, by field. Times in minutes."""
    return dict(_numbers(rule))


def _numbers(rule: Entry) -> Iterator[tuple[str, float]]:
    for n, level in enumerate(rule.get("levels") or ()):
        yield f"level-{n}", level["above"] if level.get("above") is not None else level["below"]
    if rule.get("levels"):
        yield "clear", rule["clear"]
    if rule.get("rate"):
        yield "by", rule["rate"]["by"]
        yield "within", rule["rate"]["seconds"] / 60
    if rule.get("usual"):
        yield "by", rule["usual"]["by"]
    if rule.get("area"):
        yield "beyond", rule["area"].get("by") or 0
        if rule["area"].get("radius"):
            yield "radius", rule["area"]["radius"]
    if rule.get("window"):
        yield "window", rule["window"]["seconds"] / 60
    if rule.get("faulty"):
        yield "faulty", rule["faulty"]
    if rule.get("missing"):
        yield "missing", rule["missing"]
    if rule.get("levels") or rule.get("rate") or rule.get("area"):
        yield "hold", (rule.get("hold") or 0) / 60
        needed, of = rule.get("of") or (1, 1)
        yield "needed", needed
        yield "of", of


def changed(rule: Entry, typed: Mapping[str, str]) -> dict[str, Any]:
    """The rule with the numbers that were typed; what was left empty stays. Raises Invalid."""
    old = numbers(rule)
    read = {name: _number(name, typed.get(name, ""), value) for name, value in old.items()}
    new = {key: value for key, value in rule.items() if key not in ("hold", "of")}
    if rule.get("levels"):
        side = "above" if rule["levels"][0].get("above") is not None else "below"
        new["levels"] = [{**level, side: read[f"level-{n}"]} for n, level in enumerate(rule["levels"])]
        new["clear"] = read["clear"]
    if rule.get("rate"):
        new["rate"] = {**rule["rate"], "by": read["by"], "seconds": round(read["within"] * 60)}
    if rule.get("usual"):
        new["usual"] = {**rule["usual"], "by": read["by"]}
    if rule.get("area"):
        new["area"] = {**rule["area"], "by": read["beyond"]}
        if "radius" in read:
            new["area"]["radius"] = read["radius"]
    if rule.get("window"):
        new["window"] = {**rule["window"], "seconds": round(read["window"] * 60)}
    if rule.get("faulty"):
        new["faulty"] = int(read["faulty"])
    if rule.get("missing"):
        new["missing"] = read["missing"]
    if "hold" in read:
        new["hold"] = round(read["hold"] * 60)
        if read["of"] != 1 or read["needed"] != 1:
            new["of"] = [int(read["needed"]), int(read["of"])]
    return checked(new)


def _number(name: str, text: str, before: float) -> float:
    text = text.strip().replace("，", ".").replace(",", ".")
    if not text:
        return before
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or len(text) > 20:
        raise Invalid({name: NOT_A_NUMBER})
    if name in ("needed", "of", "faulty") and value != int(value):
        raise Invalid({name: NOT_WHOLE})
    return value


def checked(rule: Entry) -> dict[str, Any]:
    """The rule as its shape has it. Raises Invalid."""
    from pydantic import ValidationError

    from functions.sensing.schema_rules import AlarmRule

    own = {key: value for key, value in rule.items() if key in AlarmRule.model_fields}
    try:
        return AlarmRule.model_validate(own).model_dump(exclude_none=True)
    except ValidationError as error:
        field = next(iter(numbers(rule)), "pasted")
        raise Invalid({field: NOT_TOGETHER}) from error


def pasted(text: str, profile: Entry) -> dict[str, Any]:
    """A whole rule as it stands in a city's file. Raises Invalid with the reader's own words."""
    from pydantic import ValidationError

    from functions.sensing.schema_rules import AlarmRule
    from functions.tenancy.source import Refused, read

    if len(text) > PASTED_MAX:
        raise Invalid({"pasted": N_("This is too long for a rule.")})
    try:
        data = read("", text.encode()).data
        data = data[0] if isinstance(data, list) and len(data) == 1 else data
        known = {key: one for key, one in data.items() if key not in ("thing", "profile", "department")}
        rule = AlarmRule.model_validate(known).model_dump(exclude_none=True)
    except (Refused, ValidationError, AttributeError) as error:
        raise Invalid({"pasted": N_("This is not a rule as the city's file has it.")}) from error
    quantities = profile.get("quantities", {})
    if rule.get("area") and coordinates(quantities) is None:
        raise Invalid({"pasted": N_("The device does not say where it is.")})
    measures = rule.get("levels") or rule.get("rate") or rule.get("usual") or rule.get("faulty")
    if measures and rule.get("metric") not in quantities:
        raise Invalid({"pasted": N_("The device does not measure this quantity.")})
    return rule

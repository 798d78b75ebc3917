"""An alarm rule in plain sentences, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from functions.core.i18n import N_, language, nt, pick, t
from functions.sensing import units
from functions.sensing.rules import word_conditions
from functions.sensing.rules.judged import compared

Entry = Mapping[str, Any]
SEVERITIES = {"low": N_("Low"), "medium": N_("Medium"), "high": N_("High"), "critical": N_("Critical")}
WINDOWS = {
    "mean": N_("the mean of %(name)s over %(time)s"),
    "min": N_("the least %(name)s in %(time)s"),
    "max": N_("the greatest %(name)s in %(time)s"),
}
BACK = {
    "outside": N_("It ends when the device is inside again."),
    "inside": N_("It ends when the device is outside again."),
}
RATES = {
    "rise": N_("Alarm (%(severity)s) when %(name)s rises by more than %(by)s within %(time)s."),
    "fall": N_("Alarm (%(severity)s) when %(name)s falls by more than %(by)s within %(time)s."),
}


def sentences(
    rule: Entry,
    profile: Entry,
    others: Mapping[str, Any] | None = None,
    areas: Mapping[str, Any] | None = None,
) -> str:
    """What the rule does. ``others``: titles of rules by id, for a rule that joins two; ``areas``: the city's
    by group."""
    parts = [
        *_condition(rule, profile, others or {}, areas or {}),
        *_held(rule),
        *_end(rule, profile),
        *_rest(rule, profile),
    ]
    return ("" if language() == "zh-Hans" else " ").join(parts)


def time(seconds: float) -> str:
    """Seconds in the largest unit that says them exactly; a day is 24 hours."""
    for least, size, word in ((172_800, 86_400, _days), (3_600, 3_600, _hours), (60, 60, _minutes)):
        if seconds >= least and seconds % size == 0:
            return word(int(seconds // size))
    return nt("%(n)s second", "%(n)s seconds", int(seconds))


def _days(n: int) -> str:
    return nt("%(n)s day", "%(n)s days", n)


def _hours(n: int) -> str:
    return nt("%(n)s hour", "%(n)s hours", n)


def _minutes(n: int) -> str:
    return nt("%(n)s minute", "%(n)s minutes", n)


def severity(name: str) -> str:
    """In the reader's language."""
    return t(SEVERITIES[name])


def measure(value: float, quantity: Entry) -> str:
    """A number with the quantity's unit."""
    return f"{value:g} {units.shown(quantity.get('unit'))}".strip()


def quantity_of(rule: Entry, profile: Entry) -> Entry:
    """The quantity that a rule looks at; empty when the profile does not have it."""
    found: Entry = profile.get("quantities", {}).get(rule.get("metric") or "", {})
    return found


def judged(rule: Entry, profile: Entry) -> Entry:
    """The quantity of what a rule compares with its limit."""
    return compared(rule, quantity_of(rule, profile))


def name_of(rule: Entry, profile: Entry) -> str:
    """How people call the quantity that a rule looks at."""
    return str(pick(quantity_of(rule, profile).get("names") or rule.get("metric") or ""))


def is_switch(quantity: Entry) -> bool:
    """Whether it is only ever 0 or 1."""
    return quantity.get("unit") == "/" and list(quantity.get("range") or ()) == [0, 1]


def _condition(
    rule: Entry, profile: Entry, others: Mapping[str, Any], areas: Mapping[str, Any]
) -> Iterator[str]:
    if rule.get("levels"):
        yield _levels(rule, profile)
        return
    grade = severity(rule["severity"])
    if rule.get("usual"):
        yield from word_conditions.usual(rule, name_of(rule, profile), grade)
    elif rule.get("area"):
        yield from word_conditions.area(rule, grade, areas)
    elif rule.get("rate"):
        rate = rule["rate"]
        by = f"{rate['by']:g} %" if rate.get("percent") else measure(rate["by"], quantity_of(rule, profile))
        words = {"name": name_of(rule, profile), "by": by, "time": time(rate["seconds"])}
        pattern = RATES[rate["direction"]]
        yield t(pattern, severity=grade, **words)
    elif rule.get("missing"):
        silent = time(round(rule["missing"] * profile.get("heartbeat", 0)))
        yield t("Alarm (%(severity)s) when no message has come for %(time)s.", severity=grade, time=silent)
    elif rule.get("faulty"):
        yield t(
            "Alarm (%(severity)s) when %(n)s readings of %(name)s in a row are not plausible.",
            severity=grade,
            n=rule["faulty"],
            name=name_of(rule, profile),
        )
    elif rule.get("both"):
        one, two = (str(pick(others.get(part, part))) for part in rule["both"])
        yield t(
            "Alarm (%(severity)s) while two rules are raised at the same time: “%(one)s” and “%(two)s”.",
            severity=grade,
            one=one,
            two=two,
        )


def _levels(rule: Entry, profile: Entry) -> str:
    quantity, levels = quantity_of(rule, profile), rule["levels"]
    what = name_of(rule, profile)
    if rule.get("window"):
        pattern = WINDOWS[rule["window"]["take"]]
        what = t(pattern, name=what, time=time(rule["window"]["seconds"]))
    above = levels[0].get("above") is not None
    if is_switch(quantity) and not rule.get("window"):
        value, grade = int(above), severity(levels[0]["severity"])
        return t("Alarm (%(severity)s) when %(what)s is %(value)s.", severity=grade, what=what, value=value)
    listed = [
        t("%(limit)s (%(severity)s)", limit=measure(level["above" if above else "below"], quantity),
          severity=severity(level["severity"]))
        for level in levels
    ]  # fmt: skip
    limits = word_conditions.joined(listed)
    if above:
        return t("Alarm when %(what)s is above %(levels)s.", what=what, levels=limits)
    return t("Alarm when %(what)s is below %(levels)s.", what=what, levels=limits)


def _held(rule: Entry) -> Iterator[str]:
    if rule.get("of") and rule["of"][1] > 1:
        n, m = rule["of"]
        if n == m:
            yield t("%(n)s readings in a row must say so.", n=n)
        else:
            yield t("%(n)s of the last %(m)s readings must say so.", n=n, m=m)
    if rule.get("hold"):
        yield t("It must stay so for %(time)s.", time=time(rule["hold"]))


def _end(rule: Entry, profile: Entry) -> Iterator[str]:
    quantity = quantity_of(rule, profile)
    if rule.get("levels"):
        above = rule["levels"][0].get("above") is not None
        if is_switch(quantity) and not rule.get("window"):
            yield t("It ends when the value is %(value)s.", value=int(not above))
        elif above:
            yield t("It ends at %(limit)s or less.", limit=measure(rule["clear"], quantity))
        else:
            yield t("It ends at %(limit)s or more.", limit=measure(rule["clear"], quantity))
    elif rule.get("rate"):
        yield t("It ends when the change is half of that or less.")
    elif rule.get("usual"):
        yield t("It ends when the difference is half of that or less.")
    elif rule.get("area"):
        pattern = BACK["outside" if rule["area"].get("outside") else "inside"]
        yield t(pattern)
    elif rule.get("missing"):
        yield t("It ends with the next message.")


def _rest(rule: Entry, profile: Entry) -> Iterator[str]:
    if rule.get("schedule"):
        yield t("It looks only %(hours)s.", hours=word_conditions.hours(rule["schedule"]))
    yield from word_conditions.needs(rule)
    if rule.get("quiet"):
        yield t("Nobody is told %(hours)s.", hours=word_conditions.hours(rule["quiet"]))
    if rule.get("repeat"):
        yield t("Whoever was told is told again every %(time)s until somebody acknowledges.",
                time=time(rule["repeat"]))  # fmt: skip
    if rule.get("command"):
        command = profile.get("commands", {}).get(rule["command"]["name"], {})
        value = (command.get("values") or {}).get(str(rule["command"]["value"]), rule["command"]["value"])
        name = str(pick(command.get("names") or rule["command"]["name"]))
        yield t("Then a command is prepared: %(name)s – %(value)s.", name=name, value=str(pick(value)))
    if rule.get("silent"):
        yield t("By itself it tells nobody; it only serves a rule that joins two.")

"""Conditions about the sun, areas and what is usual in plain sentences, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from functions.core.i18n import N_, language, pick, t
from functions.sensing.rules.baseline import DAYS
from functions.sensing.rules.build import LEAST, PLACE, waits_for

Entry = Mapping[str, Any]
WEEKDAYS = {
    "mon": N_("Monday"), "tue": N_("Tuesday"), "wed": N_("Wednesday"), "thu": N_("Thursday"),
    "fri": N_("Friday"), "sat": N_("Saturday"), "sun": N_("Sunday"),
}  # fmt: skip
SUN = {
    "sunrise": (N_("sunrise"), N_("%(n)s minutes after sunrise"), N_("%(n)s minutes before sunrise")),
    "sunset": (N_("sunset"), N_("%(n)s minutes after sunset"), N_("%(n)s minutes before sunset")),
}
TAKEN = {
    "mean": N_("the mean of %(name)s"),
    "min": N_("the least %(name)s"),
    "max": N_("the greatest %(name)s"),
}
USUAL = {
    ("days", "rise"): N_(
        "Alarm (%(severity)s) when %(what)s %(hours)s is more than %(by)s above the median of the same "
        "hours of the last %(days)s days."
    ),
    ("days", "fall"): N_(
        "Alarm (%(severity)s) when %(what)s %(hours)s is more than %(by)s below the median of the same "
        "hours of the last %(days)s days."
    ),
    ("year", "rise"): N_(
        "Alarm (%(severity)s) when %(what)s of a month is more than %(by)s above that of the same month of "
        "the year before."
    ),
    ("year", "fall"): N_(
        "Alarm (%(severity)s) when %(what)s of a month is more than %(by)s below that of the same month of "
        "the year before."
    ),
}
INSIDE = {
    "outside": (
        N_("Alarm (%(severity)s) when the device is outside these areas: %(areas)s."),
        N_("Alarm (%(severity)s) when the device is more than %(by)s m outside these areas: %(areas)s."),
        N_("Alarm (%(severity)s) when the device is more than %(by)s m away from its place."),
    ),
    "inside": (
        N_("Alarm (%(severity)s) when the device is inside one of these areas: %(areas)s."),
        N_(
            "Alarm (%(severity)s) when the device is more than %(by)s m inside one of these areas: %(areas)s."
        ),
        N_("Alarm (%(severity)s) when the device is less than %(by)s m away from its place."),
    ),
}


def joined(parts: list[str]) -> str:
    """A list as people read it."""
    return ("、" if language() == "zh-Hans" else ", ").join(parts)


def hours(entry: Entry) -> str:
    """From when to when, and on which days."""
    said = {"start": _edge(entry["start"]), "end": _edge(entry["end"])}
    if not entry.get("days"):
        return t("from %(start)s to %(end)s", **said)
    days = joined([t(WEEKDAYS[day]) for day in entry["days"]])
    return t("from %(start)s to %(end)s (%(days)s)", **said, days=days)


def _edge(text: str) -> str:
    for event, (exactly, after, before) in SUN.items():
        if text.startswith(event):
            minutes = int(text.removeprefix(event) or 0)
            return t(after if minutes > 0 else before, n=abs(minutes)) if minutes else t(exactly)
    return text


def usual(rule: Entry, name: str, severity: str) -> Iterator[str]:
    """What is compared with which past, and from when on."""
    one = rule["usual"]
    against, taken = one.get("against") or "days", TAKEN[one.get("take") or "mean"]
    said = {
        "severity": severity,
        "what": t(taken, name=name),
        "by": f"{one['by']:g} %",
    }
    if against == "days":
        said |= {"days": str(DAYS), "hours": hours(one["hours"]) if one.get("hours") else t("over the day")}
    yield t(USUAL[against, one["direction"]], **said)
    if against == "days":
        yield t("Nothing is compared before there are %(n)s such days.", n=one.get("least") or LEAST)


def area(rule: Entry, severity: str, areas: Mapping[str, Any]) -> Iterator[str]:
    """Where the device must be, or must not be."""
    within = rule["area"]
    side = "outside" if within.get("outside") else "inside"
    group, by = within[side], within.get("by") or 0
    plain, beyond, around = INSIDE[side]
    if group == PLACE:
        radius = within["radius"] + (by if side == "outside" else -by)
        yield t(around, severity=severity, by=f"{radius:g}")
        return
    names = [str(pick(one["names"])) for one in areas.get(group, ()) if one.get("names")] or [group]
    yield t(beyond if by else plain, severity=severity, by=f"{by:g}", areas=joined(names))


def needs(rule: Entry) -> Iterator[str]:
    """What a device must have for the rule to look at it."""
    if waits_for(rule, False, {}) == PLACE:
        yield t("A device without a place on the map is not judged.")

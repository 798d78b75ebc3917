"""A country's days off and extra working days, from the library ``holidays``, with names in two languages."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from functions.tenancy.country import Country, Holidays

YEARS = 3  # this year and the next two
_OBSERVED = re.compile(r"^(.*) \((observed|estimated|observed, estimated)\)$")
_MOVED = ("Day off (substituted", "休息日")


def days_off(profile: Country, first_year: int) -> list[dict[str, Any]]:
    """``[{"date": "2026-01-01", "name": {"en": .., "zh-Hans": ..}}]`` in order, for three years from
    ``first_year``."""
    found = _table(profile.holidays, first_year, _english(profile.holidays))
    chinese = _table(profile.holidays, first_year, "zh_CN") if profile.holidays.code == "CN" else {}
    result = []
    for day, name in sorted(found.items()):
        if _announced(profile.holidays, day) or not _is_moved(name):
            result.append(
                {
                    "date": day.isoformat(),
                    "name": {"en": name, "zh-Hans": chinese.get(day) or _chinese(profile, name)},
                }
            )
    return result


def extra_working_days(profile: Country, first_year: int) -> list[dict[str, Any]]:
    """Announced working days at weekends, in order: ``[{"date", "name", "hours": []}]``."""
    import holidays

    years = [
        y
        for y in _years(first_year)
        if profile.holidays.announced_through and y <= profile.holidays.announced_through
    ]
    if not years:
        return []
    table = holidays.country_holidays(profile.holidays.code, years=years)
    moved = sorted(day for day in getattr(table, "weekend_workdays", ()) if day.year in years)
    name = {"en": "Extra working day", "zh-Hans": "调休上班"}
    return [{"date": day.isoformat(), "name": name, "hours": []} for day in moved]


def _years(first_year: int) -> list[int]:
    return list(range(first_year, first_year + YEARS))


def _english(source: Holidays) -> str:
    return "en_IE" if source.code == "IE" else "en_US"


def _table(source: Holidays, first_year: int, language: str) -> dict[date, str]:
    import holidays

    # A day that is observed for a holiday of the next year falls into this one, so one year more is computed.
    table = holidays.country_holidays(
        source.code, years=[*_years(first_year), first_year + YEARS], language=language
    )
    return {day: name for day, name in table.items() if day.year in _years(first_year)}


def _announced(source: Holidays, day: date) -> bool:
    return source.announced_through is None or day.year <= source.announced_through


def _is_moved(name: str) -> bool:
    return bool(_OBSERVED.match(name)) or name.startswith(_MOVED)


def _chinese(profile: Country, name: str) -> str:
    names = profile.holidays.names
    if "; " in name:
        return "；".join(_chinese(profile, part) for part in name.split("; "))
    observed = _OBSERVED.match(name)
    return f"{names[observed[1]]}（补休）" if observed else names[name]

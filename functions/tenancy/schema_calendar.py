"""The working calendar: several intervals a day, days off, and extra working days."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from functions.tenancy.schema_base import Part, Texts

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Interval = Annotated[
    list[Clock], Field(min_length=2, max_length=2, description='[from, to], for example ["08:30", "12:00"]')
]
Hours = Annotated[list[Interval], Field(max_length=8)]


class Week(Part):
    """Opening hours of each weekday in the city's time zone; a day that is left out is closed."""

    mon: Hours = Field(default_factory=list)
    tue: Hours = Field(default_factory=list)
    wed: Hours = Field(default_factory=list)
    thu: Hours = Field(default_factory=list)
    fri: Hours = Field(default_factory=list)
    sat: Hours = Field(default_factory=list)
    sun: Hours = Field(default_factory=list)


class Holiday(Part):
    """A day off that the city adds to its country's holidays."""

    date: date
    name: Texts


class ExtraDay(Part):
    """A working day that would otherwise be free. Without hours it has those of the first open weekday."""

    date: date
    name: Texts
    hours: Hours = Field(default_factory=list)


class Calendar(Part):
    """``country_holidays`` takes the holidays (and announced extra working days) of the country's profile."""

    week: Week
    country_holidays: bool = True
    holidays: list[Holiday] = Field(default=[], max_length=200)
    extra_days: list[ExtraDay] = Field(default=[], max_length=200)

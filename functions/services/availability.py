"""Whether a service can be used today, and if not, from when: shown with its dates instead of hiding it;
and whether there are questions before the start. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from functions.core.city import City
from functions.core.context import Context
from functions.core.i18n import N_
from functions.services.domain import Service

State = Literal["open", "paused", "closed", "out_of_season", "elsewhere", "not_online"]
STOPPED = {
    "paused": N_("This service is paused at the moment"),
    "closed": N_("This service is closed at the moment"),
    "out_of_season": N_("This service is not open yet"),
    "not_online": N_("This service cannot be used online"),
    "elsewhere": N_("This service is offered somewhere else"),
}


@dataclass(frozen=True)
class Availability:
    """`opens` is when the next season begins, `closes` the last day of the one that runs; None without a
    season."""

    state: State
    opens: date | None = None
    closes: date | None = None

    @property
    def can_start(self) -> bool:
        """Whether the start button works today."""
        return self.state == "open"


def city_day(city: City, now: datetime) -> date:
    """The date in the city."""
    return now.astimezone(ZoneInfo(city.zone)).date()


def availability(service: Service, day: date) -> Availability:
    """The state of a service on a day of its city."""
    about = service.raw["service"]
    if service.link:
        return Availability("elsewhere" if about["status"] in ("open", "seasonal") else about["status"])
    if about["status"] in ("paused", "closed"):
        return Availability(about["status"])
    opens = closes = None
    if about["status"] == "seasonal":
        opens = _next(about.get("opens") or "01-01", day)
        closes = _next(about.get("closes") or "12-31", day)
    if not service.open_on(day.isoformat()):
        online = (about.get("channels") or {}).get("online", True)
        return Availability("out_of_season", opens) if online else Availability("not_online", opens, closes)
    return Availability("open", None, closes)


def _next(month_day: str, day: date) -> date:
    """The next day of that name, today included; 29 February is the last of February."""
    month, number = map(int, month_day.split("-"))
    for year in (day.year, day.year + 1):
        found = date(year, month, min(number, monthrange(year, month)[1]))
        if found >= day:
            return found
    raise ValueError("a date comes within two years")


def state_of(ctx: Context, service: Service) -> Availability:
    """Whether the service can be used today, in the city."""
    return availability(service, city_day(ctx.city, ctx.now))


def checkable(service: Service) -> bool:
    """Whether there is something to ask before the start."""
    return bool(service.raw["eligibility"]["asks"] and service.raw["eligibility"]["rules"])


def gated(service: Service) -> bool:
    """Whether nobody starts without having been asked."""
    return checkable(service) and service.raw["eligibility"]["mode"] == "gate"

"""What a guide page says beyond the definition's own words: times, fees, contacts and routes of complaint as
the city and its country have them. Pure views in the current language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.city import City
from functions.core.i18n import nt, pick, t
from functions.services.domain import Service, Text
from functions.services.terms import ELEMENTS


@dataclass(frozen=True)
class Route:
    """Somebody to turn to: a name, what to do, perhaps an address on the web."""

    name: str
    how: str
    url: str = ""


def term(element: str) -> str:
    """The heading of an element, in the current language."""
    return t(ELEMENTS[element])


def within(number: int, unit: str) -> str:
    """A length of time in words: `3 working days`."""
    if unit == "hours":
        return nt("%(n)s hour", "%(n)s hours", number)
    if unit == "calendar_days":
        return nt("%(n)s day", "%(n)s days", number)
    return nt("%(n)s working day", "%(n)s working days", number)


def promised(service: Service) -> str:
    """How soon the city decides; empty where somebody else does."""
    clocks = service.raw.get("clocks")
    if not clocks:
        return ""
    if not clocks["promised"]:
        return t("You get the answer at once.")
    return decided_within(clocks)


def decided_within(clocks: Mapping[str, Any]) -> str:
    """The promise of a service's clocks as a sentence."""
    unit = clocks.get("unit") or "working_days"
    return t("We decide within %(time)s.", time=within(int(clocks["promised"]), unit))


def statutory(service: Service) -> str:
    """How long the law allows; empty where no law says so."""
    clocks = service.raw.get("clocks") or {}
    if clocks.get("statutory") is None:
        return ""
    return t("The law allows %(time)s.", time=within(clocks["statutory"], clocks["unit"]))


def visits(service: Service) -> str:
    """How often a person comes in, and why."""
    found = service.raw["guide"]["visits"]
    if not found["count"]:
        return t("You do not need to come to us.")
    words = nt("You come to us once.", "You come to us %(n)s times.", found["count"])
    return f"{words} {pick(found['reason'] or {})}".strip()


def fee_lines(service: Service) -> list[Mapping[str, Any]]:
    """The lines of the fee; empty: it is free."""
    return [line for line in service.raw["fee"]["lines"] if line.get("formula") or line.get("amount")]


def validity(service: Service) -> int | None:
    """How many days the result is valid; None when it does not run out."""
    result = service.raw.get("result") or {}
    certificate = service.raw.get("certificate") or {}
    return result.get("validity_days") or certificate.get("validity_days")


def result_type(service: Service) -> Text | None:
    """What kind of thing a person gets."""
    found: Text | None = (service.raw.get("result") or service.raw.get("certificate") or {}).get("type")
    return found


def offices(service: Service, city: City) -> list[Mapping[str, Any]]:
    """Where to go: the service's own offices, else the city's."""
    own: list[Mapping[str, Any]] = service.raw["guide"]["offices"]
    contact = city.config.get("contact") or {}
    if own or service.link or not contact.get("address"):
        return own
    whole = {"name": city.config["names"], "address": contact["address"], "hours": contact.get("hours")}
    return [{**whole, "phone": contact.get("phone")}]


def enquiries(service: Service, city: City) -> dict[str, Any]:
    """`{phone, email, text}`: the service's own words, else the department's, else the city's."""
    own = service.raw["guide"]["enquiries"]
    contact: Mapping[str, Any] = city.config.get("contact") or {}
    department: Mapping[str, Any] = city.department(service.department) or {} if not service.link else {}
    found = {name: own.get(name) or department.get(name) or contact.get(name) for name in ("phone", "email")}
    return {**found, "text": own.get("text")}


def told(service: Service, city: City) -> list[Text | str]:
    """Who sees an application or is told of it, said before it is sent."""
    if service.link:
        return []
    flow = service.raw.get("workflow") or {}
    routed = [row["department"] for row in (flow.get("route") or {}).get("rows", ())]
    first = city.department(service.department)
    found: list[Text | str] = [first["names"] if first else city.config["names"]]
    for other in dict.fromkeys(one for one in routed if one != service.department):
        if department := city.department(other):
            found.append(t("%(department)s, in some cases", department=pick(department["names"])))
    found += service.raw["service"]["partners"]
    if service.raw.get("letters") or any(action["notify"] for action in flow.get("actions", ())):
        found.append(t("You, when something happens with it"))
    return found


def complaint_routes(service: Service, city: City) -> list[Route]:
    """Where to complain besides the city: what the country's profile names."""
    return [] if service.link else list(_bodies(city, "complaint", "service"))


def appeal_routes(service: Service, city: City) -> list[Route]:
    """Where a refusal can be contested: the service's own body, else what the country's profile names."""
    own = service.raw["guide"]["appeal"]
    if not own:
        return [] if service.link else list(_bodies(city, "appeal", "decision"))
    days = own.get("deadline_days")
    words = [nt("You have %(n)s day.", "You have %(n)s days.", days)] if days else []
    words += [pick(own["basis"])] if own.get("basis") else []
    return [Route(pick(own["body"]), " ".join(words))]


def _bodies(city: City, part: str, topic: str) -> Iterator[Route]:
    profile: Mapping[str, Any] = city.config.get("country_profile") or {}
    email = str((city.config.get("contact") or {}).get("email") or "")
    for body in profile.get(part) or ():
        if body["topic"] == topic:
            how = pick(body["how"]).replace("{email}", email)
            yield Route(pick(body["names"]), how, body.get("url") or "")

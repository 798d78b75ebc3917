"""What a city's counted units cost at Amazon's list prices: an estimate for its admins, not a bill.

Prices are US dollars in us-east-1, without free tiers. Each says where it was read: ``AWS`` on a page of
Amazon's, ``copy`` in what others wrote of it. docs/cost.md has the arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from functions.core.i18n import N_

PRICES_OF = date(2026, 11, 21)
REGION = "us-east-1"
MILLION = Decimal(1_000_000)
MINUTES_A_DAY = 1_440
PAGE_GB_SECONDS = Decimal("0.1")  # 1 GB for 100 ms: what the page function is given, and a usual page


@dataclass(frozen=True)
class Price:
    """Dollars for a million of ``unit``."""

    dollars: Decimal
    unit: str
    read: str


def _price(dollars: str, unit: str, read: str) -> Price:
    return Price(Decimal(dollars), unit, read)


PRICES: dict[str, Price] = {
    "write": _price("0.625", "DynamoDB write request units, on demand, 1 KB each", "AWS"),
    "read": _price("0.125", "DynamoDB read request units, on demand, 4 KB each", "AWS"),
    "rule": _price("0.15", "IoT Core rules triggered, 5 KB each", "copy"),
    "action": _price("0.15", "IoT Core actions applied, 5 KB each", "copy"),
    "connection": _price("0.08", "minutes of an MQTT connection", "AWS"),
    "queue": _price("0.40", "SQS requests, standard queue, 64 KB each", "copy"),
    "request": _price("3.50", "API Gateway requests, REST", "copy"),
    "invocation": _price("0.20", "Lambda requests", "AWS"),
    "compute": _price("13.3334", "Lambda GB-seconds, arm64", "AWS"),
    "mail": _price("100", "e-mails through SES", "copy"),
}


@dataclass(frozen=True)
class Line:
    """What was counted, how many, and what they cost in dollars."""

    label: str
    count: int
    dollars: Decimal


def of_message(batch: int = 10) -> Decimal:
    """Dollars for a million sensor messages before anything is stored: rule, action, one request to put each
    into the queue, and a receipt and a removal for every ``batch`` of them."""
    return _dollars("rule") + _dollars("action") + _dollars("queue") * (1 + Decimal(2) / batch)


def of_page() -> Decimal:
    """Dollars for a million pages without what the database is asked."""
    return _dollars("request") + _dollars("invocation") + _dollars("compute") * PAGE_GB_SECONDS


def estimate(counts: Mapping[str, int], devices: int, days: int) -> list[Line]:
    """The lines of a period: ``counts`` by meter of functions/core/usage.py; ``devices`` that keep a
    connection open through all of ``days``."""
    pages = counts.get("pages", 0) + counts.get("api_calls", 0)
    messages = counts.get("messages", 0) + counts.get("refused", 0)
    minutes = devices * days * MINUTES_A_DAY
    lines = [
        (N_("Pages and requests of programs"), pages, of_page()),
        (N_("Written to the database (units)"), counts.get("wcu_tenths", 0) // 10, _dollars("write")),
        (N_("Read from the database (units)"), counts.get("rcu_tenths", 0) // 10, _dollars("read")),
        (N_("Sensor messages"), messages, of_message()),
        (N_("Minutes that sensors were connected"), minutes, _dollars("connection")),
        (N_("Emails"), counts.get("mails", 0), _dollars("mail")),
    ]
    return [Line(label, count, count * dollars / MILLION) for label, count, dollars in lines]


def _dollars(name: str) -> Decimal:
    return PRICES[name].dollars

"""Dates, times, numbers and money as the reader writes them, without a locale library at run time."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from functions.core.i18n import language

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# ISO 4217 codes with other than two decimals that our country profiles could meet; others have two.
DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "HUF": 2}
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€"}


def day(value: date | datetime | str, zone: str | None = None) -> str:
    """`20 November 2026` or `2026年11月20日` of a date, a datetime (moved to `zone`) or ISO text."""
    moment = _parsed(value, zone)
    if language() == "zh-Hans":
        return f"{moment.year}年{moment.month}月{moment.day}日"
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def short_day(value: date | str) -> str:
    """`20 Nov` or `11月20日`: for the head of a table of this month's days."""
    found = _parsed(value, None)
    if language() == "zh-Hans":
        return f"{found.month}月{found.day}日"
    return f"{found.day} {MONTHS[found.month - 1][:3]}"


def moment(value: datetime | str, zone: str) -> str:
    """Date and 24-hour time of an aware datetime (or its ISO text) in the city's zone."""
    local = _parsed(value, zone)
    if not isinstance(local, datetime):
        raise TypeError("a date has no time of day")
    return f"{day(local)} {local:%H:%M}" if language() == "zh-Hans" else f"{day(local)}, {local:%H:%M}"


def number(value: float, decimals: int = 0) -> str:
    """Thousands separated by commas, as both languages write them."""
    return f"{value:,.{decimals}f}"


def money(minor: int, currency: str) -> str:
    """An amount in integer minor units with its symbol, else its code; zero minor units are still shown."""
    decimals = DECIMALS.get(currency, 2)
    amount = f"{abs(minor) // 10**decimals:,}"
    if decimals:
        amount += f".{abs(minor) % 10**decimals:0{decimals}d}"
    sign = "-" if minor < 0 else ""
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{amount}" if symbol else f"{sign}{amount} {currency}"


def several(words: Iterable[str]) -> str:
    """Words one after the other, as the language separates them."""
    return ("、" if language() == "zh-Hans" else ", ").join(words)


def _parsed(value: date | datetime | str, zone: str | None) -> date | datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime) and zone:
        return value.astimezone(ZoneInfo(zone))
    return value

"""The city's text messages of a day. They cost money and invite fraud, so they stop at the plan's number; the
city's admins get one mail that day."""

from __future__ import annotations

from functions.core import limits
from functions.core.context import Context
from functions.core.errors import RateLimited
from functions.people.errors import SmsSpent

DAY_S = 86_400
ADMINS_TOLD = 10


def sends_sms(ctx: Context) -> bool:
    """Whether the city's plan has any text messages at all."""
    return ctx.city.limit("sms_per_day", 0) > 0


def take_sms(ctx: Context) -> None:
    """Count one text message of this UTC day. Raises SmsSpent when there are none left."""
    budget = ctx.city.limit("sms_per_day", 0)
    if not budget:
        raise SmsSpent
    try:
        limits.hit("sms", budget, DAY_S)
    except RateLimited as spent:
        _tell_admins(ctx)
        raise SmsSpent(spent.retry_after) from spent


def admins(ctx: Context) -> list[str]:
    """The addresses of the city's admins, in the order of its file."""
    return [one["email"] for one in ctx.city.config.get("staff", ()) if "admin" in one["roles"]][:ADMINS_TOLD]


def _tell_admins(ctx: Context) -> None:
    from functions.notifications import service as notifications

    day = ctx.now.date().isoformat()
    for n, _ in enumerate(admins(ctx)):
        notifications.tell_once(ctx, "sms-spent", str(n), f"sms-spent-{day}-{n}")

"""Tells the city's admins, once a day, that messages are running out: of the city, or of one device."""

from __future__ import annotations

from functions.adapters.mail import Mail
from functions.core import i18n
from functions.core.context import Context
from functions.people.budget import admins

CITY, DEVICE = "quota-city", "quota-device"
PER_DAY = "messages_per_day"
PER_DEVICE = "messages_per_device_per_day"


def tell_city(ctx: Context) -> None:
    """Four fifths of the city's messages of this UTC day are used."""
    _tell(ctx, CITY, "")


def tell_device(ctx: Context, thing: str) -> None:
    """A device has used four fifths of its own messages. The first such device of a day is told of; the
    console names all that were refused."""
    _tell(ctx, DEVICE, thing)


def _tell(ctx: Context, event: str, thing: str) -> None:
    from functions.notifications import service as notifications

    day = ctx.now.date().isoformat()
    for n, _ in enumerate(admins(ctx)):
        notifications.tell_once(ctx, event, f"{n}|{thing}", f"{event}-{day}-{n}")


def compose(ctx: Context, event: str, subject: str) -> Mail | None:
    """To one of the city's admins, in the city's own language."""
    from functions.notifications.domain import split_message
    from functions.web.rendering import environment

    number, _, thing = subject.partition("|")
    addresses = admins(ctx)
    if int(number) >= len(addresses):
        return None
    with i18n.use_language(ctx.city.languages[0]):
        name = ctx.city.name(i18n.language())
        told = {
            "city_name": name,
            "thing": thing,
            "limit": ctx.city.limit(PER_DEVICE if thing else PER_DAY, 0),
        }
        head, body = split_message(environment().get_template("messages/quota.txt").render(told))
    return Mail(
        addresses[int(number)], head, body, name, str(ctx.city.config.get("contact", {}).get("email", ""))
    )

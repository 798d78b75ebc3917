"""The page of refused messages: grouped by device and reason, with what to do about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from functions.core import clock
from functions.core.i18n import N_, fill, t
from functions.sensing import quota
from functions.sensing.log.taking import PER_DAY
from functions.sensing.sources import refusals
from functions.sensing.sources.refusals import KEPT_DAYS, Refusal
from functions.web import formats
from functions.web.request import PageContext
from functions.web.responses import Page

LOOKED_AT = 500  # the newest of them
SHOWN = 100  # groups
MEND = {
    N_("no device is registered under this name"): N_(
        "Register the device, or correct the name it sends under."
    ),
    N_("no device of this city that may send has the number %(number)s"): N_(
        "Enter the number (DevEUI, serial number) at the device, and check that the device is in use."
    ),
    N_("the device is only on the city's list: it has no certificate yet"): N_(
        "Get its certificate file on the device's page, or let the device claim a certificate."
    ),
    N_("the device is out of use"): N_("Take what still sends away, or register it under an id of its own."),
    refusals.MANY: N_("Find out what the source sends for; revoke it when nobody knows."),
    N_("the device is revoked"): N_("Give the device a new certificate if it is to send again."),
    N_("the message was not sent with the certificate of this device"): N_(
        "Install the certificate of this very device; each has its own."
    ),
    N_("the city's limit of messages per day is reached"): N_(
        "It ends at midnight UTC. Let devices send less often or pack readings; or ask for a larger plan."
    ),
    N_("the rest of the city's messages of the day is kept for urgent devices"): N_(
        "It ends at midnight UTC. Let devices send less often or pack readings; or ask for a larger plan."
    ),
    N_("the device's limit of messages per day is reached"): N_(
        "It ends at midnight UTC. Let this device send less often, or pack ten readings into one message."
    ),
    N_("the profile of the device has no quantity %(name)s; it has %(known)s"): N_(
        "Rename what the device sends to one of the names, or give the device another profile."
    ),
    N_("%(metric)s is in %(unit)s, which cannot become %(wanted)s"): N_(
        "Correct the unit that the device sends, or leave it out when the value is in the profile's unit."
    ),
    N_("its time is %(seconds)s seconds in the future; is the clock of the device right?"): N_(
        "Set the clock of the device (NTP), or leave the time out: the time of receipt is then taken."
    ),
    N_("its time is %(days)s days ago; is the clock of the device right?"): N_(
        "Set the clock of the device (NTP). Readings of more than a year ago are not taken."
    ),
    N_("the message is not JSON: line %(line)s, column %(column)s"): N_(
        "Look at what the device sends at that place; texts need double quotes."
    ),
    N_("%(text)s is not a JSON number"): N_("Leave a value out when there is none."),
    N_("a reading is older than the %(days)s days for which the city keeps it"): N_(
        "Send what was kept on the device sooner, or ask for a longer retention in the city's file."
    ),
    N_("SenML version %(version)s is not understood"): N_("Leave bver out, or write 10."),
    N_("port %(port)s has no byte map for %(size)s bytes, and the network decoded nothing"): N_(
        "Set a payload formatter (codec) in the network, or ask for a byte map in the profile."
    ),
    N_("the payload has %(size)s bytes; %(metric)s lies behind its end"): N_(
        "Check that the device is of the model that its profile is made for."
    ),
}
ELSE = N_("The page for device makers says what a message looks like.")


def show(ctx: PageContext) -> Page:
    """The page, of all devices or of one (``?device=``). Two calls."""
    device = ctx.query.get("device", "")[:64]
    found = refusals.since(clock.iso(ctx.now - timedelta(days=KEPT_DAYS)), LOOKED_AT)
    chosen = [one for one in found if not device or one.thing == device]
    groups = grouped(chosen)
    limit, used = ctx.city.limit("messages_per_day", PER_DAY), quota.used(ctx.now)
    return Page(
        "sensors/refusals.html",
        section="devices",
        back=f"/{ctx.city.id}/console/devices",
        device=device,
        groups=groups[:SHOWN],
        count=sum(one.count for one in chosen),
        more=len(found) == LOOKED_AT,
        days=KEPT_DAYS,
        here=f"/{ctx.city.id}/console/refusals",
        used=formats.number(used, 0),
        limit=formats.number(limit, 0),
        near=used >= quota.WARN_AT * limit,
    )


def grouped(found: list[Refusal]) -> list[dict[str, Any]]:
    """One line for each device, way in and reason: how often, and when last. The latest first."""
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in found:
        text = words(one)
        group = groups.setdefault(
            (one.thing, one.source, text),
            {
                "thing": one.thing,
                "source": one.source,
                "reason": text,
                "mend": mend(one),
                "last": one.at,
                "count": 0,
            },
        )
        group["count"] += one.count
    return list(groups.values())


def words(refusal: Refusal) -> str:
    """The reason in the reader's language."""
    text = fill(t(str(refusal.reason["message"])), refusal.reason.get("params") or {})
    record = refusal.reason.get("record")
    return t("Record %(number)s: %(reason)s", number=record, reason=text) if record else text


def mend(refusal: Refusal) -> str:
    """What to do about it."""
    return t(MEND.get(str(refusal.reason["message"]), ELSE))

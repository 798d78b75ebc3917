"""Links with an end, with which somebody without an account puts devices in their places.

A link names what it is good for: a department, an area, or the devices themselves. Its token is 128 random
bits, of which the city keeps a digest; it opens nothing but the installer's pages of this city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from functions.core import clock, ids, keys, limits
from functions.core.context import Actor, Context
from functions.core.errors import LINK_ENDED, Conflict, Invalid, NotFound
from functions.core.i18n import N_
from functions.sensing.registry import grants, service, store
from functions.sensing.registry.domain import PLANNED, RETIRED, REVOKED, THING, Device, Place, normal_code
from functions.sensing.registry.fields import BAD_POINT, HALF_POINT, LENGTHS, NO_DEPARTMENT, TOO_LONG, number
from functions.sensing.registry.grants import Grant, GrantItem

MOST_LIVE = 50
LONGEST_DAYS = 60
MOST_SHOWN = 500  # devices that one link lists
PER_HOUR = 600  # changes by one link: fifty devices an hour take three each
PHOTOS_PER_HOUR = 300  # upload forms for one link: a photo that breaks off takes a new one
LATE_DAYS = 14  # how long what was done without network may wait
NOT_YOURS = N_("This device is not on the list of your link. Ask the city, or check the code.")
OLDER = N_(
    "This device was put somewhere else after this work was done, so it stays as it is. Look at it again."
)


class InstallerItem(GrantItem):
    """A link, under the digest of its token."""

    area = UnicodeAttribute(default="")
    things = JSONAttribute(null=True)
    installed = NumberAttribute(default=0)


@dataclass(frozen=True, kw_only=True)
class Link(Grant):
    """``id`` is the digest of the token. Empty ``department``, ``area`` and ``things`` limit nothing."""

    area: str
    things: tuple[str, ...]
    installed: int

    def covers(self, device: Device) -> bool:
        """Whether the link may install a device. One without a department or an area is anybody's as long as
        it is planned; in use it is the city's."""
        if device.state in (REVOKED, RETIRED) or (self.things and device.thing not in self.things):
            return False
        open_to_all = ("",) if device.state == PLANNED else ()
        if self.department and device.department not in (self.department, *open_to_all):
            return False
        return not self.area or device.place.area in (self.area, *open_to_all)


def make(
    ctx: Context, name: str, days: int, department: str = "", area: str = "", things: Sequence[str] = ()
) -> str:
    """A new link; the token is answered once. Raises Invalid."""
    errors = {}
    if not 1 <= len(name) <= 80:
        errors["name"] = N_("Enter who the link is for")
    if not 1 <= days <= LONGEST_DAYS:
        errors["days"] = N_("Choose a number of days up to 60")
    if department and department not in ctx.city.config.get("departments", {}):
        errors["department"] = NO_DEPARTMENT
    if len(area) > LENGTHS["area"]:
        errors["area"] = TOO_LONG
    missing = [thing for thing in things if not THING.fullmatch(thing)]
    if len(things) > MOST_SHOWN or missing or (things and len(store.get_many(things)) < len(set(things))):
        errors["things"] = N_("One of these devices is not on the city's list")
    if grants.live(every(), ctx.now) >= MOST_LIVE:
        errors["name"] = N_("There are 50 links in use. End one first.")
    if errors:
        raise Invalid(errors)
    token = ids.new_token()
    item = InstallerItem(
        keys.INSTALLERS,
        ids.digest(token),
        name=name,
        department=department,
        area=area,
        things=sorted(set(things)) or None,
        until=clock.iso(ctx.now + timedelta(days=days)),
        made_at=clock.iso(ctx.now),
        made_by=ctx.actor.id,
        ttl=clock.epoch(ctx.now) + (days + 30) * 86_400,
    )
    _write(ctx, item, "installer-link-made")
    return token


def end(ctx: Context, link_id: str) -> None:
    """The link opens nothing any more. Raises NotFound."""
    item = grants.get(InstallerItem, keys.INSTALLERS, link_id)
    if item.state == grants.LIVE:
        item.state = grants.ENDED
        _write(ctx, item, "installer-link-ended")


def _write(ctx: Context, item: InstallerItem, action: str) -> None:
    grants.write(ctx, item, "installers", action, {"link": item.sk[:16], "until": item.until})


def every() -> list[Link]:
    """All links, the newest first: one call."""
    return grants.newest_first(_link(item) for item in InstallerItem.query(keys.INSTALLERS))


def _link(item: InstallerItem) -> Link:
    return Link(
        **grants.shared(item),
        area=item.area or "",
        things=tuple(item.things or ()),
        installed=int(item.installed),
    )


def open_link(ctx: Context, token: str) -> Link:
    """The link of a token; one call. Raises NotFound for one that is unknown, of another city, or at its
    end."""
    if not 16 <= len(token) <= 64:
        raise NotFound(LINK_ENDED)
    try:
        link = _link(grants.get(InstallerItem, keys.INSTALLERS, ids.digest(token)))
    except NotFound:
        raise NotFound(LINK_ENDED) from None
    if not link.is_live(ctx.now):
        raise NotFound(LINK_ENDED)
    return link


def actor(link: Link) -> Actor:
    """Who acts: the link, by its name, in every history."""
    return Actor("citizen", f"installer:{link.id[:12]}", link.name)


def devices_of(link: Link) -> list[Device]:
    """What the link may install: one call, by id when it names devices, else from the index."""
    if link.things:
        found = store.get_many(link.things)
        return [found[thing] for thing in sorted(found) if link.covers(found[thing])]
    return [device for device in store.list_devices() if link.covers(device)][:MOST_SHOWN]


def find(link: Link, code: str) -> Device:
    """The device that a scanned or typed code means: an id, a DevEUI, a serial number, or ``<city>:<thing>``.
    Raises Invalid for one that the link does not cover, in the same words as for one that does not exist."""
    text = code.strip()
    if not text:
        raise Invalid({"code": N_("Enter the code that stands on the device")})
    thing = text.rpartition(":")[2].lower()
    device = store.find(thing) if THING.fullmatch(thing) else None
    if device is None and normal_code(text):
        device = store.find_label(normal_code(text))
    if device is None or not link.covers(device):
        raise Invalid({"code": NOT_YOURS}, NOT_YOURS)
    return device


@dataclass(frozen=True)
class Work:
    """What an installer did with one device. ``done`` is when, as their own clock said (ISO), or ""."""

    code: str
    lat: str = ""
    lon: str = ""
    address: str = ""
    area: str = ""
    title: str = ""
    department: str = ""
    done: str = ""


def install(ctx: Context, link: Link, work: Work) -> Device:
    """Note where a device was put. The same work sent twice changes nothing. Raises Invalid, RateLimited,
    Conflict."""
    limits.hit(f"installer#{link.id[:16]}", PER_HOUR, 3600)
    work = replace(work, **{name: one_line(getattr(work, name)) for name in ("address", "area", "title")})
    device, errors = find(link, work.code), dict[str, str]()
    place = _place(link, work, errors)
    department = link.department or work.department or device.department
    if department and department not in ctx.city.config.get("departments", {}):
        errors["department"] = NO_DEPARTMENT
    if len(work.title) > LENGTHS["title"]:
        errors["title"] = TOO_LONG
    if errors:
        raise Invalid(errors)
    moment = _moment(ctx, work.done)
    day = moment.astimezone(ZoneInfo(ctx.city.zone)).date().isoformat()

    def alter(before: Device) -> Device:
        if not link.covers(before):
            raise Conflict(NOT_YOURS)
        after = replace(
            before,
            place=place,
            department=department,
            title=work.title or before.title,
            installed=day if before.place != place or not before.installed else before.installed,
        )
        if after != before and clock.iso(moment) < _last_put(device.thing):
            raise Conflict(OLDER)
        return after

    before = service.get(device.thing)
    after = service.change(
        replace_actor(ctx, link),
        device.thing,
        "device-installed",
        alter,
        {"link": link.id[:12], "done": clock.iso(moment)},
    )
    if after != before:
        InstallerItem(keys.INSTALLERS, link.id).change([InstallerItem.installed.add(1)])
    return after


def _place(link: Link, work: Work, errors: dict[str, str]) -> Place:
    lat, lon = number(work.lat.strip(), 90), number(work.lon.strip(), 180)
    if bool(work.lat.strip()) != bool(work.lon.strip()):
        errors["lat"] = HALF_POINT
    elif work.lat.strip() and (lat is None or lon is None):
        errors["lat"] = BAD_POINT
    for name in ("address", "area"):
        if len(getattr(work, name)) > LENGTHS[name]:
            errors[name] = TOO_LONG
    place = Place(lat, lon, work.address.strip(), link.area or work.area.strip())
    if lat is None and not place.address and not errors:
        errors["address"] = N_("Say where the device is: use your position, or write an address")
    return place


def one_line(text: str) -> str:
    """What somebody typed as one line without control characters, since the public page shows it."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _moment(ctx: Context, done: str) -> datetime:
    """When the work was done; now for a clock that is far off."""
    try:
        moment = clock.parse(done) if len(done) < 40 else ctx.now
    except ValueError:
        return ctx.now
    if moment.tzinfo is None or not timedelta(0) <= ctx.now - moment <= timedelta(days=LATE_DAYS):
        return ctx.now
    return moment


def _last_put(thing: str) -> str:
    """When the device was last put somewhere (ISO), "" for never: by an installer's own clock, since their
    work may have waited. One call."""
    _, lines = store.with_history(thing)
    return max(
        (str(line.detail.get("done") or line.at) for line in lines if "place" in line.detail), default=""
    )


def replace_actor(ctx: Context, link: Link) -> Context:
    """The same circumstances with the link as the actor."""
    return Context(ctx.city, actor(link), ctx.lang, ctx.now, ctx.request_id)

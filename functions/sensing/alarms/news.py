"""Mails about alarms to the people of a department: the first one within half a minute, and then one every
ten minutes at most, however many alarms there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError

from functions.adapters.mail import Mail
from functions.core import clock, i18n, ids, keys
from functions.core.context import Context
from functions.core.settings import settings
from functions.core.store import CityModel, transaction
from functions.identity import store as staff
from functions.identity.domain import OPERATOR_DESK, Staff
from functions.sensing.alarms import definitions, due, store
from functions.sensing.alarms.domain import CLEARED, WITHDRAWN, rank

GATHER = timedelta(seconds=20)  # so that the alarms of one flood come in one mail
APART = timedelta(minutes=10)
TOLD_AT_MOST = 30
LINES = 20
LEAST = {"all": 0, "high": 2, "none": 9}
EVENT = "alarm-news"


class NewsItem(CityModel):
    """Per department: up to when people were told, and when the next mail may go."""

    told = UnicodeAttribute(default="")
    next_at = UnicodeAttribute(default="")


class WantsItem(CityModel):
    """Which alarms a member of staff wants mail about."""

    level = UnicodeAttribute()


def request(ctx: Context, department: str, at: datetime) -> None:
    """Have the department told of what there is to tell at ``at``: with the mail that is planned, or with one
    in 20 seconds, or when the last one is ten minutes old."""
    wanted = clock.iso(max(at, ctx.now) + GATHER)
    if at > ctx.now + APART:  # the end of quiet hours: a plan of its own
        due.put(clock.parse(wanted), "news", department, {"department": department})
        return
    item = NewsItem(keys.ALARM_NEWS, department)
    free = NewsItem.next_at.does_not_exist() | (NewsItem.next_at <= clock.iso(ctx.now))
    try:
        item.update(actions=[NewsItem.next_at.set(wanted), NewsItem.v.set(1)], condition=free)
        planned = wanted
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        item.refresh(consistent_read=True)
        planned = item.next_at
    moment = clock.parse(planned)
    row = due.put(moment, "news", department, {"department": department})
    wait = int((moment - ctx.now).total_seconds()) + 1
    if planned == wanted:
        due.point(ctx, row, wait)


def send(ctx: Context, data: dict[str, Any]) -> None:
    """One mail to each who wants it, about every alarm since the last mail."""
    from functions.notifications import service as notifications

    department = str(data["department"])
    told, until = _told(department), clock.iso(ctx.now)
    if told >= until:
        return
    news = listed(department, told, until)
    rows = []
    with transaction() as tx:
        for address in addresses(ctx, department, max((rank(line.severity) for line in news), default=-1)):
            subject = f"{department}|{told}|{until}|{ids.digest(address)[:16]}"
            rows.append(notifications.enqueue(tx, ctx, EVENT, subject))
        tx.update(
            NewsItem(keys.ALARM_NEWS, department),
            actions=[
                NewsItem.told.set(until),
                NewsItem.next_at.set(clock.iso(ctx.now + APART) if rows else until),
                NewsItem.v.set(1),
            ],
            condition=NewsItem.told.does_not_exist() | (NewsItem.told == told),
        )
    for row in rows:
        notifications.point(ctx, row)


def _told(department: str) -> str:
    try:
        return str(NewsItem.get(keys.ALARM_NEWS, department, consistent_read=True).told or "")
    except NewsItem.DoesNotExist:
        return ""


def listed(department: str, told: str, until: str) -> list[store.Listed]:
    """The alarms to tell of: told neither before nor later, acknowledged by nobody; the worst first."""
    day_before = clock.iso(clock.parse(until) - timedelta(days=1))
    lines = store.list_open(department) + store.list_closed(department, since_iso=max(told, day_before))
    found = [
        line
        for line in lines
        if told < line.tell_at <= until and not line.by and line.state != WITHDRAWN
    ]  # fmt: skip
    return sorted(found, key=lambda line: (line.state == CLEARED, -rank(line.severity), line.since_iso))


def readers(department: str, worst: int) -> list[Staff]:
    """Who wants to hear of alarms this bad: two calls."""
    wants = wanted_levels()
    found = [
        one
        for one in staff.every()
        if one.works_in(department) and worst >= LEAST[wants.get(one.email) or usual(one)]
    ]
    return found[:TOLD_AT_MOST]


def addresses(ctx: Context, department: str, worst: int) -> list[str]:
    """Who is written to: the readers; of what is high or critical, when nobody reads, the department
    itself."""
    found = [one.email for one in readers(department, worst)]
    own = definitions.address_of(ctx, department)
    return found or ([own] if own and worst >= LEAST["high"] else [])


def usual(member: Staff) -> str:
    """What somebody gets who has not chosen."""
    return "high" if OPERATOR_DESK in member.roles else "none"


def wanted_levels() -> dict[str, str]:
    """What the city's staff have chosen, by address."""
    return {item.sk: item.level for item in WantsItem.query(keys.ALARM_MAIL)}


def wanted(member: Staff) -> str:
    """What a member of staff gets: one call."""
    try:
        level = str(WantsItem.get(keys.ALARM_MAIL, member.email).level)
    except WantsItem.DoesNotExist:
        return usual(member)
    return level if level in LEAST else usual(member)


def choose(email: str, level: str) -> None:
    """Keep a member's choice."""
    WantsItem(keys.ALARM_MAIL, email, level=level).save()


def compose(ctx: Context, _: str, subject: str) -> Mail | None:
    """The mail of one reader, in the city's own language; None when they have left."""
    from functions.notifications.domain import split_message
    from functions.web.rendering import environment

    department, told, until, digest = subject.split("|")
    own = definitions.address_of(ctx, department)
    known = [own, *(one.email for one in staff.every())]
    address = next((one for one in known if ids.digest(one)[:16] == digest), "")
    lines = listed(department, told, until)
    if not address or not lines:
        return None
    with i18n.use_language(ctx.city.languages[0]):
        base = f"{settings().public_url}/{ctx.city.id}/console/alarms"
        template = environment().get_template("messages/alarm-news.txt")
        text = template.render(
            lines=_lines(ctx, base, lines[:LINES]), count=len(lines), more=max(0, len(lines) - LINES),
            address=f"{base}?department={department}", city_name=ctx.city.name(i18n.language()),
            worst=lines[0],
        )  # fmt: skip
        head, body = split_message(text)
        reply_to = str(ctx.city.config.get("contact", {}).get("email", ""))
        return Mail(address, head, body, ctx.city.name(i18n.language()), reply_to)


def _lines(ctx: Context, base: str, lines: Sequence[store.Listed]) -> list[dict[str, Any]]:
    from functions.web import formats

    return [
        {
            "title": line.title,
            "thing": line.thing,
            "severity": line.severity,
            "since": formats.moment(line.since_iso, ctx.city.zone),
            "over": line.state == CLEARED,
            "address": f"{base}/{line.key}",
        }
        for line in lines
    ]

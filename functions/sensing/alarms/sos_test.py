"""Once a day the whole way of a call for help is tried: a message into the urgent queue, the log, the rule,
the alarm, the mail. It is a device of its own, whose calls go to its department's address only. A test
whose mail was not handed over within a quarter of an hour has failed and raises an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError

from functions.adapters.mail import Mail
from functions.core import clock, i18n, keys, log
from functions.core.context import Context
from functions.core.store import CityModel
from functions.sensing.alarms import definitions, sos
from functions.sensing.registry import service as registry_service
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import ACTIVE, Device

SOURCE = "platform-test"
EVENT = "sos-test"
HOUR = 9  # of the city's day: when people are at the desk
WITHIN = timedelta(minutes=15)
KEPT = timedelta(days=400)
SHOWN = 14
RUNNING, PASSED, FAILED = "running", "passed", "failed"


class TrialItem(CityModel):
    """One day's test: ``begun``, and ``ended`` when its mail was handed over or when it had failed."""

    state = UnicodeAttribute()
    begun = UnicodeAttribute()
    ended = UnicodeAttribute(null=True)


@dataclass(frozen=True)
class Result:
    """A day's test: running, passed or failed."""

    day: str
    state: str
    begun: str
    ended: str


def results(limit: int = SHOWN) -> list[Result]:
    """The last days' tests, the newest first: one call."""
    found = TrialItem.query(keys.SOS_TESTS, scan_index_forward=False, limit=limit)
    return [Result(item.sk, item.state, item.begun, item.ended or "") for item in found]


def go(ctx: Context, devices: Sequence[Device]) -> bool | None:
    """Begin the day's test, or see how it went; for a city whose ``devices`` include one that calls. Answers
    whether the last test passed, None while that is open. Doing it twice changes nothing."""
    by_profile = {one.profile for one in devices if one.thing != definitions.TRIAL and one.state == ACTIVE}
    profiles = [one for one in sorted(by_profile) if definitions.profile_of(ctx, one).get("emergency")]
    local = ctx.now.astimezone(ZoneInfo(ctx.city.zone))
    if not profiles or local.hour < HOUR:
        return None
    day = local.date().isoformat()
    latest = next(iter(results(1)), None)
    if latest is None or latest.day != day:
        _begin(ctx, day, profiles[0])
        return None
    return _look(ctx, latest) if latest.state == RUNNING else latest.state == PASSED


def _begin(ctx: Context, day: str, profile: str) -> None:
    item = TrialItem(
        keys.SOS_TESTS, day, state=RUNNING, begun=clock.iso(ctx.now), ttl=clock.epoch(ctx.now + KEPT)
    )
    try:
        item.save(condition=TrialItem.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return
    device = registry.find(definitions.TRIAL)
    if device is None:
        device = Device(definitions.TRIAL, profile, "Test", ACTIVE, clock.iso(ctx.now))
        device = registry_service.save(ctx, device, None, "device-added")
    _press(ctx, device, 1)


def _press(ctx: Context, device: Device, value: int) -> None:
    """Into the urgent queue, as a vendor's cloud would; let go first, so that yesterday's press cannot hide
    today's."""
    from functions.sensing.sources import forward

    rules = definitions.rules_of(ctx, device.thing, device.profile).values()
    rule = next(one for one in rules if one.get("kind") in sos.KINDS and one.get("metric"))
    quantity = definitions.quantity_of(ctx, device.profile, rule["metric"])
    now = ctx.now.timestamp()
    row = {"n": rule["metric"], "u": quantity["unit"]}
    rows = [{**row, "v": 0, "t": now - 2}, {**row, "v": value, "t": now - 1}]
    try:
        forward.send([forward.body(ctx.city.id, device.thing, rows, int(now * 1000), SOURCE)], urgent=True)
    except Exception:  # whatever it is, the test finds out; the round goes on
        log.failure("test call not sent", city=ctx.city.id)


def arrived(ctx: Context) -> None:
    """The alarm of the test is there: now its mail. At most one a day."""
    from functions.notifications import service as notifications

    latest = next(iter(results(1)), None)
    if latest is not None and latest.state == RUNNING:
        notifications.tell_once(ctx, EVENT, latest.day, _row(latest.day))


def _row(day: str) -> str:
    return f"sos-test-{day}"


def _look(ctx: Context, latest: Result) -> bool | None:
    from functions.notifications import store as outbox

    sent = outbox.sent_at(_row(latest.day))
    late = ctx.now - clock.parse(latest.begun) > WITHIN
    if not sent and not late:
        return None
    item = TrialItem(keys.SOS_TESTS, latest.day)
    item.change(
        [TrialItem.state.set(PASSED if sent else FAILED), TrialItem.ended.set(sent or clock.iso(ctx.now))]
    )
    device = registry.find(definitions.TRIAL)
    if device is not None:
        _press(ctx, device, 0)
    return bool(sent)


def compose(ctx: Context, _: str, day: str) -> Mail | None:
    """To the department that is told of calls which nobody answers."""
    from functions.notifications.domain import split_message
    from functions.web.rendering import environment

    device = registry.find(definitions.TRIAL)
    department = definitions.department_of(ctx, device.department if device else "", {})
    address = definitions.address_of(ctx, department)
    with i18n.use_language(ctx.city.languages[0]):
        name = ctx.city.name(i18n.language())
        text = environment().get_template("messages/sos-test.txt").render(day=day, city_name=name)
        head, body = split_message(text)
        return Mail(address, head, body, name)

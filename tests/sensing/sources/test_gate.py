"""The interface of sources: who is let in, what reaches the queue, what is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core import clock, scope, usage
from functions.core.errors import Conflict, Invalid, NotFound
from functions.core.store import transaction
from functions.identity.domain import CLERK, Staff
from functions.sensing.registry.domain import ACTIVE, PLANNED, REVOKED, Device
from functions.sensing.sources import domain, gate, refusals, service, store
from functions.sensing.sources.domain import CHIRPSTACK, TTS, VENDOR
from tests.sensing.sources.conftest import EUI, IMEI, URGENT_EUI, add_device, admin, context
from tests.sensing.sources.test_lorawan import chirpstack, tts
from tests.world import NOW

AT = NOW.timestamp() - 30
RECEIVED = clock.iso(NOW - timedelta(seconds=30))
ACME = {"mapping": "acme", "shapes": (("data", "imei"),)}


def uplink(eui=EUI["oakville"], **changes):
    document = tts(received_at=RECEIVED, **changes)
    document["end_device_ids"]["dev_eui"] = eui
    return document


def rows(*found, at="2026-11-20T03:29:30"):
    return {"data": [{"imei": imei, "at": at, "v": values} for imei, values in found]}


def kept(place, city="oakville"):
    with scope.tenant_scope(getattr(place.world, city)):
        return [(one.thing, one.reason["message"], one.source) for one in refusals.since("2026", 100)]


def counts(place, sender):
    with scope.tenant_scope(sender.city):
        found = store.days([sender.source], [clock.iso(NOW)[:10]])[sender.source.id]
    return [(day.taken, day.refused) for day in found]


def test_an_uplink_reaches_the_queue_of_its_lane_as_readings_of_the_registered_device(place):
    sender = place.sender(TTS)
    answer = sender.post(uplink(), path="/up")
    assert (answer.status, answer.json) == (202, {"taken": 1, "refused": []})
    (message,) = place.queued()
    assert (message["topic"], message["client"], message["via"]) == (
        "oakville/probe-1/http",
        "oakville:probe-1",
        f"http:{sender.source.id}",
    )
    assert {row["n"]: row["v"] for row in message["pack"]} == {
        "temperature": 23.1,
        "open": 1.0,
        "signal": -92.0,
    }
    assert {row["t"] for row in message["pack"]} == {AT}
    assert (
        place.sender(CHIRPSTACK)
        .post(chirpstack(deviceInfo={"devEui": URGENT_EUI}, time=RECEIVED), path="?event=up")
        .status
        == 202
    )
    assert [one["thing"] for one in place.queued("urgent")] == ["alarm-1"]


def test_the_same_message_again_is_not_queued_again(place):
    sender = place.sender(TTS)
    assert sender.post(uplink()).status == 202
    again = sender.post(uplink(rx_metadata=[{"rssi": -50}]))
    assert (again.status, again.json["taken"]) == (200, 0)
    assert "already" in again.json["note"]
    assert len(place.queued()) == 1
    assert counts(place, sender) == [(1, 0)]
    assert sender.post(uplink(f_cnt=8)).status == 202
    # a device without a join (ABP) that was reset counts from the beginning, in the same session
    later = uplink()
    later["uplink_message"]["received_at"] = "2026-11-20T09:29:45.000Z"
    assert sender.post(later).status == 202


def test_joins_and_simulated_messages_are_answered_with_a_word_and_leave_nothing(place):
    sender = place.sender(TTS)
    answer = sender.post({**uplink(), "simulated": True})
    assert (answer.status, answer.json) == (200, {"taken": 0, "note": "a simulated message is not stored"})
    assert counts(place, sender) == []


def test_a_device_of_another_city_is_unknown_whatever_the_message_says(place):
    answer = place.sender(TTS).post({**uplink(EUI["qinghe"]), "city": "qinghe", "thing": "probe-1"})
    assert answer.status == 422
    assert "no device of this city" in answer.json["message"]
    assert place.queued() == []
    message = "no device of this city that may send has the number %(number)s"
    assert [one[:2] for one in kept(place)] == [(EUI["qinghe"], message)]
    assert kept(place, "qinghe") == []


def test_names_that_a_source_makes_up_fill_no_more_than_sixty_rows_an_hour(place):
    sender, many = place.sender(VENDOR, **ACME), gate.REFUSALS_KEPT
    for n in range(3):
        made_up = [(f"99{n}{m:03}", {"temp": 280}) for m in range(many)]
        assert sender.post(rows(*made_up), id=f"m{n}").status == 422
    found = kept(place)
    assert len(found) == refusals.ONE_BY_ONE + 1
    assert [one for one in found if one[1] == refusals.MANY] == [("", refusals.MANY, sender.source.id)]
    with scope.tenant_scope(place.world.oakville):
        assert sum(one.count for one in refusals.since("2026", 100)) == 3 * many
        assert usage.of_day("2026-11-20")["refused"] == 3 * many
    assert sender.post(rows((IMEI, {"temp": "warm"})), id="m9").status == 422
    assert IMEI in [one[0] for one in kept(place)], "a device of the city is still shown by itself"


def test_a_revoked_device_is_not_heard(place):
    sender = place.sender(TTS)
    with scope.tenant_scope(place.world.oakville), transaction() as tx:
        from functions.sensing.registry import store as registry

        device = registry.find("probe-1")
        registry.put(tx, Device("probe-1", "probe", state=REVOKED, eui=device.eui, version=1), device)
    assert sender.post(uplink()).status == 422


@pytest.mark.parametrize("kind", [TTS, VENDOR])
def test_without_the_right_secret_nothing_is_taken_and_nothing_is_told(place, kind):
    sender, other = place.sender(kind, **(ACME if kind == VENDOR else {})), place.sender(TTS, "qinghe")
    body = b"{}"
    refused = [
        sender.raw(body, {}),
        sender.raw(body, {"Authorization": "Bearer wrong"}),
        sender.raw(body, {"Authorization": f"Bearer {domain.written(TTS, other.secret)}"}),
        sender.raw(body, {"Authorization": f"Bearer {domain.written(TTS, sender.secret)}"}, city="qinghe"),
        sender.raw(body, {"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}),
    ]
    assert {one.status for one in refused} == {401}
    assert {(one.json["code"], *sorted(one.json)) for one in refused} == {
        ("unauthorized", "code", "message", "request_id")
    }
    assert place.queued() == []


def test_guessing_secrets_is_limited(place):
    sender = place.sender(TTS)
    statuses = [sender.raw(b"{}", {}).status for _ in range(domain.WRONG_PER_MINUTE + 1)]
    assert (statuses[-2], statuses[-1]) == (401, 429)


def test_a_source_sends_only_so_much(place, monkeypatch):
    monkeypatch.setattr(domain, "PER_MINUTE", 2)
    sender = place.sender(TTS)
    answers = [sender.post(uplink(f_cnt=n)) for n in range(3)]
    assert [one.status for one in answers] == [202, 202, 429]
    assert answers[-1].headers["Retry-After"]
    huge = sender.raw(b" " * (domain.MAX_BYTES + 1), {"Authorization": "Bearer x"})
    assert (huge.status, huge.json["message"]) == (422, "The body is too large")


def test_rows_of_a_vendor_are_mapped_and_refused_one_by_one(place):
    sender = place.sender(VENDOR, **ACME)
    answer = sender.post(
        rows(
            (IMEI, {"temp": 294.15, "door": "closed"}),
            ("0", {"temp": 1}),
            (IMEI, {"door": "ajar"}),
            ("probe-1", {}),
        )
    )
    assert answer.status == 202
    assert answer.json["taken"] == 1
    assert [(one["message"], one["device"]) for one in answer.json["refused"]] == [
        (2, "0"),
        (3, IMEI),
        (4, "probe-1"),
    ]
    (message,) = place.queued()
    assert message["thing"] == "probe-2"
    assert [(row["n"], row["v"], row.get("u")) for row in message["pack"]] == [
        ("temperature", 294.15, "K"),
        ("open", 0.0, None),
    ]
    # a time without a zone is the city's own
    assert message["pack"][0]["t"] == clock.parse("2026-11-20T09:29:30.000Z").timestamp()
    assert counts(place, sender) == [(1, 3)]


@pytest.mark.parametrize("at", ["1970-01-01T00:00:10Z", "1978-06-01T00:00:00Z", "1969-12-31T23:59:00Z"])
def test_a_clock_that_was_never_set_is_no_time_of_now(place, at):
    answer = place.sender(VENDOR, **ACME).post(rows((IMEI, {"temp": 290}), at=at))
    assert (answer.status, place.queued()) == (422, [])
    assert "not a time" in answer.json["message"]


def test_a_device_on_the_citys_list_is_in_use_from_its_first_message(place):
    from functions.sensing.registry import store as registry

    add_device(place.world.oakville, Device("meter-9", "probe", serial="SN 77-A"), PLANNED)
    assert place.sender(VENDOR, **ACME).post(rows(("sn77a", {"temp": 290}))).status == 202
    with scope.tenant_scope(place.world.oakville):
        assert registry.find("meter-9").state == ACTIVE
        assert [event.action for event in registry.history("meter-9")] == ["device-heard"]


def test_a_signature_is_of_one_body_and_one_moment(place):
    sender = place.sender(VENDOR, **ACME)
    assert sender.post(rows((IMEI, {"temp": 290})), at=NOW - timedelta(minutes=4)).status == 202
    assert sender.post(rows((IMEI, {"temp": 290})), at=NOW - timedelta(minutes=4)).status == 200  # a replay
    assert sender.post(rows((IMEI, {"temp": 290})), id="msg-2", at=NOW - timedelta(minutes=6)).status == 401
    assert sender.post(rows((IMEI, {"temp": 290})), id="msg-2", at=NOW + timedelta(minutes=6)).status == 401
    signed = domain.sign(sender.secret, "msg-3", NOW, b'{"data": []}')
    assert sender.raw(b'{"data": [1]}', signed).status == 401
    assert len(place.queued()) == 1


def test_what_was_refused_may_be_sent_again_when_the_device_is_on_the_list(place):
    sender = place.sender(TTS)
    assert sender.post(uplink("70b3d57ed00000aa")).status == 422
    add_device(place.world.oakville, Device("late-1", "probe", state="active", eui="70b3d57ed00000aa"))
    assert sender.post(uplink("70b3d57ed00000aa")).status == 202


def test_when_the_queue_does_not_take_it_the_sender_hears_so_and_may_send_it_again(place, monkeypatch):
    from functions.core.errors import Unavailable
    from functions.sensing.sources import forward

    sender = place.sender(TTS)
    with monkeypatch.context() as patched:

        def down(bodies, *, urgent):
            raise Unavailable

        patched.setattr(forward, "send", down)
        assert sender.post(uplink()).status == 503
    assert sender.post(uplink()).status == 202


def test_an_admin_makes_sees_once_renews_and_revokes_a_source(place):
    ctx, staff = context(place, "oakville"), admin("oakville")
    with scope.tenant_scope(ctx.city):
        made = service.make(ctx, staff, "Town network (demo)", TTS)
        secret = service.show_secret(ctx, staff, made)
        assert secret and service.show_secret(ctx, staff, made) is None
        service.renew(ctx, staff, made)
        renewed = service.show_secret(ctx, staff, made)
        assert renewed not in (None, secret)
        source = store.get(made)
        assert source.generations(ctx.now) == (2, 1)
        assert source.generations(ctx.now + timedelta(hours=25)) == (2,)
        service.revoke(ctx, staff, made)
        assert store.get(made).generations(ctx.now) == ()
        with pytest.raises(NotFound):
            service.renew(ctx, staff, made)
        with pytest.raises(NotFound):
            service.make(ctx, Staff("wes@oakville.example", "Wes (demo)", (CLERK,), ()), "x y z", TTS)
    assert secret not in str(place.world.items(ctx.city))


def test_two_admins_at_once_cannot_both_renew(place, monkeypatch):
    ctx, staff = context(place, "oakville"), admin("oakville")
    with scope.tenant_scope(ctx.city):
        made = service.make(ctx, staff, "Town network (demo)", TTS)
        before = store.get(made)
        service.renew(ctx, staff, made)
        monkeypatch.setattr(store, "get", lambda source_id: before)
        with pytest.raises(Conflict):
            service.renew(ctx, staff, made)


def test_a_source_needs_a_name_a_kind_and_a_known_mapping(place):
    ctx, staff = context(place, "oakville"), admin("oakville")
    with scope.tenant_scope(ctx.city), pytest.raises(Invalid) as caught:
        service.make(ctx, staff, "x", VENDOR, "nobody")
    assert caught.value.fields.keys() == {"name", "mapping"}
    with scope.tenant_scope(ctx.city):
        made = service.make(ctx, staff, "Meters (demo)", VENDOR, "operator-json")
        assert store.get(made).shapes.count(("rows", "meterNo")) == 1


def test_a_city_has_only_so_many_sources(place, monkeypatch):
    monkeypatch.setattr(domain, "MAX_SOURCES", 1)
    ctx, staff = context(place, "oakville"), admin("oakville")
    with scope.tenant_scope(ctx.city):
        service.make(ctx, staff, "Town network (demo)", TTS)
        with pytest.raises(Invalid):
            service.make(ctx, staff, "Another (demo)", TTS)


def test_a_removed_devices_city_keeps_its_own_sources(place):
    """The same DevEUI may be registered in two cities: each source finds its own city's device."""
    add_device(place.world.qinghe, Device("other-1", "probe", eui=URGENT_EUI))
    assert place.sender(TTS, "qinghe").post(uplink(URGENT_EUI)).status == 202
    assert [one["topic"] for one in place.queued()] == ["qinghe/other-1/http"]

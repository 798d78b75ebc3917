"""The registry in the platform's table and the configurations in the cities' tables. Models never leave this
file.

Registry: ``CITY#<id>``/META (the row), ``CITY#<id>``/STEP#<name> (onboarding), ``CITIES``/<id> (what a
list shows). A city's table: ``CONFIG``/V#<number>, gzipped JSON, never changed after it was written, and
``CONFIG``/RULES, the decisions about alarm rules."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

from pynamodb.attributes import BinaryAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError, TransactWriteError
from pynamodb.transactions import TransactWrite

from functions.core import clock, ids, keys
from functions.core.errors import Conflict, Invalid
from functions.core.store import CityModel, PlatformModel, transaction
from functions.tenancy.domain import CityRow, ConfigRecord, StepRow
from functions.tenancy.rule_decisions import Decision, Decisions, read_decisions

_CONDITION = "ConditionalCheckFailedException"
MAX_PACKED = 390_000  # bytes; DynamoDB takes 400 KB an item, its names included
RAN_OVER = "Another apply of this city went on at the same moment; look at `townkit plan` and try again."


class RegistryItem(PlatformModel):
    """``revision`` rises with every change, so that of two writers one is told."""

    city = UnicodeAttribute()
    state = UnicodeAttribute()
    names = JSONAttribute()
    languages = JSONAttribute()
    plan = UnicodeAttribute(default="")
    residency = UnicodeAttribute(default="")
    active = NumberAttribute(default=0)
    active_digest = UnicodeAttribute(default="")
    pending = NumberAttribute(default=0)
    pending_digest = UnicodeAttribute(default="")
    revision = NumberAttribute(default=0)
    created_at = UnicodeAttribute()
    changed_at = UnicodeAttribute()


class StepItem(PlatformModel):
    """``mark`` is what the step was done for: the definition or the configuration's digest."""

    name = UnicodeAttribute()
    state = UnicodeAttribute()
    mark = UnicodeAttribute(default="")
    reason = UnicodeAttribute(default="")
    at = UnicodeAttribute()


class LeaseItem(PlatformModel):
    """Who works on a city's onboarding; ``until`` in seconds since 1970."""

    holder = UnicodeAttribute(null=True)
    until = NumberAttribute(null=True)


class ListItem(PlatformModel):
    """What a list of cities shows, in one partition."""

    state = UnicodeAttribute()
    names = JSONAttribute()
    languages = JSONAttribute()


class ConfigItem(CityModel):
    """``source`` is the file as it was applied, so that an export gives the same file back."""

    digest = UnicodeAttribute()
    config = BinaryAttribute(legacy_encoding=False)
    source = BinaryAttribute(legacy_encoding=False)
    applied_at = UnicodeAttribute()


class DecisionsItem(CityModel):
    """``decisions``: {"<profile>/<rule>": decision}; ``n`` rises with every one."""

    decisions = JSONAttribute()
    n = NumberAttribute()


class LiveItem(CityModel):
    """Either of the two, so that both are read in one call."""

    digest = UnicodeAttribute(null=True)
    config = BinaryAttribute(legacy_encoding=False, null=True)
    source = BinaryAttribute(legacy_encoding=False, null=True)
    applied_at = UnicodeAttribute(null=True)
    decisions = JSONAttribute(null=True)
    n = NumberAttribute(null=True)


# --- the registry (platform_scope) ---


def read_row(city_id: str) -> CityRow | None:
    """One consistent read."""
    try:
        item = RegistryItem.get(keys.registry(city_id), keys.META, consistent_read=True)
    except DoesNotExist:
        return None
    return _row(item)


def read_rows(city_ids: list[str]) -> list[CityRow]:
    """The rows of several cities, in no order."""
    wanted = [(keys.registry(city_id), keys.META) for city_id in city_ids]
    return [_row(item) for item in RegistryItem.batch_get(wanted)] if wanted else []


def _row(item: RegistryItem) -> CityRow:
    return CityRow(
        id=item.city,
        state=item.state,
        names=dict(item.names),
        languages=list(item.languages),
        plan=item.plan,
        residency=item.residency,
        active=int(item.active),
        active_digest=item.active_digest,
        pending=int(item.pending),
        pending_digest=item.pending_digest,
        revision=int(item.revision),
        created_at=item.created_at,
        changed_at=item.changed_at,
    )


def write_row(before: CityRow | None, row: CityRow) -> None:
    """The row and its entry in the list, all or nothing. Raises Conflict when it is not ``before`` any more.
    The row and its entry in the list, all or nothing. Raises Conflict when it is not ``before`` any more."""
    item = RegistryItem(
        keys.registry(row.id),
        keys.META,
        city=row.id,
        state=row.state,
        names=row.names,
        languages=row.languages,
        plan=row.plan,
        residency=row.residency,
        active=row.active,
        active_digest=row.active_digest,
        pending=row.pending,
        pending_digest=row.pending_digest,
        revision=row.revision,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
    entry = ListItem(keys.REGISTRY_LIST, row.id, state=row.state, names=row.names, languages=row.languages)
    condition = (
        RegistryItem.pk.does_not_exist() if before is None else RegistryItem.revision == before.revision
    )
    try:
        with transaction() as work:
            work.save(item, condition=condition)
            work.save(entry)
    except TransactWriteError as error:
        raise Conflict(RAN_OVER) from error


def read_list() -> list[tuple[str, str, dict[str, str], list[str]]]:
    """``(id, state, names, languages)`` of every city, by id: one query a megabyte."""
    found = ListItem.query(keys.REGISTRY_LIST)
    return [(item.sk, item.state, dict(item.names), list(item.languages)) for item in found]


def read_steps(city_id: str) -> dict[str, StepRow]:
    """The state of every step that was ever begun."""
    found = StepItem.query(
        keys.registry(city_id), StepItem.sk.startswith(keys.STEP_PREFIX), consistent_read=True
    )
    return {item.name: StepRow(item.name, item.state, item.mark, item.reason, item.at) for item in found}


def write_step(city_id: str, row: StepRow) -> None:
    """The last word about a step wins: every step may be done twice."""
    StepItem(
        keys.registry(city_id),
        keys.step(row.name),
        name=row.name,
        state=row.state,
        mark=row.mark,
        reason=row.reason[:900],
        at=row.at,
    ).save()


def take_lease(city_id: str, seconds: int) -> str | None:
    """The right to work on the city's onboarding for ``seconds`` at most; None while somebody else has it."""
    now = clock.epoch(clock.now())
    item = LeaseItem(keys.registry(city_id), keys.LEASE, holder=ids.new_token(), until=now + seconds)
    try:
        item.save(condition=LeaseItem.pk.does_not_exist() | (LeaseItem.until < now))
    except PutError as error:
        if error.cause_response_code == _CONDITION:
            return None
        raise
    return str(item.holder)


def release_lease(city_id: str, holder: str) -> None:
    """Give it back, unless it ran out and is somebody else's now."""
    try:
        LeaseItem(keys.registry(city_id), keys.LEASE).delete(condition=LeaseItem.holder == holder)
    except DeleteError as error:
        if error.cause_response_code != _CONDITION:
            raise


# --- configurations (tenant_scope) ---


def read_config(number: int) -> ConfigRecord | None:
    """A configuration of the open scope's city."""
    try:
        item = ConfigItem.get(keys.CONFIG, keys.config_version(number))
    except DoesNotExist:
        return None
    config: dict[str, Any] = json.loads(gzip.decompress(item.config))
    return ConfigRecord(number, item.digest, config, gzip.decompress(item.source).decode(), item.applied_at)


def read_live(number: int) -> tuple[dict[str, Any] | None, dict[str, Decision], int]:
    """A configuration of the open scope's city (None when it is not there), and the decisions with their
    number, 0 for none. One call."""
    wanted = [(keys.CONFIG, keys.config_version(number)), (keys.CONFIG, keys.RULES)]
    items = {item.sk: item for item in LiveItem.batch_get(wanted, consistent_read=True)}
    packed, decided = items.get(keys.config_version(number)), items.get(keys.RULES)
    config = json.loads(gzip.decompress(packed.config or b"")) if packed else None
    if decided is None:
        return config, {}, 0
    return config, read_decisions(decided.decisions or {}), int(decided.n or 0)


def read_rule_decisions() -> tuple[dict[str, Decision], int]:
    """The decisions of the open scope's city and their number, 0 for none."""
    try:
        item = DecisionsItem.get(keys.CONFIG, keys.RULES)
    except DoesNotExist:
        return {}, 0
    return read_decisions(item.decisions), int(item.n)


def decided() -> int:
    """The number of the decisions alone, 0 for none."""
    try:  # not in a batch: pynamodb writes the names of a batch in an order of chance
        return int(LiveItem.get(keys.CONFIG, keys.RULES, attributes_to_get=["n"]).n or 0)
    except DoesNotExist:
        return 0


def put_rule_decisions(tx: TransactWrite, decisions: Decisions, number: int) -> None:
    """In the caller's transaction, which fails here when others were written since ``number`` was read."""
    item = DecisionsItem(keys.CONFIG, keys.RULES, n=number + 1)
    item.decisions = {name: one.plain() for name, one in decisions.items()}
    same = DecisionsItem.n == number if number else DecisionsItem.pk.does_not_exist()
    tx.save(item, condition=same)


def write_config(record: ConfigRecord) -> None:
    """Once: the same again changes nothing. Raises Conflict when the number is taken by another
    configuration, Invalid for one that does not fit into an item."""
    packed = json.dumps(record.config, ensure_ascii=False, separators=(",", ":")).encode()
    config, source = gzip.compress(packed, mtime=0), gzip.compress(record.source.encode(), mtime=0)
    if len(config) + len(source) > MAX_PACKED:
        size = (len(config) + len(source)) // 1000
        sentence = f"the city's file is too large: {size} kB packed, at most {MAX_PACKED // 1000} kB"
        raise Invalid({"config": "size"}, sentence)
    item = ConfigItem(
        keys.CONFIG,
        keys.config_version(record.number),
        digest=record.digest,
        config=config,
        source=source,
        applied_at=record.applied_at,
    )
    try:
        item.save(condition=ConfigItem.pk.does_not_exist() | (ConfigItem.digest == record.digest))
    except PutError as error:
        if error.cause_response_code == _CONDITION:
            raise Conflict(RAN_OVER) from error
        raise


def city_ids(state: str | None = None) -> Iterator[str]:
    """Ids of the registry, of one state or of all."""
    return (city_id for city_id, found, _, _ in read_list() if state in (None, found))

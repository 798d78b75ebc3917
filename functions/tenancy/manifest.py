"""Everything that a city owns, anywhere, by name. An export, a move or a deletion that follows this list
forgets nothing; a test fails when something is created that it does not name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from functions.core import keys
from functions.core.settings import settings
from functions.sensing import provisioning


@dataclass(frozen=True)
class Owned:
    """``kind`` is the service's word for it; ``name`` a regular expression of the whole name; ``holds`` what
    is in it."""

    kind: str
    name: str
    holds: str


def owned(city_id: str) -> list[Owned]:
    """All that belongs to a city."""
    exact, names = re.escape(city_id), provisioning.names(city_id)
    return [
        Owned(
            "dynamodb:table",
            re.escape(settings().city_table_prefix + city_id),
            "all records; RECORDS names them",
        ),
        Owned("s3:object", f"cities/{exact}/.+", "files handed in, the daily audit roots"),
        Owned("iot:policy", re.escape(names["policy"]), "what its devices may do"),
        Owned("iot:policy", re.escape(names["claim"]), "what certificates may do that only claim"),
        Owned("iot:thinggroup", re.escape(names["group"]), "its devices"),
        Owned("iot:thing", f"{exact}:.+", "a device; its certificates hang on it"),
        Owned("registry", re.escape(keys.registry(city_id)), "the row, the steps, the lease"),
        Owned("registry:list", exact, "its entry in the list of cities"),
    ]


# The partitions of a city's table: a regular expression of the key, and which retention of the city's file
# applies
# ("city": as long as the city is here).
RECORDS: dict[str, str] = {
    keys.CONFIG: "city",
    keys.DEFINITION: "city",
    keys.STAFF: "city",
    keys.case(".+"): "applications",
    keys.reference(".+"): "applications",
    keys.draft(".+"): "drafts",
    keys.resume(".+"): "drafts",
    keys.wallet(".+"): "uploads",
    keys.person(".+"): "applications",
    keys.contact(".+"): "applications",
    keys.one_time_code(".+"): "drafts",
    keys.letters(".+"): "applications",
    keys.counter(".+"): "drafts",
    keys.certificate(".+"): "applications",
    keys.OUTBOX: "logs",
    keys.limit(".+"): "logs",
    keys.USAGE: "city",
    keys.HELPED: "logs",
    keys.HELPED_WORDS: "logs",
    keys.device(".+"): "readings",
    keys.log(".+"): "readings",
    keys.device_label(".+"): "city",
    keys.SHARDS: "city",
    keys.INSTALLERS: "logs",
    keys.CLAIMS: "city",
    keys.alarms(".+"): "readings",
    keys.DUE: "logs",
    keys.INCIDENTS: "incidents",
    keys.ALARM_NEWS: "logs",
    keys.ALARM_MAIL: "city",
    keys.SOS_TESTS: "logs",
    keys.sos(".+"): "readings",
    keys.commands(".+"): "readings",
    keys.chain("[^#]+", ".+"): "audit",
    keys.REFUSED: "logs",
    keys.SOURCES: "city",
    keys.source(".+"): "logs",
    keys.source_seen(".+", ".+"): "logs",
    keys.API_KEYS: "city",
    keys.WEBHOOKS: "city",
    "CHANGES#.+": "logs",
    keys.api_request(".+", ".+"): "logs",
    keys.delivery(".+"): "logs",
}


def claims(city_id: str, kind: str, name: str) -> bool:
    """Whether the manifest names a thing."""
    return any(one.kind == kind and re.fullmatch(one.name, name) for one in owned(city_id))


def record_kind(partition: str) -> str | None:
    """The retention that applies to a record, by its partition key; None for one that the manifest does not
    name."""
    return next((kind for pattern, kind in RECORDS.items() if re.fullmatch(pattern, partition)), None)

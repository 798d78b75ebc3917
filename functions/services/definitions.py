"""Every version of a service that ever went live, by its digest: what a case or a draft began with stays what
it is.

A city's table: ``DEFINITION``/<digest>, gzipped JSON, written when a configuration goes live and never
changed; kept as long as the city, since cases point to it."""

from __future__ import annotations

import gzip
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist

from functions.core import keys
from functions.core.city import City
from functions.core.store import CityModel

KEEP = 128
_lock = threading.Lock()
_kept: OrderedDict[tuple[str, str], dict[str, Any]] = OrderedDict()


class DefinitionItem(CityModel):
    """One version of a service."""

    service = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False)


def definition_of(city: City, service_id: str, digest: str) -> dict[str, Any] | None:
    """The version with this digest: the present one without a call, an earlier one with one call, which is
    then kept in the process. None when it was never live here. The city's scope is open."""
    present = city.service(service_id)
    if present is not None and present.get("digest") == digest:
        return present
    key = (city.id, digest)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = _read(digest) if digest else None
    if found is not None:
        with _lock:
            _kept[key] = found
            while len(_kept) > KEEP:
                _kept.popitem(last=False)
    return found


def definition_for_case(city: City, service_id: str, digest: str) -> dict[str, Any] | None:
    """What a case is shown with: its own version, else the present one; None when there is neither."""
    return definition_of(city, service_id, digest) or city.service(service_id)


def _read(digest: str) -> dict[str, Any] | None:
    try:
        item = DefinitionItem.get(keys.DEFINITION, digest)
    except DoesNotExist:
        return None
    definition: dict[str, Any] = json.loads(gzip.decompress(item.body))
    return definition


def keep(services: Mapping[str, Mapping[str, Any]]) -> int:
    """Store the versions of a configuration that are not stored yet; answers how many. The city's scope is
    open."""
    wanted = {str(one["digest"]): (key, one) for key, one in services.items() if one.get("digest")}
    missing = set(wanted) - _stored(wanted)
    with DefinitionItem.batch_write() as batch:
        for digest in sorted(missing):
            service_id, definition = wanted[digest]
            packed = json.dumps(definition, ensure_ascii=False, separators=(",", ":")).encode()
            body = gzip.compress(packed, mtime=0)
            batch.save(DefinitionItem(keys.DEFINITION, digest, service=service_id, body=body))
    return len(missing)


def _stored(digests: Iterable[str]) -> set[str]:
    found = DefinitionItem.batch_get(
        [(keys.DEFINITION, digest) for digest in digests], attributes_to_get=["pk", "sk"]
    )
    return {item.sk for item in found}


def forget() -> None:
    """Drop what the process keeps: in tests."""
    with _lock:
        _kept.clear()

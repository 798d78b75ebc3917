"""The catalogue of device profiles, templates/devices/*.yaml. ``load`` reads a file with all it says;
``for_city`` is what functions use, and is packed as one JSON file where they run.

What all profiles have in common stands once, in templates/devices/shared/standard.yaml, and is added here."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from functions.core import paths
from functions.sensing.units import UNITS, ucum

Raw = dict[str, Any]
PACKED = "catalogue.json"
CATALOGUE_ONLY = ("samples", "omitted", "health", "stage")


def folder() -> Path:
    """Where the profiles' files are."""
    return paths.templates() / "devices"


def profile_ids() -> list[str]:
    """Ids of the profiles that ship."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


@lru_cache(maxsize=64)
def load(profile_id: str) -> Raw:
    """A profile as plain JSON, with what the standard adds; ``quantities`` maps a metric to unit, names,
    range, precision and public. Nobody changes it.

    Raises KeyError for an unknown profile, ValueError for a file that is not one."""
    if profile_id not in profile_ids():
        raise KeyError(profile_id)
    from functions.sensing.schema_profile import Profile

    profile = Profile.model_validate(complete(_read(folder() / f"{profile_id}.yaml"))).model_dump()
    if profile["id"] != profile_id:
        raise ValueError(f"the file {profile_id}.yaml describes {profile['id']}")
    return profile


def load_all() -> dict[str, Raw]:
    """Every profile that ships, by id."""
    return {profile_id: load(profile_id) for profile_id in profile_ids()}


@lru_cache(maxsize=64)
def for_city(profile_id: str) -> Raw:
    """A profile as a city's configuration carries it: without the samples and notes of the catalogue, and
    without the keys of its parts that say nothing. Nobody changes it. Raises KeyError."""
    packed = _packed()
    if packed is not None:
        found: Raw = packed[profile_id]
        return found
    profile = load(profile_id)
    return {key: _lean(value) for key, value in profile.items() if key not in CATALOGUE_ONLY}


def pack() -> str:
    """The text of the packed catalogue: every profile as :func:`for_city` gives it."""
    return json.dumps({name: for_city(name) for name in profile_ids()}, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=1)
def _packed() -> Raw | None:
    path = folder() / PACKED
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _lean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lean(inner) for key, inner in value.items() if inner is not None}
    return [_lean(inner) for inner in value] if isinstance(value, list) else value


def complete(written: Any) -> Any:
    """A profile as its file has it, with the standard's quantities, rules and UCUM codes. What is no profile
    comes back as it is, for the schema to say so."""
    if not _has_shape(written):
        return written
    profile = copy.deepcopy(written)
    standard = _standard()
    quantities: Raw = profile["quantities"]
    for name in profile.get("health", ()):
        quantities.setdefault(name, copy.deepcopy(standard["health"].get(name, {})))
    for quantity in quantities.values():
        if quantity.get("ucum") is None and quantity.get("unit") in UNITS:
            quantity["ucum"] = ucum(quantity["unit"])
    own = {rule.get("id") for rule in profile.setdefault("rules", [])}
    profile["rules"] += [rule for rule in _rules(quantities) if rule["id"] not in own]
    return profile


def _has_shape(written: Any) -> bool:
    parts = written.get("quantities") if isinstance(written, dict) else None
    rules = written.get("rules", []) if isinstance(written, dict) else None
    return (
        isinstance(parts, dict)
        and all(isinstance(quantity, dict) for quantity in parts.values())
        and isinstance(rules, list)
        and all(isinstance(rule, dict) for rule in rules)
        and isinstance(written.get("health", []), list)
    )


def _rules(quantities: Raw) -> list[Raw]:
    rules = _standard()["rules"]
    found = [{"id": "offline", **rules["offline"]}]
    if "battery" in quantities:
        found.append({"id": "battery-low", **rules["battery-low"]})
    for metric, quantity in quantities.items():
        plain = not quantity.get("role") and any(quantity.get(key) for key in ("range", "step", "stuck"))
        if plain:
            names = quantity.get("names") or {}
            title = {
                lang: words.replace("{name}", str(names.get(lang, metric)))
                for lang, words in rules["faulty"]["title"].items()
            }
            found.append({"id": f"faulty-{metric}"[:32], **rules["faulty"], "metric": metric, "title": title})
    return copy.deepcopy(found)


@lru_cache(maxsize=1)
def _standard() -> Raw:
    standard: Raw = _read(folder() / "shared" / "standard.yaml")
    return standard


def _read(path: Path) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def sample_messages(profile: Raw, sample: Raw) -> list[tuple[int, dict[str, float]]]:
    """A sample's messages in order of time: seconds from its start, and value by metric."""
    usual = profile["cadence"] or profile["heartbeat"]
    messages = [
        (row["at"] + number * (row["every"] or usual), _values(row, number))
        for row in sample["rows"]
        for number in range(row["times"])
    ]
    return sorted(messages, key=lambda message: message[0])


def _values(row: Raw, number: int) -> dict[str, float]:
    share = number / max(1, row["times"] - 1)
    return {
        metric: round(value[0] + (value[1] - value[0]) * share, 6) if isinstance(value, list) else value
        for metric, value in row["v"].items()
    }

"""What a device profile's file must mean beside its shape: every name that it uses exists, every limit lies
within what the sensor measures, every text has both languages, and its samples prove its rules.

A check is a generator of (path in the file, sentence); its code is its name with hyphens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from functions.core import paths
from functions.core.i18n import LANGUAGES
from functions.sensing import profiles
from functions.sensing.rules.build import waits_for
from functions.sensing.schema_rules import Hours, minutes_of
from functions.sensing.sources.payload import quantity_of
from functions.sensing.units import UNITS, convert
from functions.tenancy.lint_base import Finding
from functions.tenancy.source import Path, Refused, Source, read

Found = Iterator[tuple[Path, str]]
Profile = Mapping[str, Any]
Check = Callable[[Profile], Found]
WIDTHS = {"8": 1, "16": 2, "24": 3, "32": 4}
RESERVED = {"n", "u", "v", "t", "ts", "s", "ut"}  # words of messages, never names of quantities


def check_file(name: str, content: bytes) -> list[Finding]:
    """Everything that is wrong with a profile's file, in its order. Raises Refused for a file that is no
    profile at all."""
    from functions.sensing.schema_profile import Profile as Shape
    from functions.tenancy.loader import check_shape

    source = read(name, content)
    source.data = profiles.complete(source.data)
    return _findings(check_shape(Shape, source).model_dump(), source)


def _findings(profile: Profile, source: Source) -> list[Finding]:
    found = [
        Finding(source.place(path), check.__name__.replace("_", "-"), "error", sentence)
        for check in CHECKS
        for path, sentence in check(profile)
    ]
    return sorted(found)


def show(name: str, content: bytes) -> list[str]:
    """The findings as lines for a terminal; a file that is no profile is one of them."""
    try:
        return [finding.show(name) for finding in check_file(name, content)]
    except Refused as error:
        return [str(error)]


def text_missing(profile: Profile) -> Found:
    """Every text in every language of the product."""
    for path, texts in _texts(profile, ()):
        for language in LANGUAGES:
            if not str(texts.get(language, "")).strip():
                yield path, f'there is no text in "{language}"'


def _texts(part: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if isinstance(part, dict):
        if "en" in part or any(language in part for language in LANGUAGES):
            yield path, part
            return
        for key, inner in part.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from _texts(inner, (*path, number))


def unit_unknown(profile: Profile) -> Found:
    """Units are those of the table, and their UCUM codes too."""
    for metric, quantity in profile["quantities"].items():
        unit, path = quantity["unit"], ("quantities", metric, "unit")
        if unit not in UNITS:
            yield path, f'"{unit}" is no unit of functions/sensing/units.py'
        elif quantity["ucum"] != UNITS[unit].ucum:
            yield path, f'the UCUM code of {unit} is "{UNITS[unit].ucum}", not "{quantity["ucum"]}"'


def icon_unknown(profile: Profile) -> Found:
    """Icons are those that are drawn in templates/pages/macros/device_icon.html."""
    if profile["icon"] not in icons():
        yield ("icon",), f'there is no icon "{profile["icon"]}"; there are: {", ".join(sorted(icons()))}'


def name_unclear(profile: Profile) -> Found:
    """A SenML name that ends in a quantity is that quantity's; words of messages are no quantities."""
    for metric in profile["quantities"]:
        if quantity_of(f"urn:dev:x:{metric}", profile["quantities"]) != metric or metric in RESERVED:
            yield ("quantities", metric), f'"{metric}" can be taken for something else in a message'


def rule_repeated(profile: Profile) -> Found:
    """Rules are told apart by their id."""
    seen: set[str] = set()
    for number, rule in enumerate(profile["rules"]):
        if rule["id"] in seen:
            yield ("rules", number, "id"), f'"{rule["id"]}" stands here a second time'
        seen.add(rule["id"])


def rule_without_quantity(profile: Profile) -> Found:
    """A rule looks at a quantity of the profile; ``both`` at two other rules that are judged by readings."""
    judged = {rule["id"] for rule in profile["rules"] if not rule["both"] and not rule["missing"]}
    for number, rule in enumerate(profile["rules"]):
        metric = rule["metric"]
        if metric is not None and metric not in profile["quantities"]:
            yield ("rules", number, "metric"), f'the profile has no quantity "{metric}"'
        units = {quantity["unit"] for quantity in profile["quantities"].values()}
        if rule["area"] and not {"lat", "lon"} <= units:
            yield ("rules", number, "area"), "the profile does not measure latitude and longitude"
        if rule["faulty"] and metric is None:
            yield ("rules", number), "a rule about faulty readings names the quantity"
        for other in rule["both"] or ():
            if other not in judged:
                yield ("rules", number, "both"), f'there is no rule "{other}" that looks at readings'


def limit_out_of_range(profile: Profile) -> Found:
    """A limit that the sensor cannot measure never raises, or never clears."""
    for number, rule in enumerate(profile["rules"]):
        low, high = (profile["quantities"].get(rule["metric"]) or {}).get("range") or (None, None)
        if low is None or high is None:
            continue
        levels = [level["above"] if level["below"] is None else level["below"] for level in rule["levels"]]
        for value in (*levels, *([rule["clear"]] if levels else ())):
            if not low <= value <= high:
                yield ("rules", number), f"{value:g} is outside the range of {rule['metric']}"
        rate = rule["rate"]
        if rate and not rate["percent"] and rate["by"] > high - low:
            yield ("rules", number, "rate"), f"{rule['metric']} cannot change by {rate['by']:g}"


def stage_missing(profile: Profile) -> Found:
    """Samples play somewhere: what rules ask of a device's place and of the city's areas is said there."""
    stage = profile["stage"]
    for number, rule in enumerate(profile["rules"]):
        need = waits_for(rule, bool(stage["place"]), stage["areas"])
        if need:
            yield ("rules", number), f"the samples cannot prove this rule: the stage has no {need}"


def hours_too_short(profile: Profile) -> Found:
    """Hours that are compared hold at least four readings."""
    cadence = profile["cadence"] or profile["heartbeat"]
    for number, rule in enumerate(profile["rules"]):
        hours = (rule["usual"] or {}).get("hours")
        if hours and minutes_of(Hours.model_validate(hours)) * 60 < 4 * cadence:
            yield ("rules", number, "usual"), f"the hours must last {4 * cadence} seconds at least"


def basis_missing(profile: Profile) -> Found:
    """Who reads an inactive rule must see what is to be confirmed."""
    for number, rule in enumerate(profile["rules"]):
        if not rule["active"] and not rule["basis"].strip():
            yield ("rules", number), f'the rule "{rule["id"]}" is not active and has no basis'


def command_unknown(profile: Profile) -> Found:
    """A rule's command is one of the profile with a value that the device takes."""
    for number, rule in enumerate(profile["rules"]):
        told = rule["command"]
        if not told or told["of"]:
            continue
        command = profile["commands"].get(told["name"])
        path = ("rules", number, "command")
        if command is None:
            yield path, f'the profile has no command "{told["name"]}"'
        elif command["values"] is not None and told["value"] not in command["values"]:
            yield path, f'"{told["value"]}" is no value of the command "{told["name"]}"'
    for name, command in profile["commands"].items():
        if (command["values"] is None) == (command["range"] is None):
            yield ("commands", name), "a command has either values or a range"


def health_unclear(profile: Profile) -> Found:
    """Somebody who needs help must be heard; what is personal is kept as such."""
    quantities = profile["quantities"].values()
    if profile["emergency"] and profile["lane"] != "urgent":
        yield ("lane",), "an emergency profile is in the urgent lane"
    if profile["emergency"] and not any(rule["kind"] == "sos" for rule in profile["rules"]):
        yield ("rules",), "an emergency profile has a rule of the kind sos"
    if any(quantity["personal"] for quantity in quantities) and profile["retention"] != "personal":
        yield ("retention",), "the profile has personal quantities, so its readings are kept as personal"


def decoder_impossible(profile: Profile) -> Found:
    """Byte maps name quantities, and stay within the payload and the number."""
    for number, decoder in enumerate(profile["decoders"]):
        for place, field in enumerate(decoder["fields"]):
            path: Path = ("decoders", number, "fields", place)
            width = WIDTHS[field["type"][1:]]
            if field["metric"] not in profile["quantities"]:
                yield path, f'the profile has no quantity "{field["metric"]}"'
            size = decoder["blocks"].get(field["block"]) if field["block"] else decoder["length"]
            if field["block"] and size is None:
                yield path, f'there is no block "{field["block"]}"'
            if size is not None and field["byte"] + width > size:
                yield path, f"the field ends behind the {size} bytes that there are"
            first, count = field["bits"] or (0, 1)
            if count < 1 or first < 0 or first + count > 8 * width:
                yield path, f"the bits lie outside a number of {8 * width}"


def mapping_impossible(profile: Profile) -> Found:
    """Mappings name quantities, and units that can become the quantity's."""
    for number, mapping in enumerate(profile["mappings"]):
        for place, field in enumerate(mapping["fields"]):
            path: Path = ("mappings", number, "fields", place)
            quantity = profile["quantities"].get(field["metric"])
            if quantity is None:
                yield path, f'the profile has no quantity "{field["metric"]}"'
            elif convert(1.0, field["unit"], quantity["unit"]) is None:
                yield path, f"{field['unit']} cannot become {quantity['unit']}"


def attribute_unknown(profile: Profile) -> Found:
    """The model's mapping names quantities; without a model it says what to use instead."""
    model = profile["model"]
    for metric in model["attributes"]:
        if metric not in profile["quantities"]:
            yield ("model", "attributes", metric), f'the profile has no quantity "{metric}"'
    if model["name"] is None and not model["note"].strip():
        yield ("model",), "without a model, the note says why or what to use"


def sample_unsound(profile: Profile) -> Found:
    """Samples name quantities and rules; the alarming one raises and clears, the faulty one is marked."""
    judged = {rule["id"] for rule in profile["rules"] if not rule["both"] and not rule["missing"]}
    silent = {rule["id"] for rule in profile["rules"] if rule["silent"]}
    if sorted(sample["id"] for sample in profile["samples"]) != ["alarming", "faulty", "normal"]:
        yield ("samples",), "there is one sample of each: normal, alarming, faulty"
    for number, sample in enumerate(profile["samples"]):
        path, expect = ("samples", number), sample["expect"]
        for row in sample["rows"]:
            for metric in row["v"].keys() - profile["quantities"].keys():
                yield (*path, "rows"), f'the profile has no quantity "{metric}"'
        for rule in {*expect["raises"], *expect["active"]} - judged:
            yield (*path, "expect"), f'there is no rule "{rule}" that looks at readings'
        if sample["id"] == "normal" and set(expect["raises"]) - silent:
            yield (*path, "expect"), "the normal sample raises nothing"
        if sample["id"] == "alarming" and (not expect["raises"] or expect["active"]):
            yield (*path, "expect"), "the alarming sample raises something, and all of it clears again"
        if sample["id"] == "faulty" and not sample["marks"]:
            yield (*path, "marks"), "the faulty sample says which marks its readings get"


def rule_unproved(profile: Profile) -> Found:
    """Every rule of the profile's own that looks at readings is raised by a sample."""
    raised = {rule for sample in profile["samples"] for rule in sample["expect"]["raises"]}
    for number, rule in enumerate(profile["rules"]):
        own = any(rule[kind] for kind in ("levels", "rate", "usual", "area")) and rule["id"] != "battery-low"
        if own and rule["id"] not in raised:
            yield ("rules", number), f'no sample raises the rule "{rule["id"]}"'


@lru_cache(maxsize=1)
def icons() -> frozenset[str]:
    """The icons that are drawn."""
    drawn = paths.templates() / "pages" / "macros" / "device_icon.html"
    return frozenset(re.findall(r'if id == "([a-z-]+)"', drawn.read_text(encoding="utf-8")))


CHECKS: tuple[Check, ...] = (
    text_missing,
    unit_unknown,
    icon_unknown,
    name_unclear,
    rule_repeated,
    rule_without_quantity,
    limit_out_of_range,
    stage_missing,
    hours_too_short,
    basis_missing,
    command_unknown,
    health_unclear,
    decoder_impossible,
    mapping_impossible,
    attribute_unknown,
    sample_unsound,
    rule_unproved,
)

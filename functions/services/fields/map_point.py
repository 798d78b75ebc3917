"""A place on the map: in words, and by coordinates that are typed, taken from a click or from the device."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from functions.core.i18n import N_, t
from functions.services.domain import Field
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed, wrong
from functions.services.fields.reading import line, plain
from functions.services.fields.texts import too_long

PARTS = ("text", "lat", "lon")
LABELS = {
    "text": N_("Address, or what is nearby"),
    "lat": N_("Latitude, if you know it"),
    "lon": N_("Longitude, if you know it"),
}
MARGIN = 0.1  # how far outside the city's box, as a share of it, a point still counts: boxes are rough
PLACES = 6  # digits kept of a coordinate: about 0.1 m
_DEGREES = re.compile(
    r"(?P<sign>[-+NSEW北南东西])?(?P<degrees>\d{1,3}(?:[.,]\d+)?)°?"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)['′分])?(?:(?P<seconds>\d{1,2}(?:\.\d+)?)(?:\"|″|''|秒))?(?P<end>[NSEW北南东西])?"
)


def read_degrees(text: str) -> float | None:
    """Degrees of `39.9042`, `39,9042`, `39°54'15"N`, `北纬39.9`; None when it is none."""
    text = plain(text).upper().replace(" ", "").replace("纬", "").replace("经", "").replace("度", "°")
    found = _DEGREES.fullmatch(text.replace("\u2212", "-"))
    if not found:
        return None
    value = float(found["degrees"].replace(",", "."))
    value += float(found["minutes"] or 0) / 60 + float(found["seconds"] or 0) / 3600
    below = (found["sign"] or found["end"] or "") in ("-", "S", "W", "南", "西")
    return round(-value if below else value, PLACES) + 0.0


class MapPoint(Kind):
    """Kept as `{"lat", "lon", "text"?}` in WGS 84 degrees, or as `{"text"}` alone: nobody has to know
    coordinates, and without a script there is no map to click."""

    component = "map"
    missing = N_("Say where it is")

    def parts(self, question: Field, rules: Rules) -> Sequence[str]:
        return PARTS

    def check(self, question: Field, typed: Typed, rules: Rules) -> Answer:
        said = line(typed[f"{question.id}-text"])
        typed = self._taken_apart(question, typed)
        given = {part: typed[f"{question.id}-{part}"].strip() for part in ("lat", "lon")}
        problems = [too_long(said, question.max_length, f"{question.id}-text")]
        value: dict[str, Any] = {}
        if any(given.values()):
            problems += [self._problem(question, part, given[part]) for part in ("lat", "lon")]
            if not any(problems):
                value = {part: read_degrees(text) for part, text in given.items()}
                problems.append(_outside(value, rules, f"{question.id}-lat"))
        found = [problem for problem in problems if problem]
        return wrong(*found) if found else (value | ({"text": said} if said else {}), ())

    def _taken_apart(self, question: Field, typed: Typed) -> Typed:
        """Both coordinates in one box, as maps copy them: `39.9042, 116.4074`."""
        lat, lon = f"{question.id}-lat", f"{question.id}-lon"
        pair = [part for part in re.split(r"[,;，；\s]+", plain(typed[lat])) if part]
        return typed | {lat: pair[0], lon: pair[1]} if len(pair) == 2 and not typed[lon].strip() else typed

    def _problem(self, question: Field, part: str, text: str) -> Problem | None:
        value, most = read_degrees(text), 90 if part == "lat" else 180
        if value is not None and abs(value) <= most:
            return None
        message = (
            N_("Enter a latitude between -90 and 90")
            if part == "lat"
            else N_("Enter a longitude between -180 and 180")
        )
        return Problem("format", message, part=f"{question.id}-{part}")

    def shown(self, question: Field, value: Any, rules: Rules) -> Typed:
        return {f"{question.id}-{part}": _written(value.get(part)) for part in PARTS}

    def display(self, question: Field, value: Any, currency: str) -> str:
        point = f"{value['lat']:.5f}, {value['lon']:.5f}" if "lat" in value else ""
        return "\n".join(part for part in (str(value.get("text", "")), point) if part)

    def export(self, question: Field, value: Any, currency: str) -> dict[str, str]:
        return {f"{question.id}-{part}": _written((value or {}).get(part)) for part in PARTS}

    def input_view(self, question: Field, part: str, rules: Rules) -> dict[str, Any]:
        return super().input_view(question, part, rules) | {
            "label": t(LABELS[part]),
            "width": "" if part == "text" else "govuk-input--width-10",
            "inputmode": None,
            "autocomplete": question.autocomplete if part == "text" else None,
        }

    def view(self, question: Field, typed: Typed, rules: Rules) -> dict[str, Any]:
        return super().view(question, typed, rules) | {"bbox": rules.bbox, "centre": rules.centre}


def _written(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.{PLACES}f}".rstrip("0").rstrip(".") if isinstance(value, int | float) else str(value)


def _outside(point: dict[str, Any], rules: Rules, name: str) -> Problem | None:
    if len(rules.bbox) != 4:
        return None
    west, south, east, north = rules.bbox
    wide, high = (east - west) * MARGIN, (north - south) * MARGIN
    inside = west - wide <= point["lon"] <= east + wide and south - high <= point["lat"] <= north + high
    return None if inside else Problem("check", N_("This place is outside the city"), part=name)

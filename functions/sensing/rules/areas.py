"""How far a point lies outside an area. Points are (latitude, longitude) in degrees (WGS 84), distances
metres on a sphere: within a city they are right to half a per cent.

An area is a circle (``circle: {lat, lon, radius}``), a polygon (``polygon: [[lat, lon], ...]``, closed by
itself, even-odd where it crosses itself) or a strip along a line (``line: [[lat, lon], ...]``,
``radius``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, inf, pi, radians, sqrt
from typing import Any

from functions.sensing.geometry import EARTH_M, Point, distance

DEGREE_M = EARTH_M * pi / 180

Area = Mapping[str, Any]


def outside(areas: Sequence[Area], point: Point) -> float:
    """Metres to the nearest of some areas; less than 0 inside one, then to its edge."""
    return min((_outside(area, point) for area in areas), default=inf)


def _outside(area: Area, point: Point) -> float:
    if area.get("circle"):
        circle = area["circle"]
        return distance((circle["lat"], circle["lon"]), point) - float(circle["radius"])
    if area.get("line"):
        return _along(area["line"], point)[0] - float(area["radius"])
    corners = area["polygon"]
    away, odd = _along([*corners, corners[0]], point)
    return -away if odd else away


def _along(points: Sequence[Sequence[float]], middle: Point) -> tuple[float, bool]:
    """Metres from a point to the nearest piece of a line, on a map that is true near the point, also over the
    date line; and whether a way from it to the east crosses the line an odd number of times, which is to be
    inside when the line is closed. One pass without calls: this runs for every position of every device."""
    lat, lon = middle
    narrow = cos(radians(lat))
    least, odd = inf, False
    x = y = 0.0
    for number, (to_lat, to_lon) in enumerate(points):
        x2, y2 = ((to_lon - lon + 180) % 360 - 180) * narrow, to_lat - lat
        if number:
            east, north = x2 - x, y2 - y
            along, length = -(x * east + y * north), east * east + north * north
            if along <= 0 or not length:
                away = x * x + y * y
            elif along >= length:
                away = x2 * x2 + y2 * y2
            else:
                across = x * north - y * east
                away = across * across / length
            if away < least:
                least = away
            if (y > 0) != (y2 > 0) and x - east * y / north > 0:
                odd = not odd
        x, y = x2, y2
    return sqrt(least) * DEGREE_M, odd

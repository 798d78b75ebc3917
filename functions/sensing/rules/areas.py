"""How far a point lies outside an area. Points are (latitude, longitude) in degrees (WGS 84), distances
metres on a sphere: within a city they are right to half a per cent.

An area is a circle (``circle: {lat, lon, radius}``), a polygon (``polygon: [[lat, lon], ...]``, closed by
itself, even-odd where it crosses itself) or a strip along a line (``line: [[lat, lon], ...]``,
``radius``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import asin, cos, hypot, inf, pi, radians, sin, sqrt
from typing import Any

EARTH_M = 6_371_008.8  # mean radius (IUGG)
DEGREE_M = EARTH_M * pi / 180

Area = Mapping[str, Any]
Point = tuple[float, float]


def distance(one: Point, other: Point) -> float:
    """Metres between two points along the great circle (haversine)."""
    lat, lat2 = radians(one[0]), radians(other[0])
    east = radians(other[1] - one[1])
    chord = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin(east / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(chord)))


def outside(areas: Sequence[Area], point: Point) -> float:
    """Metres to the nearest of some areas; less than 0 inside one, then to its edge."""
    return min((_outside(area, point) for area in areas), default=inf)


def _outside(area: Area, point: Point) -> float:
    if area.get("circle"):
        circle = area["circle"]
        return distance((circle["lat"], circle["lon"]), point) - float(circle["radius"])
    if area.get("line"):
        return _to_edge(_around(area["line"], point)) - float(area["radius"])
    corners = _around(area["polygon"], point)
    ring = [*corners, corners[0]]
    away = _to_edge(ring)
    return -away if _holds(ring) else away


def _around(points: Sequence[Sequence[float]], middle: Point) -> list[tuple[float, float]]:
    """Metres to the east and to the north of a point: a map that is true near it, also over the date line."""
    lat, lon = middle
    narrow = cos(radians(lat)) * DEGREE_M
    return [(((one[1] - lon + 180) % 360 - 180) * narrow, (one[0] - lat) * DEGREE_M) for one in points]


def _to_edge(corners: Sequence[tuple[float, float]]) -> float:
    """Metres from the origin to the nearest piece of a line."""
    return min(_to_piece(one, other) for one, other in pairwise(corners))


def _to_piece(one: tuple[float, float], other: tuple[float, float]) -> float:
    (x, y), (east, north) = one, (other[0] - one[0], other[1] - one[1])
    length = east * east + north * north
    share = min(1.0, max(0.0, -(x * east + y * north) / length)) if length else 0.0
    return hypot(x + share * east, y + share * north)


def _holds(ring: Sequence[tuple[float, float]]) -> bool:
    """Whether the origin lies within: a line from it to the east crosses the edge an odd number of times."""
    odd = False
    for (x, y), (x2, y2) in pairwise(ring):
        if (y > 0) != (y2 > 0) and x + (x2 - x) * -y / (y2 - y) > 0:
            odd = not odd
    return odd

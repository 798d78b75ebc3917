"""Distances on the ground. Points are (latitude, longitude) in degrees (WGS 84)."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_M = 6_371_008.8  # mean radius (IUGG)
Point = tuple[float, float]


def distance(one: Point, other: Point) -> float:
    """Metres between two points along the great circle of a sphere (haversine): right to half a per cent."""
    lat, lat2 = radians(one[0]), radians(other[0])
    east = radians(other[1] - one[1])
    chord = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin(east / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(chord)))

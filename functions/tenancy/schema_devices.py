"""Sensors: the city's devices, its alarm rules, and what it decided about the rules of device profiles."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from functions.sensing.schema_rules import AlarmRule
from functions.tenancy.schema_base import Identifier, Part, Point, Sentence, Texts


class Thing(Part):
    """One device. Its MQTT name is ``<city>:<thing>``."""

    thing: Identifier
    profile: Identifier = Field(description="a file of templates/devices/")
    names: Texts
    place: Point | None = None


Corner = Annotated[list[float], Field(min_length=2, max_length=2)]
CORNERS = 3000  # of all areas of a city


class Circle(Point):
    """``radius`` in metres."""

    radius: float = Field(gt=0, le=100_000)


class Area(Part):
    """A place on the map that rules about where a device is name by its ``group``. A circle, a polygon, or a
    strip of ``radius`` metres on both sides of a line. Corners are [latitude, longitude]."""

    id: Identifier
    group: Identifier = Field(description="what rules name; several areas may share it")
    names: Texts
    circle: Circle | None = None
    polygon: list[Corner] | None = Field(default=None, min_length=3, max_length=200)
    line: list[Corner] | None = Field(default=None, min_length=2, max_length=200)
    radius: float | None = Field(default=None, gt=0, le=10_000)

    @model_validator(mode="after")
    def one_shape(self) -> Area:
        """One shape, with what belongs to it, on the earth."""
        if sum(bool(shape) for shape in (self.circle, self.polygon, self.line)) != 1:
            raise ValueError("an area has exactly one of circle, polygon and line")
        if bool(self.line) != (self.radius is not None):
            raise ValueError("a line has a radius, and nothing else has")
        if any(abs(lat) > 90 or abs(lon) > 180 for lat, lon in self.corners):
            raise ValueError("a corner is [latitude, longitude] in degrees")
        return self

    @property
    def corners(self) -> list[list[float]]:
        """The points that it is drawn with; of a circle its middle."""
        return self.polygon or self.line or ([[self.circle.lat, self.circle.lon]] if self.circle else [])


class CityRule(AlarmRule):
    """An alarm rule of the city's own. It watches one thing, or every thing of a profile; without a
    department its incidents go to the department that owns the device."""

    thing: Identifier | None = None
    profile: Identifier | None = None
    department: Identifier | None = None

    @model_validator(mode="after")
    def one_of_each(self) -> CityRule:
        """A rule has one thing or one profile."""
        if (self.thing is None) == (self.profile is None):
            raise ValueError("a rule names either a thing or a profile")
        return self


class Confirmed(Part):
    """A rule of a profile whose limit the city has compared with what holds in its country: it works from
    now on."""

    profile: Identifier
    rule: Identifier
    source: Sentence = Field(description="the law, standard or decision that the limit was compared with")


class Off(Part):
    """A rule of a profile that the city does not want."""

    profile: Identifier
    rule: Identifier


class Sensors(Part):
    devices: list[Thing] = Field(default=[], max_length=2000)
    areas: list[Area] = Field(default=[], max_length=200)
    rules: list[CityRule] = Field(default=[], max_length=200)
    confirmed: list[Confirmed] = Field(default=[], max_length=400)
    off: list[Off] = Field(default=[], max_length=400)

    @model_validator(mode="after")
    def areas_of_a_size(self) -> Sensors:
        """What every function reads with the city's configuration stays small."""
        if sum(len(area.corners) for area in self.areas) > CORNERS:
            raise ValueError(f"all areas together have at most {CORNERS} corners; draw them simpler")
        return self

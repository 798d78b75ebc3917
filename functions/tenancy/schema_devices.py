"""Sensors: the city's devices and the threshold rules that turn a reading into an incident."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from functions.tenancy.schema_base import Identifier, Part, Point, Texts

Severity = Literal["low", "medium", "high", "critical"]


class Thing(Part):
    """One device. Its MQTT name is ``<city>:<thing>``."""

    thing: Identifier
    profile: Identifier = Field(description="a file of templates/devices/")
    names: Texts
    place: Point | None = None


class ThresholdRule(Part):
    """Opens an incident when ``readings`` values in a row are above (or below) a limit; the alarm ends when
    a value comes back to ``clear``. It watches one thing, or every thing of a profile."""

    id: Identifier
    thing: Identifier | None = None
    profile: Identifier | None = None
    metric: Identifier
    above: float | None = None
    below: float | None = None
    clear: float
    readings: int = Field(default=1, ge=1, le=100)
    severity: Severity
    department: Identifier
    title: Texts

    @model_validator(mode="after")
    def one_of_each(self) -> ThresholdRule:
        """A rule has one thing or one profile, and one of above and below."""
        if (self.thing is None) == (self.profile is None):
            raise ValueError("a rule names either a thing or a profile")
        if (self.above is None) == (self.below is None):
            raise ValueError("a rule has either above or below")
        return self


class Sensors(Part):
    devices: list[Thing] = Field(default=[], max_length=2000)
    rules: list[ThresholdRule] = Field(default=[], max_length=200)

"""Sensors: the city's devices, its alarm rules, and what it decided about the rules of device profiles."""

from __future__ import annotations

from pydantic import Field, model_validator

from functions.sensing.schema_rules import AlarmRule
from functions.tenancy.schema_base import Identifier, Part, Point, Sentence, Texts


class Thing(Part):
    """One device. Its MQTT name is ``<city>:<thing>``."""

    thing: Identifier
    profile: Identifier = Field(description="a file of templates/devices/")
    names: Texts
    place: Point | None = None


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
    rules: list[CityRule] = Field(default=[], max_length=200)
    confirmed: list[Confirmed] = Field(default=[], max_length=400)
    off: list[Off] = Field(default=[], max_length=400)

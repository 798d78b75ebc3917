"""What all models of a city's file share: strict types, unknown keys refused, texts per language."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Language = Annotated[
    str, Field(description="BCP 47 language tag, for example en or zh-Hans", min_length=2, max_length=20)
]
Texts = Annotated[
    dict[Language, Sentence], Field(min_length=1, description="one text for each language of the city")
]
Identifier = Annotated[
    str,
    Field(min_length=1, max_length=64, json_schema_extra={"pattern": "^[a-z][a-z0-9-]*$"}),
]
Email = Annotated[str, Field(min_length=3, max_length=254, json_schema_extra={"format": "email"})]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
Days = Annotated[int, Field(ge=1, le=36600, description="whole days")]


class Part(BaseModel):
    """Base of every part of the file. Strict: ``"5"`` is not a number and ``yes`` is a text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Point(Part):
    """A place on the earth, WGS 84, decimal degrees."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)

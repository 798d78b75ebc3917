"""The shape of a device profile, templates/devices/<id>.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Texts = Annotated[dict[str, str], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Quantity(_Part):
    """``unit`` is SenML's (RFC 8428 §12.1, RFC 8798 §2 and §3); ``range`` is what the sensor can measure;
    ``precision`` the decimals that are shown; ``public`` says whether the city's page shows it.
    """

    unit: str = Field(min_length=1, max_length=16)
    names: Texts
    range: list[float] | None = Field(default=None, min_length=2, max_length=2)
    precision: int = Field(default=1, ge=0, le=6)
    public: bool = True

    @model_validator(mode="after")
    def low_before_high(self) -> Quantity:
        """The range has an extent."""
        if self.range and self.range[0] >= self.range[1]:
            raise ValueError("a range begins below its end")
        return self


class Profile(_Part):
    """What a kind of device measures. ``cadence`` is the usual time between two readings, in seconds."""

    format: Literal[1]
    id: Id
    version: int = Field(ge=1)
    names: Texts
    icon: str | None = None
    cadence: int = Field(ge=1, le=86_400)
    quantities: dict[Id, Quantity] = Field(min_length=1, max_length=16)

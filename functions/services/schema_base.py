"""The small types of which a service file is made: texts, ids, expressions, money, days."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, PlainSerializer, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,47}$")]
# a question's id is a name in expressions, so it has no hyphen
FieldId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
Text = Annotated[dict[Literal["en", "zh-Hans"], Sentence], Field(min_length=1)]
# a condition or formula (CEL)
Expression = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Days = Annotated[int, Field(ge=0, le=3660)]
Money = Annotated[int, Field(ge=0, le=100_000_000_00)]  # minor units of the city's currency
Country = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Url = Annotated[HttpUrl, PlainSerializer(str)]


class Strict(BaseModel):
    """Unknown keys and loose types are refused: `"true"` is not `true`."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
    )

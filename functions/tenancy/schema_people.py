"""Who works in the city: departments and staff."""

from __future__ import annotations

from pydantic import Field

from functions.tenancy.schema_base import Email, Identifier, Part, Sentence, Texts

ROLES = ("admin", "clerk", "operator-desk")


class Department(Part):
    """A unit that decides applications or works on incidents."""

    names: Texts
    email: Email | None = None
    phone: str | None = Field(default=None, description="international form: +1 512 555 0100")


class Member(Part):
    """A person who may sign in. Staff see only the cases of their departments; an admin needs none."""

    email: Email
    name: Sentence
    roles: list[str] = Field(min_length=1, json_schema_extra={"items": {"enum": list(ROLES)}})
    departments: list[Identifier] = Field(default_factory=list)

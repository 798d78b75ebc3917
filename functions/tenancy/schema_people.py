"""Who works in the city: departments and staff."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from functions.tenancy.schema_base import Email, Identifier, Part, Sentence, Texts

Https = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+\S*$", max_length=500)]

ROLES = ("admin", "clerk", "operator-desk", "helper")


class Department(Part):
    """A unit that decides applications or works on incidents."""

    names: Texts
    email: Email | None = None
    phone: str | None = Field(default=None, description="international form: +1 512 555 0100")


class Member(Part):
    """A person who may sign in. Staff see only the cases of their departments; an admin or a helper needs
    none."""

    email: Email
    name: Sentence
    roles: list[str] = Field(min_length=1, json_schema_extra={"items": {"enum": list(ROLES)}})
    departments: list[Identifier] = Field(default_factory=list)


class CitizenIdentity(Part):
    """A national or regional sign-in for citizens (OpenID Connect, code flow with PKCE, a public client). The
    addresses stand in its discovery document. Without it nobody reaches the assurance level ``identity``."""

    names: Texts
    issuer: Https
    authorize_url: Https
    token_url: Https
    keys_url: Https
    client_id: Sentence
    scope: Sentence = "openid"

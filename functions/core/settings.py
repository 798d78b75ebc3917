"""The environment, read once. Nothing else touches os.environ."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import lru_cache

from functions.core.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Settings:
    """One field a variable, ``TOWNKIT_`` and the upper-case name. Urls carry no slash at the end."""

    stage: str = "local"
    platform_table: str = ""
    city_table_prefix: str = ""
    city_table_arn_prefix: str = ""
    tenant_role_arn: str = ""
    files_bucket: str = ""
    files_bucket_arn: str = ""
    tasks_queue_url: str = ""
    refused_queue_url: str = ""
    readings_rule: str = ""
    urgent_rule: str = ""
    readings_queue_url: str = ""
    urgent_queue_url: str = ""
    provisioner: str = ""
    public_url: str = "http://localhost:8000"
    files_url: str = ""
    scanner: str = ""
    mail_from: str = ""
    secret_parameter: str = ""
    signin_issuer: str = ""
    signin_domain: str = ""
    signin_token_url: str = ""
    signin_jwks_url: str = ""
    signin_client_id: str = ""
    mqtt_host: str = ""
    mqtt_port: str = ""
    edge_secret_parameter: str = ""

    @property
    def local(self) -> bool:
        """The laptop's cloud: plain http, so no Secure cookies."""
        return self.stage == "local"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process. Tests call ``settings.cache_clear()`` after changing the environment."""
    env = os.environ
    given = {f.name: env[name] for f in fields(Settings) if (name := f"TOWNKIT_{f.name.upper()}") in env}
    return Settings(**given)


@lru_cache(maxsize=4)
def parameter(name: str) -> str:
    """A SecureString of the Parameter Store, read once a process with the function's own role.

    Raises Unavailable when it is not there."""
    from functions.core.aws import own_client

    if not name:
        raise Unavailable
    answer = own_client("ssm").get_parameter(Name=name, WithDecryption=True)
    return str(answer["Parameter"]["Value"])


def secret() -> str:
    """The stage's signing secret; keys of cities are derived from it (functions/web/cookies.py)."""
    return parameter(settings().secret_parameter)

"""Clients of AWS, one a service and process. Scoped clients sign with the open scope's session
(functions/core/ sessions.py); own clients sign with the function's role, which can reach no city's data."""

from __future__ import annotations

import threading
from copy import copy
from typing import Any, cast

import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials, ReadOnlyCredentials

from functions.core.scope import ScopeError, current_scope

_CONFIG = Config(connect_timeout=3, read_timeout=15, retries={"mode": "standard", "max_attempts": 4})
_PATIENT = Config(connect_timeout=3, read_timeout=60, retries={"mode": "standard", "max_attempts": 2})
_lock = threading.Lock()
_clients: dict[tuple[str, bool], Any] = {}


class ScopedCredentials(Credentials):  # type: ignore[misc]
    """Looks like plain credentials to botocore; answers with the session of whatever scope is open at
    signing."""

    def __init__(self) -> None:
        super().__init__("scoped", "scoped", "scoped", method="townkit-scope")

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """The scope's keys; raises ScopeError without a scope, so a call outside fails closed."""
        from functions.core import sessions

        return sessions.credentials(current_scope())


def _tables(params: dict[str, Any]) -> set[str]:
    names = {params["TableName"]} if "TableName" in params else set()
    names |= set(params.get("RequestItems", ()))
    for entry in params.get("TransactItems", ()):
        names |= {operation["TableName"] for operation in entry.values()}
    return names


def _guard_tables(params: dict[str, Any], **_: object) -> None:
    """A second lock besides IAM: a request that names another table than the scope's never leaves the
    process."""
    if strange := _tables(params) - {current_scope().table}:
        raise ScopeError(f"outside the scope: {sorted(strange)}")


_session: Any = None


def _base_session() -> Any:
    global _session
    if _session is None:
        _session = botocore.session.get_session()
    return _session


def _make(service: str, scoped: bool) -> Any:
    session = _base_session()
    if not scoped:
        return session.create_client(service, config=_PATIENT if service == "lambda" else _CONFIG)
    apart = copy(
        session
    )  # changing the shared one for a moment would show other threads the wrong credentials
    apart._credentials = ScopedCredentials()
    client = apart.create_client(service, config=_CONFIG)
    if service == "dynamodb":
        client.meta.events.register_first("before-parameter-build.dynamodb.*", _guard_tables)
        from functions.core import usage

        client.meta.events.register_first("provide-client-params.dynamodb.*", usage.ask_capacity)
        client.meta.events.register_last("after-call.dynamodb.*", usage.note_capacity)
    return client


def _client(service: str, scoped: bool) -> Any:
    key = (service, scoped)
    if key not in _clients:
        with _lock:  # creating a botocore client is not thread-safe
            if key not in _clients:
                _clients[key] = _make(service, scoped)
    return _clients[key]


def scoped_client(service: str) -> Any:
    """A botocore client that acts as the open scope's city."""
    return _client(service, True)


def own_client(service: str) -> Any:
    """A botocore client that acts as the function itself: queues, mail, parameters, the provisioner - no
    city's data."""
    return _client(service, False)


def own_credentials() -> ReadOnlyCredentials:
    """The function's own keys, for the platform's scope."""
    found = _base_session().get_credentials()
    return cast(ReadOnlyCredentials, found.get_frozen_credentials())


def region() -> str:
    """The region this process runs in, for signing without a client."""
    return str(_base_session().get_config_variable("region"))


def reset() -> None:
    """For tests: forget clients and the session they came from."""
    global _session
    with _lock:
        _clients.clear()
        _session = None

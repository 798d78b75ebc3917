"""Every operation of the programming interface: one table that the router, the OpenAPI document and the
proofs read. Light: nothing that does the work is imported here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from functions.api.errors import MethodRefused
from functions.core.errors import NotFound
from functions.core.i18n import N_

VERSION = "1"
ID = "[A-Za-z0-9_-]{1,64}"
BAD_KEY, BAD_SCOPE, NOT_HERE, BAD_INPUT, TOO_MANY = 401, 403, 404, 422, 429
ALWAYS = (500, 503)
OF_KEYS = (BAD_KEY, BAD_SCOPE, TOO_MANY)


@dataclass(frozen=True)
class Operation:
    """``run`` is ``module:function`` under functions/api, called with a Call; ``answer``, ``body`` and
    ``query`` name models of schemas.py; ``scope`` is what a key must have, None where none is needed;
    ``errors`` are the statuses that it may answer besides ``statuses``."""

    id: str
    method: str
    path: str
    scope: str | None
    run: str
    summary: str
    answer: str = ""
    body: str = ""
    query: str = ""
    idempotent: bool = False
    statuses: tuple[int, ...] = (200,)
    errors: tuple[int, ...] = ()

    @property
    def public(self) -> bool:
        """Anybody may read it, from any page (CORS)."""
        return self.scope is None

    @property
    def parameters(self) -> list[str]:
        """Names in the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def all_errors(self) -> tuple[int, ...]:
        """What it may answer when it does not do what was asked."""
        return tuple(sorted({*self.errors, *(() if self.public else OF_KEYS), *ALWAYS}))


OPERATIONS = (
    Operation(
        "read_openapi", "GET", "/openapi.json", None, "openapi:read_openapi",
        N_("This description of the interface (OpenAPI 3.1)"), "Anything",
    ),
    Operation(
        "list_services", "GET", "/services", None, "catalogue:list_services",
        N_("The services of the city"), "Services",
    ),
    Operation(
        "read_service", "GET", "/services/{service}", None, "catalogue:read_service",
        N_("Everything that the guide page of a service says"), "Service", errors=(NOT_HERE,),
    ),
    Operation(
        "read_answers_schema", "GET", "/services/{service}/answers-schema", None,
        "catalogue:read_answers_schema", N_("JSON Schema of the answers that a service's form takes"),
        "Anything", errors=(NOT_HERE,),
    ),
    Operation(
        "prepare_upload", "POST", "/services/{service}/uploads", "applications:submit",
        "applications:prepare_upload",
        N_("A form with which to hand in one file, before the application it belongs to"),
        "Upload", "UploadWanted", idempotent=True, statuses=(201,), errors=(NOT_HERE, 409, 415, BAD_INPUT),
    ),
    Operation(
        "submit_application", "POST", "/services/{service}/applications", "applications:submit",
        "applications:submit", N_("Send an application; the same checks as on the pages"),
        "Submitted", "NewApplication", idempotent=True, statuses=(200, 201),
        errors=(NOT_HERE, 409, 415, BAD_INPUT),
    ),
    Operation(
        "list_changes", "GET", "/changes", "cases:read", "cases:list_changes",
        N_("What changed in the cases of the key's departments, in an order that never changes"),
        "Changes", query="ChangesQuery", errors=(BAD_INPUT,),
    ),
    Operation(
        "find_case", "GET", "/cases", "cases:read", "cases:find_case",
        N_("The case with a reference; it says nothing about a person"), "FoundCase", query="CaseQuery",
        errors=(NOT_HERE, BAD_INPUT),
    ),
    Operation(
        "read_case", "GET", "/cases/{case}", "cases:read", "cases:read_case",
        N_("A case; that it was read is recorded"), "Case", errors=(NOT_HERE, 409),
    ),
    Operation(
        "read_file", "GET", "/cases/{case}/files/{file}", "cases:read", "cases:read_file",
        N_("An address of five minutes from which to fetch a document of a case; recorded, too"),
        "Download", query="DownloadQuery", errors=(NOT_HERE, 409, BAD_INPUT),
    ),
    Operation(
        "change_case", "POST", "/cases/{case}/actions", "cases:write", "cases:change_case",
        N_("Change the state of a case, as a clerk does"), "Changed", "CaseAction",
        errors=(NOT_HERE, 409, 415, BAD_INPUT),
    ),
    Operation(
        "list_webhooks", "GET", "/webhooks", "webhooks:manage", "hooks:list_webhooks",
        N_("The webhooks that this key registered"), "Webhooks",
    ),
    Operation(
        "create_webhook", "POST", "/webhooks", "webhooks:manage", "hooks:create_webhook",
        N_("Register an address that is told of every change; its secret is in this answer only"),
        "NewWebhook", "WebhookWanted", statuses=(201,), errors=(409, 415, BAD_INPUT),
    ),
    Operation(
        "delete_webhook", "DELETE", "/webhooks/{webhook}", "webhooks:manage", "hooks:delete_webhook",
        N_("Remove a webhook"), "Removed", errors=(NOT_HERE, 409),
    ),
)  # fmt: skip


def _pattern(operation: Operation) -> re.Pattern[str]:
    return re.compile(re.sub(r"{(\w+)}", rf"(?P<\1>{ID})", operation.path.replace(".", r"\.")))


_PATTERNS = [(_pattern(operation), operation) for operation in OPERATIONS]


def match(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """The operation and the values in its path (``/cases/abc``).

    Raises NotFound for an address that does not exist, MethodRefused for one that does."""
    plain, allowed = unquote(path), []
    for pattern, operation in _PATTERNS:
        if found := pattern.fullmatch(plain):
            if operation.method == method:
                return operation, found.groupdict()
            allowed.append(operation.method)
    if allowed:
        raise MethodRefused(tuple(allowed))
    raise NotFound(N_("This address does not exist"))

"""What every request of a program goes through: find the operation, let the key in, count it, do it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from functions.api.domain import Key
from functions.api.errors import KindRefused
from functions.api.operations import Operation, match
from functions.core.errors import Invalid
from functions.core.i18n import N_
from functions.web.request import PageContext
from functions.web.responses import Json

MAX_BYTES = 512 * 1024
WRONG = {
    "missing": N_("This is required"),
    "extra_forbidden": N_("This is not known here"),
}
ANYONE = Key("", "", (), (), "", "", "")  # who reads what is public


@dataclass(frozen=True)
class Call:
    """A request that was let in. ``key`` has no id where none is needed; ``values`` are those in the path."""

    ctx: PageContext
    operation: Operation
    key: Key
    values: dict[str, str]

    @property
    def request(self) -> str:
        """The Idempotency-Key: 8 to 128 visible characters. Raises Invalid."""
        text = self.ctx.headers.get("idempotency-key", "").strip()
        if not (8 <= len(text) <= 128 and text.isascii() and all("!" <= char <= "~" for char in text)):
            message = N_("Send 8 to 128 characters that you use for this one application only")
            raise Invalid({"Idempotency-Key": message})
        return text

    def body(self) -> Any:
        """The body as its model. Raises Invalid naming what is wrong, KindRefused when it is not JSON."""
        from functions.api import schemas

        return _parsed(getattr(schemas, self.operation.body), self._json())

    def query(self) -> Any:
        """The query as its model. Raises Invalid."""
        from functions.api import schemas

        return _parsed(getattr(schemas, self.operation.query), dict(self.ctx.query), strict=False)

    def _json(self) -> Any:
        kind = self.ctx.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise KindRefused
        if len(self.ctx.body) > MAX_BYTES:
            raise Invalid(message=N_("The body is too large"))
        try:
            found = json.loads(self.ctx.body, parse_constant=_refuse)
            json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError) as error:
            raise Invalid(message=N_("The body is not JSON")) from error
        return found


def _refuse(name: str) -> None:
    raise ValueError(name)


def _parsed(model: Any, raw: Any, *, strict: bool = True) -> Any:
    from pydantic import ValidationError

    try:
        return model.model_validate(raw, strict=strict)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        fields = {
            ".".join(map(str, one["loc"])) or "body": WRONG.get(one["type"], N_("This has the wrong form"))
            for one in problems[:20]
        }
        raise Invalid(fields) from None


def answer(ctx: PageContext) -> Json:
    """Serve one request. Raises the family of errors; they become documents at the edge."""
    operation, values = match(ctx.method, ctx.path.removeprefix(f"/{ctx.city.id}/api/v1"))
    key = ANYONE
    if operation.scope:
        from functions.api.service import let_in

        key = let_in(ctx, ctx.headers.get("authorization", ""), operation.scope)
        ctx.actor = key.actor
    module, _, name = operation.run.partition(":")
    result: Json = getattr(import_module(f"functions.api.{module}"), name)(Call(ctx, operation, key, values))
    if operation.public:
        result.headers.setdefault("Access-Control-Allow-Origin", "*")
        result.headers.setdefault("Cache-Control", "public, max-age=30")
    return result

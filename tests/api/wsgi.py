"""The interface as a WSGI application (PEP 3333), for clients that know nothing of a gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from chalice import Chalice

from tests.api.program import Program

Start = Callable[[str, list[tuple[str, str]]], Any]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def wsgi(app: Chalice, city: str) -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """What the gateway does: methods that are not declared never reach the function."""
    program = Program(app, city)

    def serve(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        headers = {
            name.removeprefix("HTTP_").replace("_", "-"): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or (name == "CONTENT_TYPE" and value)
        }
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        query = environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] not in METHODS or not path.startswith(f"/{city}/api/v1/"):
            start("405 Method Not Allowed", [("Allow", ", ".join(METHODS)), ("Content-Type", "text/plain")])
            return [b""]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        answer = program.raw(
            environ["REQUEST_METHOD"],
            path.replace("?", "%3F") + (f"?{query}" if query else ""),
            headers,
            body,
        )
        pairs = [
            (name, value)
            for name, values in answer.headers.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        start(f"{answer.status} {HTTPStatus(answer.status).phrase}", pairs)
        return [answer.text.encode()]

    return serve

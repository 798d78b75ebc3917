"""Browsers at the real edge: a person's, which follows forms and uploads to the storage, and single requests
with whatever cookies somebody chooses to send."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

from bs4 import BeautifulSoup
from chalice.test import Client

from tests.cases.browser import Browser
from tests.stack import Stack

FORM = "application/x-www-form-urlencoded"
LINE = "townkit-isolation"


@dataclass(frozen=True)
class Answer:
    """An answer as it came, redirects not followed."""

    status: int
    headers: dict[str, Any]
    text: str

    @property
    def location(self) -> str:
        """Where a redirect leads, or nothing."""
        return str(self.headers.get("Location") or "")

    @property
    def everything(self) -> str:
        """What a stranger could read: the page, the redirect, the cookies."""
        return "\n".join([self.text, *(str(value) for value in self.headers.values())])


@dataclass(frozen=True)
class Ask:
    """One request. ``form`` makes it a POST with a body."""

    method: str
    path: str
    cookies: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] | None = None

    @property
    def body(self) -> bytes:
        """The form as sent."""
        return urlencode(self.form).encode() if self.form is not None else b""

    @property
    def headers(self) -> dict[str, str]:
        """Cookie and content type."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        return sent | ({"Content-Type": FORM} if self.method == "POST" else {})


class Edge:
    """The deployed stack's front door."""

    def __init__(self, stack: Stack) -> None:
        self.port = stack.local.port

    def ask(self, ask: Ask) -> Answer:
        """Send one request."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        try:
            connection.request(ask.method, ask.path, ask.body or None, ask.headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        headers: dict[str, Any] = dict(answer.getheaders())
        headers["Set-Cookie"] = answer.headers.get_all("Set-Cookie") or []
        return Answer(answer.status, headers, text)


class InProcess:
    """The same application in this process, before the same cloud: for trying it with a fault built in."""

    def __init__(self, application: Any) -> None:
        self.client = Client(application)

    def ask(self, ask: Ask) -> Answer:
        """Send one request."""
        answer = self.client.http.request(ask.method, ask.path, headers=ask.headers, body=ask.body)
        headers = {**answer.headers}
        cookies = headers.get("Set-Cookie") or []
        headers["Set-Cookie"] = [cookies] if isinstance(cookies, str) else list(cookies)
        return Answer(answer.status_code, headers, answer.body.decode(errors="replace"))


class LiveBrowser(Browser):
    """A person's browser against the deployed stack."""

    def __init__(self, edge: Edge) -> None:
        super().__init__(client=None, world=None)  # type: ignore[arg-type]
        self.edge = edge

    def _send(self, method: str, address: str, body: bytes) -> Any:
        form = dict(_pairs(body)) if method == "POST" else None
        answer = self.edge.ask(Ask(method, address, self.cookies, form))
        return SimpleNamespace(status_code=answer.status, headers=answer.headers, body=answer.text)

    def upload(self, name: str, data: bytes) -> Browser:
        """Hand a file to the storage, which sends the browser back."""
        form = self.page.find("form", id="upload")
        assert form is not None
        return self.get(post_file(str(form["action"]), self.values("upload"), name, data))


def _pairs(body: bytes) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl

    return parse_qsl(body.decode(), keep_blank_values=True)


def post_file(url: str, fields: dict[str, str], name: str, data: bytes) -> str:
    """A browser's multipart form; answers where the storage redirects to."""
    parts = [_part(f'name="{field}"', value.encode()) for field, value in fields.items()]
    body = b"".join([*parts, _part(f'name="file"; filename="{name}"', data), f"--{LINE}--\r\n".encode()])
    to = urlsplit(url)
    connection = http.client.HTTPConnection(str(to.hostname), to.port, timeout=60)
    try:
        headers = {"Content-Type": f"multipart/form-data; boundary={LINE}"}
        connection.request("POST", to.path or "/", body, headers)
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    assert answer.status == 303, said[:500]
    back = urlsplit(str(answer.getheader("Location")))
    return f"{back.path}?{back.query}"


def _part(what: str, value: bytes) -> bytes:
    return f"--{LINE}\r\nContent-Disposition: form-data; {what}\r\n\r\n".encode() + value + b"\r\n"


def token_of(page: str) -> str:
    """The token in a page's forms."""
    found = BeautifulSoup(page, "html.parser").find("input", attrs={"name": "_csrf"})
    assert found is not None, "the page has no form"
    return str(found["value"])

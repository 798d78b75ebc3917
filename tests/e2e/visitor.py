"""A browser without scripts over HTTP: keeps cookies, follows redirects wherever they lead, fills in forms as
they stand in the page, hands files to the storage as its form says."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import uuid4

from bs4 import BeautifulSoup, Tag

Values = Mapping[str, str | Sequence[str]]
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Seen:
    """One page."""

    status: int
    address: str
    body: bytes

    @cached_property
    def page(self) -> BeautifulSoup:
        """The page, parsed."""
        return BeautifulSoup(self.body, "html.parser")

    @property
    def path(self) -> str:
        """Without host and query."""
        return urlsplit(self.address).path

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def heading(self) -> str:
        """The page's h1."""
        return self.page.h1.get_text(" ", strip=True) if self.page.h1 else ""

    @property
    def title(self) -> str:
        """What the tab says."""
        return self.page.title.get_text(strip=True) if self.page.title else ""

    @property
    def words(self) -> str:
        """The text of the main part."""
        return " ".join(self.page.main.get_text(" ").split()) if self.page.main else ""

    @property
    def problems(self) -> list[str]:
        """Ids to which the error summary leads."""
        return [str(one["href"]).removeprefix("#") for one in self.page.select(".govuk-error-summary a")]

    def form(self, form_id: str = "form") -> Tag | None:
        """A form by its id."""
        found = self.page.find("form", id=form_id)
        return found if isinstance(found, Tag) else None


@dataclass
class Visitor:
    """One person's browser. `seen` is the page that is open."""

    origin: str
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    requests: int = 0
    seen: Seen = field(default_factory=lambda: Seen(0, "", b""))

    def get(self, address: str) -> Seen:
        """Open an address."""
        return self._go("GET", address)

    def submit(self, form_id: str = "form", values: Values | None = None, **more: str) -> Seen:
        """Fill in a form of the open page and send it; what is not named stays as it is in the page."""
        form = self.seen.form(form_id)
        assert form is not None, f"no form {form_id} on {self.seen.address}: {self.seen.words[:300]}"
        filled: dict[str, Any] = {**standing(form), **(values or {}), **more}
        return self._go(
            "POST", str(form.get("action") or self.seen.address), urlencode(filled, doseq=True).encode()
        )

    def upload(self, name: str, data: bytes, form_id: str = "upload") -> Seen:
        """Hand a file to the storage, which sends the browser back."""
        form = self.seen.form(form_id)
        assert form is not None, f"no upload on {self.seen.address}: {self.seen.words[:300]}"
        line = uuid4().hex
        parts = [f'--{line}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
                 for key, value in standing(form).items() if key != "file"]  # fmt: skip
        head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = b"".join([*parts, head.encode(), data, f"\r\n--{line}--\r\n".encode()])
        return self._go("POST", str(form["action"]), body, f"multipart/form-data; boundary={line}")

    def _go(self, method: str, address: str, body: bytes = b"", kind: str = FORM) -> Seen:
        address = urljoin(self.seen.address or self.origin, address)
        for _ in range(8):
            status, headers, text = self._ask(method, address, body, kind)
            if status not in (301, 302, 303, 307):
                self.seen = Seen(status, address, text)
                return self.seen
            method, body = "GET", b""
            address = urljoin(address, headers["Location"] or "")
        raise AssertionError(f"too many redirects at {address}")

    def _ask(self, method: str, address: str, body: bytes, kind: str) -> tuple[int, Any, bytes]:
        parts = urlsplit(address)
        headers = {"Cookie": "; ".join(f"{a}={b}" for a, b in self.cookies.get(parts.netloc, {}).items())}
        if method == "POST":
            headers["Content-Type"] = kind
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=30)) as line:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            text = answer.read()
        self.requests += 1
        self._keep(parts.netloc, answer.headers.get_all("Set-Cookie") or [])
        return answer.status, answer.headers, text

    def _keep(self, host: str, lines: list[str]) -> None:
        jar = self.cookies.setdefault(host, {})
        for line in lines:
            name, _, value = line.split(";")[0].partition("=")
            jar[name.strip()] = value
            if "max-age=0" in line.lower():
                del jar[name.strip()]


def standing(form: Tag) -> dict[str, Any]:
    """What a form would send as it stands; buttons left out."""
    found: dict[str, Any] = {}
    for one in form.find_all(["input", "textarea", "select"]):
        kind, name = one.get("type"), one.get("name")
        if not name or kind == "submit" or (kind in ("radio", "checkbox") and not one.has_attr("checked")):
            continue
        if one.name == "select":
            chosen = one.find("option", selected=True)
            found[str(name)] = str(chosen.get("value") or "") if chosen else ""
        else:
            found[str(name)] = one.text if one.name == "textarea" else str(one.get("value") or "")
    return found

"""A person's browser without scripts, against the blueprints themselves: follows redirects, keeps cookies,
fills in forms as they are in the page. Uploads put the file where the form says, as the storage would, and
come back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup
from chalice import Chalice
from chalice.test import Client

from tests.world import BUCKET, World


def make_app() -> Chalice:
    """The person's routes."""
    from functions.cases import pages as cases_pages
    from functions.services import pages as services_pages

    app = Chalice(app_name="townkit-test")
    for feature in (services_pages, cases_pages):
        app.register_blueprint(feature.bp)
    return app


@dataclass
class Browser:
    """One person's browser. `page` is the last page, `status` its status, `address` its path and query."""

    client: Client
    world: World
    cookies: dict[str, str] = field(default_factory=dict)
    status: int = 0
    address: str = ""
    page: BeautifulSoup = field(default_factory=lambda: BeautifulSoup("", "html.parser"))
    headers: dict[str, Any] = field(default_factory=dict)

    def get(self, address: str) -> Browser:
        """Open an address and follow redirects."""
        return self._request("GET", address)

    def post(self, address: str, values: dict[str, str]) -> Browser:
        """Send a form and follow the redirect."""
        return self._request("POST", address, urlencode(values).encode())

    def submit(self, form_id: str = "form", **values: str) -> Browser:
        """Fill in a form of the page by input names (`-` written as `__`) and send it."""
        form = self.page.find("form", id=form_id)
        assert form is not None, f"no form {form_id} on {self.address}: {self.heading}"
        filled = self.values(form_id) | {name.replace("__", "-"): value for name, value in values.items()}
        return self.post(str(form.get("action") or self.address), filled)

    def values(self, form_id: str = "form") -> dict[str, str]:
        """What a form of the page would send as it is."""
        form = self.page.find("form", id=form_id)
        assert form is not None
        found = {}
        for one in form.find_all(["input", "textarea"]):
            if one.get("type") in ("radio", "checkbox") and not one.has_attr("checked"):
                continue
            if one.get("name"):
                found[str(one["name"])] = one.text if one.name == "textarea" else str(one.get("value") or "")
        return found

    def upload(self, name: str, data: bytes) -> Browser:
        """Hand in a file: the storage keeps it under the form's key and sends the browser back."""
        fields = self.values("upload")
        key = fields["key"].replace("${filename}", name)
        self.world.s3.put_object(Bucket=BUCKET, Key=key, Body=data)
        return self.get(f"{fields['success_action_redirect']}&{urlencode({'bucket': BUCKET, 'key': key})}")

    @property
    def heading(self) -> str:
        """The page's h1."""
        return self.page.h1.get_text(" ", strip=True) if self.page.h1 else ""

    @property
    def title(self) -> str:
        """What the browser's tab says."""
        return self.page.title.get_text(strip=True) if self.page.title else ""

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(where it leads, what it says) of each line of the error summary."""
        return [(str(a["href"]), a.get_text(strip=True)) for a in self.page.select(".govuk-error-summary a")]

    def _request(self, method: str, address: str, body: bytes = b"") -> Browser:
        for _ in range(6):
            parts = urlsplit(urljoin("http://localhost:8000" + self.address, address))
            self.address = parts.path + (f"?{parts.query}" if parts.query else "")
            answer = self._send(method, self.address, body)
            self.status, self.headers = answer.status_code, answer.headers
            self._keep(answer.headers)
            if answer.status_code != 303:
                self.page = BeautifulSoup(answer.body, "html.parser")
                return self
            method, body, address = "GET", b"", str(answer.headers["Location"])
        raise AssertionError(f"too many redirects at {self.address}")

    def _send(self, method: str, address: str, body: bytes) -> Any:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self.client.http.request(method, address, headers=headers, body=body)

    def _keep(self, headers: dict[str, Any]) -> None:
        lines = headers.get("Set-Cookie") or []
        for line in [lines] if isinstance(lines, str) else lines:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in line:
                del self.cookies[name]


def query_of(address: str) -> dict[str, str]:
    """The query of an address, last values."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}


def stored(world: World, city: Any, prefix: str) -> list[dict[str, Any]]:
    """Items of a city's table whose partition begins so."""
    return [item for item in world.items(city) if item["pk"]["S"].startswith(prefix)]


def as_json(item: dict[str, Any], name: str) -> Any:
    """A JSON attribute of a stored item."""
    return json.loads(item[name]["S"])

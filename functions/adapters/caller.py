"""Calling an address that somebody else chose: the port, HTTPS behind it, and a fake. What the name stands
for is looked up once, checked, and that very address is called; redirects are not followed."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

SECONDS = 3.0  # for one step: connecting, or the next part of the answer
WHOLE = 5.0  # for everything
PORT = 443


class NotDelivered(Exception):
    """The call did not reach its receiver. ``str()`` is a short reason for people who run that receiver."""


class Caller(Protocol):
    """Calls addresses on the internet."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status that the receiver answers. Raises NotDelivered."""


class _Pinned(http.client.HTTPSConnection):
    """Connects to an address that was checked, and asks its certificate for the name."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=SECONDS, context=context)
        self._checked, self._tls = address, context

    def connect(self) -> None:
        """No second look-up: the name might stand for something else by now."""
        plain = socket.create_connection((self._checked, self.port), SECONDS)
        try:
            secured = self._tls.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        except BaseException:
            plain.close()
            raise
        self.sock = secured  # from here on whoever takes too long can be cut off
        secured.do_handshake()


def _addresses(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass
class HttpsCaller:
    """``allowed`` says which IP addresses may be called; one that may not refuses the name as a whole."""

    allowed: Callable[[str], bool]
    addresses: Callable[[str, int], list[str]] = _addresses
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """One POST over TLS, five seconds at most; what the receiver answers besides its status is not
        read."""
        to = urlsplit(url)
        host, port = str(to.hostname or ""), to.port or PORT
        if to.scheme != "https" or not host:
            raise NotDelivered("not https")
        connection = _Pinned(host, port, self._look_up(host, port), self.context())
        clock = threading.Timer(WHOLE, _cut, (connection,))
        clock.start()
        try:
            path = f"{to.path or '/'}{f'?{to.query}' if to.query else ''}"
            connection.request("POST", path, body, dict(headers))
            return connection.getresponse().status
        except ssl.SSLError as error:
            raise NotDelivered("TLS: " + str(error.reason or "failed").lower().replace("_", " ")) from error
        except TimeoutError as error:
            raise NotDelivered("no answer in time") from error
        except (OSError, http.client.HTTPException) as error:
            raise NotDelivered("no connection") from error
        finally:
            clock.cancel()
            connection.close()

    def _look_up(self, host: str, port: int) -> str:
        try:
            found = self.addresses(host, port)
        except (OSError, UnicodeError) as error:
            raise NotDelivered("unknown name") from error
        if not found or not all(self.allowed(address) for address in found):
            raise NotDelivered("not a public address")
        return found[0]


def _cut(connection: http.client.HTTPSConnection) -> None:
    if connection.sock is not None:
        connection.sock.shutdown(socket.SHUT_RDWR)


@dataclass
class FakeCaller:
    """Keeps what was sent; answers `status`, or fails with `reason`."""

    sent: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    status: int = 204
    reason: str = ""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Keep the call."""
        self.sent.append((url, headers, body))
        if self.reason:
            raise NotDelivered(self.reason)
        return self.status

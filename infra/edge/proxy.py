"""Forwards pages to the API, a few at a time, and serves style sheets and scripts itself.

At most three requests are let through at once, because the local cloud starts one process for each parallel
request,
each with its own copy of the layer.
"""

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, web
from multidict import CIMultiDict
from yarl import URL

AT_ONCE = 3
TIMEOUT_SECONDS = 60
STAGE_PATH = "/api"
GZIP_FROM_BYTES = 1000
COMPRESSIBLE = ("text/", "application/json", "application/javascript", "image/svg+xml")
NO_SUCH_API = b'{"message": "Not Found"}'  # the local cloud's own words
FOREVER = "public, max-age=31536000, immutable"
# Headers of one connection (RFC 9110 7.6.1), and those that only the edge may set.
NOT_FORWARDED = {
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
EDGE_HEADERS = {"host", "accept-encoding", "x-townkit-edge", "cloudfront-viewer-address", "forwarded"}
NOT_RETURNED = NOT_FORWARDED | {"content-length", "content-encoding", "date", "server"}


@dataclass(frozen=True)
class Upstream:
    """The API behind the edge: the local cloud's address, what asks for the API's host name, the secret that
    proves the edge. The local cloud gives the API a new name when a deployment changes its routes."""

    address: str
    find_host: Callable[[], str]
    secret: str


class Edge:
    """Request handlers; `application` is what a server runs."""

    def __init__(self, upstream: Upstream, assets: Path) -> None:
        self._upstream = upstream
        self._host = upstream.find_host()
        self._assets = assets
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._session: ClientSession | None = None

    def application(self) -> web.Application:
        """An aiohttp application; other local pages may be added before it runs."""
        application = web.Application(client_max_size=12 * 1024 * 1024)
        application.cleanup_ctx.append(self._client)
        application.router.add_get("/assets/{name}", self.asset)
        return application

    async def _client(self, application: web.Application):  # type: ignore[no-untyped-def]
        timeout = ClientTimeout(total=TIMEOUT_SECONDS)
        connector = TCPConnector(limit=AT_ONCE)
        self._session = ClientSession(
            timeout=timeout, connector=connector, cookie_jar=DummyCookieJar(), auto_decompress=False
        )
        yield
        await self._session.close()

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """A bundle under its hashed name; an unknown one is 404."""
        path = self._assets / Path(request.match_info["name"]).name
        if not path.is_file() or path.name == "manifest.json":
            raise web.HTTPNotFound
        response = web.FileResponse(
            path, headers={"Cache-Control": FOREVER, "X-Content-Type-Options": "nosniff"}
        )
        response.enable_compression()
        return response

    async def forward(self, request: web.Request) -> web.StreamResponse:
        """The API's answer to this request; asked once more when the API has a new name meanwhile."""
        body = await request.read()
        async with self._turn:
            status, headers, content = await self._ask(request, body)
            if status == 404 and content == NO_SUCH_API and await self._has_moved():
                status, headers, content = await self._ask(request, body)
        return _response(request, status, headers, content)

    async def _ask(self, request: web.Request, body: bytes) -> tuple[int, CIMultiDict[str], bytes]:
        assert self._session
        url = URL(self._upstream.address + STAGE_PATH + request.raw_path, encoded=True)
        async with self._session.request(
            request.method, url, headers=self._forwarded(request), data=body or None, allow_redirects=False
        ) as answer:
            content = await answer.read()
            headers = CIMultiDict((k, v) for k, v in answer.headers.items() if k.lower() not in NOT_RETURNED)
            return answer.status, headers, content

    async def _has_moved(self) -> bool:
        host = await asyncio.to_thread(self._upstream.find_host)
        moved, self._host = host != self._host, host
        return moved

    def _forwarded(self, request: web.Request) -> CIMultiDict[str]:
        dropped = NOT_FORWARDED | EDGE_HEADERS
        headers = CIMultiDict(
            (k, v)
            for k, v in request.headers.items()
            if k.lower() not in dropped and not k.lower().startswith("x-forwarded-")
        )
        viewer, port = (
            (request.transport and request.transport.get_extra_info("peername")) or ("127.0.0.1", 0)
        )[:2]
        headers["Host"] = self._host
        headers["X-Forwarded-For"] = viewer
        headers["X-Forwarded-Proto"] = "http"
        headers["X-Forwarded-Host"] = request.host
        headers["CloudFront-Viewer-Address"] = f"{viewer}:{port}"
        headers["X-Townkit-Edge"] = self._upstream.secret
        return headers


def _response(request: web.Request, status: int, headers: CIMultiDict[str], content: bytes) -> web.Response:
    kind = headers.get("Content-Type", "")
    wanted = "gzip" in request.headers.get("Accept-Encoding", "")
    if wanted and len(content) >= GZIP_FROM_BYTES and kind.startswith(COMPRESSIBLE):
        content = gzip.compress(content, compresslevel=5)
        headers["Content-Encoding"] = "gzip"
        headers.add("Vary", "Accept-Encoding")
    return web.Response(status=status, headers=headers, body=content)

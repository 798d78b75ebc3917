"""Runs the edge in a thread of its own, so that whoever starts it can go on."""

import asyncio
import threading
from pathlib import Path

from aiohttp import web

from infra.edge.mail import MailPage
from infra.edge.proxy import Edge, Upstream
from infra.settings import LOOPBACK


class EdgeServer:
    """The local edge on one port of the loopback interface."""

    def __init__(self, upstream: Upstream, assets: Path, mail: MailPage, port: int) -> None:
        self._upstream, self._assets, self._mail, self._port = upstream, assets, mail, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="edge", daemon=True)
        self._runner: web.AppRunner | None = None

    def start(self) -> None:
        """Return when the port answers."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()

    def stop(self) -> None:
        """Finish what is under way (two seconds at most) and close the port."""
        if self._runner:
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        edge = Edge(self._upstream, self._assets)
        application = edge.application()
        application.router.add_get("/_local/mail", self._mail.show)
        application.router.add_route("*", "/{path:.*}", edge.forward)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=2)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self._port).start()

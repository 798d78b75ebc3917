"""Starts MiniStack (run by the local cloud's own interpreter, not by ours).

Two things that it cannot be told: its MQTT listener binds every interface (we bind what BIND_HOST says),
and it outlives the
process that started it (on Linux the kernel stops it with its parent).
"""

import asyncio
import ctypes
import os
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
EVERY_INTERFACE = "0.0.0.0"


def _stop_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _bind_to(host: str) -> None:
    original = asyncio.base_events.BaseEventLoop.create_server

    async def create_server(
        self: Any, factory: Any, host_: Any = None, port: Any = None, **options: Any
    ) -> Any:
        asked = options.pop("host", host_)
        return await original(self, factory, host if asked == EVERY_INTERFACE else asked, port, **options)

    asyncio.base_events.BaseEventLoop.create_server = create_server  # type: ignore


if __name__ == "__main__":
    _stop_with_parent()
    _bind_to(os.environ["BIND_HOST"])
    from ministack.app import main

    sys.argv = sys.argv[:1]
    main()

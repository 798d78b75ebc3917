"""Starts MiniStack (run by the local cloud's own interpreter, not by ours).

Three things that it cannot be told: its MQTT listener binds every interface (we bind what BIND_HOST says), it
outlives the process that started it (on Linux the kernel stops it with its parent), and each worker of a
function unpacks its own copy of the layer, three thousand files (ours share one). See quick.py for a fourth.
"""

import asyncio
import ctypes
import hashlib
import os
import signal
import sys
import threading
import zipfile
from pathlib import Path
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


def _unpack_a_layer_once() -> None:
    """A layer is the same for all workers and read only, so a worker's folder of it is a link."""
    original, lock = zipfile.ZipFile.extractall, threading.Lock()

    def extractall(self: zipfile.ZipFile, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        folder = Path(path or "")
        if not folder.name.startswith("layer_"):
            return original(self, path, members, pwd)
        digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        shared = folder.parent.parent / f"layer-{digest[:24]}"
        with lock:
            if not shared.exists():
                unpacked = shared.with_suffix(".part")
                original(self, unpacked, members, pwd)
                unpacked.rename(shared)
        folder.rmdir()
        return folder.symlink_to(shared)

    zipfile.ZipFile.extractall = extractall  # type: ignore


if __name__ == "__main__":
    _stop_with_parent()
    _unpack_a_layer_once()
    _bind_to(os.environ["BIND_HOST"])
    import quick  # type: ignore[import-not-found]
    from ministack.app import main

    quick.install()
    sys.argv = sys.argv[:1]
    main()

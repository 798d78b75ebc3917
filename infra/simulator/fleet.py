"""Many devices in one process: each with its own certificate and its own MQTT connection over mutual TLS, all
driven by one loop. Nothing is shared between two devices but the process."""

from __future__ import annotations

import selectors
import ssl
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

KEEP_ALIVE_S = 300
CONNECT_AT_ONCE = 8
AGAIN_S = 2.0
HOUSEKEEPING_S = 5.0


class Fleet:
    """``acknowledged`` counts messages that the broker has taken (QoS 1); ``waiting`` those on their way."""

    def __init__(self, host: str, port: int, acknowledged: Callable[[str, int], None] | None = None) -> None:
        self.host, self.port = host, port
        self.acknowledged = self.waiting = 0
        self.lost: dict[str, float] = {}
        self._clients: dict[str, Client] = {}
        self._up: set[str] = set()
        self._told = acknowledged
        self._selector = selectors.DefaultSelector()
        self._checked = 0.0

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *raised: object) -> None:
        for name, client in self._clients.items():
            if name in self._up:
                client.disconnect()
        self._selector.close()

    def connect(self, devices: Iterable[tuple[str, Path]], seconds: float) -> int:
        """Connect devices (client id, folder with its files); answers how many are connected by the end."""
        end = time.monotonic() + seconds
        self._clients |= {name: self._client(name, folder) for name, folder in devices}
        with ThreadPoolExecutor(CONNECT_AT_ONCE) as pool:
            for name, client, error in pool.map(lambda entry: self._dial(*entry), self._clients.items()):
                if error:
                    self.lost[name] = time.monotonic()
                else:
                    self._watch(name, client)
        while len(self._up) < len(self._clients) and time.monotonic() < end:
            self.pump(0.05)
        return len(self._up)

    def publish(self, name: str, topic: str, payload: str) -> int:
        """Hand a message over; its number with this device, which ``acknowledged`` is told later."""
        self.waiting += 1
        client = self._clients[name]
        mid = client.publish(topic, payload, qos=1).mid
        if name in self._up:
            self._want(name, client)
        return mid

    def pump(self, seconds: float) -> None:
        """Read and write what there is, for about so long."""
        for key, mask in self._selector.select(seconds):
            name, client = key.data
            if mask & selectors.EVENT_READ and client.loop_read(20) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                self._forget(name, client)
                continue
            if mask & selectors.EVENT_WRITE:
                client.loop_write()
            self._want(name, client)
        if time.monotonic() - self._checked > HOUSEKEEPING_S:
            self._keep_house()

    def settle(self, seconds: float) -> int:
        """Wait until the broker has taken everything; how many messages it has not taken by then."""
        end = time.monotonic() + seconds
        while self.waiting and time.monotonic() < end:
            self.pump(0.05)
        return self.waiting

    def _client(self, name: str, folder: Path) -> Client:
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        client = Client(CallbackAPIVersion.VERSION2, client_id=name)
        client.tls_set_context(context)
        client.max_inflight_messages_set(100)
        client.on_connect = self._on_connect
        client.on_publish = self._on_publish
        client.user_data_set(name)
        return client

    def _dial(self, name: str, client: Client) -> tuple[str, Client, OSError | None]:
        try:
            client.connect(self.host, self.port, KEEP_ALIVE_S)
        except OSError as error:
            return name, client, error
        return name, client, None

    def _watch(self, name: str, client: Client) -> None:
        sock = client.socket()
        if sock is not None:
            self._selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE, (name, client))

    def _want(self, name: str, client: Client) -> None:
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.want_write() else 0)
        sock = client.socket()
        if sock is not None and self._selector.get_key(sock).events != wanted:
            self._selector.modify(sock, wanted, (name, client))

    def _forget(self, name: str, client: Client) -> None:
        """The connection is gone; the device tries again in a moment. What it had not been told about, it
        sends again (QoS 1)."""
        for key in [k for k in self._selector.get_map().values() if k.data[0] == name]:
            with suppress(KeyError, ValueError):
                self._selector.unregister(key.fileobj)
        self._up.discard(name)
        self.lost[name] = time.monotonic()

    def _keep_house(self) -> None:
        self._checked = now = time.monotonic()
        for name in [name for name, since in self.lost.items() if now - since > AGAIN_S]:
            client = self._clients[name]
            if self._dial(name, client)[2] is None:
                del self.lost[name]
                self._watch(name, client)
            else:
                self.lost[name] = now
        for name in self._up:
            self._clients[name].loop_misc()

    def _on_connect(self, client: Any, name: Any, flags: Any, reason: Any, properties: Any) -> None:
        if not reason.is_failure:
            self._up.add(name)

    def _on_publish(self, client: Any, name: Any, mid: int, reason: Any, properties: Any) -> None:
        self.acknowledged, self.waiting = self.acknowledged + 1, self.waiting - 1
        if self._told:
            self._told(name, mid)

"""One device's MQTT connection: mutual TLS, its own certificate, QoS 1."""

from __future__ import annotations

import json
import ssl
import threading
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion

KEEP_ALIVE_S = 60


class Device:
    """Connects in the background and again after a loss. ``folder`` holds certificate.pem, key.pem and
    ca.pem; ``certified`` False leaves the first two out.
    """

    def __init__(
        self, client_id: str, topic: str, folder: Path, host: str, port: int, *, certified: bool = True
    ) -> None:
        self.client_id, self.topic, self.host, self.port = client_id, topic, host, port
        self.connected = threading.Event()
        self.disconnected = threading.Event()
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        if certified:
            context.load_cert_chain(str(folder / "certificate.pem"), str(folder / "key.pem"))
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=client_id)
        self.client.tls_set_context(context)
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect

    def start(self) -> None:
        """Connect in the background."""
        self.client.connect_async(self.host, self.port, KEEP_ALIVE_S)
        self.client.loop_start()

    def publish(self, pack: list[dict[str, Any]] | str) -> MQTTMessageInfo:
        """Hand over a pack (or raw text); without a connection it is kept until there is one."""
        return self.client.publish(self.topic, pack if isinstance(pack, str) else json.dumps(pack), qos=1)

    def stop(self) -> None:
        """Disconnect in order."""
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(self, client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        if not reason.is_failure:
            self.disconnected.clear()
            self.connected.set()

    def _on_disconnect(self, client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        self.connected.clear()
        self.disconnected.set()

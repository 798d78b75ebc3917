"""Where things are and which ports are used on this machine; the only reader of TOWNKIT_* variables outside
the functions.

A local installation lives in one data folder (state, objects, logs, temporary files), so that two of them
never meet.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL_STAGE = "local"
# Not a region of any provider on purpose: code that writes a real region down fails here.
LOCAL_REGION = "xx-local-1"
LOOPBACK = "127.0.0.1"


class InfraError(Exception):
    """The message is one clear sentence; the command line prints it and exits with 1."""


class SettingError(InfraError):
    """A variable has a value that cannot be used; the message names the variable."""


def _port(variable: str, default: int) -> int:
    raw = os.environ.get(variable, str(default))
    if not raw.isdigit() or not 0 < int(raw) < 65536:
        raise SettingError(f"{variable} must be a port number between 1 and 65535, not {raw!r}.")
    return int(raw)


@dataclass(frozen=True)
class Local:
    """One local installation: its data folder and its three ports."""

    data: Path
    port: int
    cloud_port: int
    mqtt_port: int
    stage: str = LOCAL_STAGE
    region: str = LOCAL_REGION

    @classmethod
    def from_environment(cls) -> "Local":
        """Read TOWNKIT_PORT, TOWNKIT_CLOUD_PORT, TOWNKIT_MQTT_PORT and TOWNKIT_DATA. Raises SettingError."""
        data = Path(os.environ.get("TOWNKIT_DATA") or ROOT / ".local" / "data").expanduser().resolve()
        return cls(
            data=data,
            port=_port("TOWNKIT_PORT", 8000),
            cloud_port=_port("TOWNKIT_CLOUD_PORT", 4566),
            mqtt_port=_port("TOWNKIT_MQTT_PORT", 8883),
        )

    @property
    def public_url(self) -> str:
        """Origin of the pages as a browser sees it."""
        return f"http://localhost:{self.port}"

    @property
    def cloud_url(self) -> str:
        """Endpoint of the local cloud for clients on this machine."""
        return f"http://{LOOPBACK}:{self.cloud_port}"

    @property
    def browser_cloud_url(self) -> str:
        """Origin of hosted sign-in and of files as a browser sees it."""
        return f"http://localhost:{self.cloud_port}"

    def administrator(self) -> tuple[str, str]:
        """Access key and secret of the local account's owner; made once for each data folder."""
        path = self.data / "administrator.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(json.dumps({"key": "LOCALADMINISTRATOR", "secret": secrets.token_urlsafe(30)}))
        values = json.loads(path.read_text())
        return values["key"], values["secret"]

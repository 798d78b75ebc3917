"""Starts, watches and stops one local cloud; afterwards nothing of it is left running.

State is saved when it stops in order (SIGTERM), so `stop` waits for that before it ends what is left.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from types import TracebackType

from infra.cloud import install
from infra.errors import InfraError
from infra.settings import LOOPBACK, Local

START_SECONDS = 40.0
STOP_SECONDS = 20.0


class CloudError(InfraError):
    """The local cloud did not start; the message says why and where to look."""


class PortInUseError(CloudError):
    """Somebody else listens on a port that we need; the message names the variable that moves it."""


def require_free_port(port: int, variable: str) -> None:
    """Raise PortInUseError when something listens on the port already."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((LOOPBACK, port)) == 0:
            raise PortInUseError(f"Port {port} is in use. Set {variable} to another port.")


class CloudServer:
    """One MiniStack process for one data folder. Unless it ``keeps`` its state it ends at once, which takes
    up to twenty seconds less."""

    def __init__(self, local: Local, *, keeps: bool = True) -> None:
        self.local, self.keeps = local, keeps
        self.log = local.data / "logs" / "cloud.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return at once; `wait` tells when it answers. Raises PortInUseError."""
        require_free_port(self.local.cloud_port, "TOWNKIT_CLOUD_PORT")
        require_free_port(self.local.mqtt_port, "TOWNKIT_MQTT_PORT")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        environment = self._environment()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(install.interpreter()), str(Path(__file__).with_name("launcher.py"))],
                cwd=self.local.data,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return when it answers and its MQTT listener is up. Raises CloudError."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if not self.is_running():
                raise CloudError(f"The local cloud ended while it was starting; see {self.log}.")
            if self._is_ready():
                return
            time.sleep(0.05)
        raise CloudError(f"The local cloud did not answer within {START_SECONDS:.0f} s; see {self.log}.")

    def is_running(self) -> bool:
        """True while its process lives."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Let it save its state if it is to be kept, then end it and every worker that it started."""
        if self._process is None:
            return
        group = self._process.pid
        if self.keeps:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self._process.wait()
        self._process = None
        shutil.rmtree(self._temporary, ignore_errors=True)

    def __enter__(self) -> "CloudServer":
        self.start()
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _temporary(self) -> Path:
        return self.local.data / "tmp"

    def _is_ready(self) -> bool:
        request = urllib.request.Request(f"{self.local.cloud_url}/_ministack/ready")
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _environment(self) -> dict[str, str]:
        data, temporary = self.local.data, self._temporary
        shutil.rmtree(temporary, ignore_errors=True)
        for folder in (temporary, data / "state", data / "objects"):
            folder.mkdir(parents=True, exist_ok=True)
        key, secret = self.local.administrator()
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(data),
            "LANG": "C.UTF-8",
            "TMPDIR": str(temporary),
            "AUTH": "true",
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(self.local.cloud_port),
            "MINISTACK_REGION": self.local.region,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(data / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(data / "objects"),
            "IOT_MTLS_PORT": str(self.local.mqtt_port),
            "SFTP_ENABLED": "0",
            # One process for each parallel call, each with its own copy of the layer: keep them few and
            # short-lived.
            "LAMBDA_ACCOUNT_CONCURRENCY": "12",
            "LAMBDA_WARM_TTL_SECONDS": "60",
            "LOG_LEVEL": "INFO",
        }

"""`townkit run`: from a checkout to two cities online on this machine, in the foreground, and back to
nothing."""

import contextlib
import fcntl
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import NoReturn, TypeVar

import click

from infra import demo, deploy, processes
from infra.cli import COMMANDS, main
from infra.cli.connection import Connection
from infra.cloud import install
from infra.cloud.server import CloudError, CloudServer, require_free_port
from infra.edge.mail import MailPage
from infra.edge.proxy import Upstream
from infra.edge.server import EdgeServer
from infra.errors import InfraError
from infra.packaging.build import Package, package
from infra.parameters import local_parameters
from infra.settings import Local

T = TypeVar("T")
TOWNKIT = [sys.executable, "-c", "from infra.cli import main; main()"]


class InUseError(InfraError):
    """Another process holds the data folder."""


class _Stopped(BaseException):
    """Ctrl-C or SIGTERM."""


def run_here(local: Local, app: Path, with_cities: bool = True) -> None:
    """Start everything, say where it is, wait to be stopped, stop everything. Raises InfraError."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    with contextlib.suppress(_Stopped), contextlib.ExitStack() as stack:
        stack.enter_context(only_one(local))
        try:
            Runner(local, app, with_cities, stack).run()
        finally:
            _ignore_signals()


def forget(local: Local) -> None:
    """Remove the data folder. Raises InUseError while something runs there."""
    if not (local.data / "administrator.json").exists():
        return
    with only_one(local):
        shutil.rmtree(local.data)


@contextlib.contextmanager
def only_one(local: Local) -> Iterator[None]:
    """Hold the data folder. Raises InUseError."""
    local.data.mkdir(parents=True, exist_ok=True)
    with (local.data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InUseError(
                f"Townkit runs in {local.data} already; stop it, or set TOWNKIT_DATA."
            ) from error
        yield


class Runner:
    """The steps, in order; whatever one starts, `stack` stops."""

    def __init__(self, local: Local, app: Path, with_cities: bool, stack: contextlib.ExitStack) -> None:
        self.local, self.app, self.stack = local, app, stack
        self.cities = demo.demo_files() if with_cities else []
        self.cloud = CloudServer(local)
        self.connection = Connection.to_local(local)
        self._start = time.monotonic()

    def run(self) -> None:
        """All steps, then wait until the local cloud ends (an error) or a signal comes."""
        require_free_port(self.local.port, "TOWNKIT_PORT")
        with ThreadPoolExecutor() as pool:
            packaging = pool.submit(package, self.local.stage, self.app, self.local.data / "build")
            self._step("Local cloud installed", install.install)
            self._step("Local cloud started", self._start_cloud)
            built = self._step("Packaged", packaging.result)
        self._step("Deployed", lambda: deploy.deploy(self.connection, built, local_parameters(self.local)))
        if self.cities and _has("apply"):
            self._step("Cities applied", self._apply_cities)
        signins = demo.sign_ins(self.cities, self.local.public_url)
        self._step("Demo sign-ins made", lambda: demo.create_sign_ins(self.connection, signins))
        if self.cities and _has("simulate"):
            self._step("Devices simulated", self._simulate)
        self._step("Pages served", lambda: self._start_edge(built, signins))
        self._say_ready(signins)
        self._wait()

    def _start_cloud(self) -> None:
        self.stack.callback(self.cloud.stop)
        self.cloud.start()
        self.cloud.wait()

    def _apply_cities(self) -> None:
        running = [_command("apply", str(path)) for path in self.cities]
        for path, process in zip(self.cities, running, strict=True):
            output, _ = process.communicate()
            if process.returncode:
                raise InfraError(f"{path.name} could not be applied: {output.strip()}")

    def _start_edge(self, built: Package, signins: list[demo.SignIn]) -> None:
        name = deploy.secret_names(self.local.stage)["EdgeSecretParameter"]
        upstream = Upstream(
            address=self.local.cloud_url,
            find_host=self.connection.api_host,
            secret=deploy.ensure_secret(self.connection, name),
        )
        server = EdgeServer(upstream, built.assets, MailPage(self.local.cloud_url, signins), self.local.port)
        server.start()
        self.stack.callback(server.stop)

    def _simulate(self) -> None:
        for path in self.cities:
            log = self.stack.enter_context(
                (self.local.data / "logs" / f"simulate-{path.stem}.log").open("wb")
            )
            process = processes.start([*TOWNKIT, "simulate", path.stem], log)
            self.stack.callback(processes.end, process)

    def _say_ready(self, signins: list[demo.SignIn]) -> None:
        local = self.local
        lines = [f"Townkit is ready: {local.public_url}/ ({time.monotonic() - self._start:.1f} s)"]
        lines += [f"  Citizens         {local.public_url}/{path.stem}/" for path in self.cities]
        lines += [f"  Console          {s.console}  {s.email} / {s.password} (demo)" for s in signins]
        lines += [
            f"  Captured mail    {local.public_url}/_local/mail",
            f"  MQTT over TLS    localhost:{local.mqtt_port}",
            f"  Logs             {local.data / 'logs'}",
            "Stop with Ctrl-C; what was entered stays. `make reset` forgets it.",
        ]
        click.echo("\n".join(lines))

    def _wait(self) -> NoReturn:
        while self.cloud.is_running():
            time.sleep(0.5)
        raise CloudError(f"The local cloud ended by itself; see {self.cloud.log}.")

    @staticmethod
    def _step(what: str, work: Callable[[], T]) -> T:
        start = time.monotonic()
        click.echo(f"  {what:24}", nl=False)
        try:
            result = work()
        except BaseException:
            click.echo("failed")
            raise
        click.echo(f"{time.monotonic() - start:6.1f} s")
        return result


def _has(command: str) -> bool:
    return command in COMMANDS and main.get_command(click.Context(main), command) is not None


def _command(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*TOWNKIT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise _Stopped


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)

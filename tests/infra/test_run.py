"""`townkit run` comes up, keeps its state, stops without a trace, and says what stands in its way."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.cli.connection import Connection
from infra.settings import ROOT, Local
from tests.stack import Stack, local_in, wait_for

APP = Path(__file__).with_name("hello_app.py")
TOWNKIT = [sys.executable, "-c", "from infra.cli import main; main()"]


@contextlib.contextmanager
def running(local: Local) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`townkit run` with the smallest app; yields the process and what it said until it was ready."""
    environment = Stack(local, Connection.to_local(local)).shell_environment
    command = [*TOWNKIT, "run", "--no-cities", "--app", str(APP)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=environment
    )
    assert process.stdout
    try:
        said = ""
        while "Stop with Ctrl-C" not in said and (line := process.stdout.readline()):
            said += line
        yield process, said
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def mentions(folder: Path) -> list[str]:
    """Command lines and environments of live processes that belong to a data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            about = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if str(folder).encode() in about and int(entry.name) != os.getpid():
                found.append((entry / "cmdline").read_bytes().decode(errors="replace"))
    return found


def test_run_keeps_state_and_leaves_nothing_running(tmp_path: Path) -> None:
    local = local_in(tmp_path / "data")
    with running(local) as (process, said):
        assert f"Townkit is ready: http://localhost:{local.port}/" in said
        assert [line for line in said.splitlines() if line.startswith("Townkit is ready:")]
        connection = Connection.to_local(local)
        assert connection.invoke("admin", {"hello": 1}) == {"got": {"hello": 1}}
        table = connection.outputs()["PlatformTableName"]
        connection.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
        api = connection.outputs()["RestAPIId"]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    wait_for(lambda: not mentions(local.data), 5, "every process to end")

    with running(local):
        connection = Connection.to_local(local)
        key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
        assert connection.client("dynamodb").get_item(TableName=table, Key=key)["Item"] == key
        assert connection.outputs()["RestAPIId"] == api

        refused = subprocess.run(
            [*TOWNKIT, "reset"], capture_output=True, text=True,
            env=Stack(local, connection).shell_environment, cwd=ROOT,
        )  # fmt: skip
        assert refused.returncode == 1
        assert "already" in refused.stderr

    done = subprocess.run(
        [*TOWNKIT, "reset"],
        capture_output=True,
        text=True,
        env=Stack(local, connection).shell_environment,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert not local.data.exists()


def test_nothing_outlives_a_run_that_is_killed(tmp_path: Path) -> None:
    local = local_in(tmp_path / "data")
    with running(local) as (process, said):
        assert "Townkit is ready:" in said
        process.kill()
        process.wait()
        wait_for(lambda: not mentions(local.data), 20, "every process to end")


@pytest.mark.parametrize(
    ("variable", "field"),
    [("TOWNKIT_PORT", "port"), ("TOWNKIT_CLOUD_PORT", "cloud_port"), ("TOWNKIT_MQTT_PORT", "mqtt_port")],
)
def test_port_in_use_is_an_error_that_names_the_variable(tmp_path: Path, variable: str, field: str) -> None:
    local = local_in(tmp_path / "data")
    with socket.create_server(("127.0.0.1", getattr(local, field))):
        environment = Stack(local, Connection.to_local(local)).shell_environment
        done = subprocess.run(
            [*TOWNKIT, "run", "--no-cities", "--app", str(APP)],
            capture_output=True, text=True, cwd=ROOT, env=environment, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"Port {getattr(local, field)} is in use. Set {variable} to another port." in done.stderr
    assert not mentions(local.data)


def test_wrong_port_is_an_error_that_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOWNKIT_CLOUD_PORT", "many")
    done = subprocess.run([*TOWNKIT, "reset"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert "TOWNKIT_CLOUD_PORT must be a port number" in done.stderr


def test_command_without_a_local_cloud_says_how_to_start_it(tmp_path: Path) -> None:
    local = local_in(tmp_path / "data")
    environment = Stack(local, Connection.to_local(local)).shell_environment
    command = [*TOWNKIT, "deploy", "--app", str(APP)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 1
    assert done.stderr == "Error: The local cloud does not answer; start it with `make run`.\n"

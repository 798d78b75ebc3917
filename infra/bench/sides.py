"""The two sides of a comparison, prepared once: our packaged API function and a bare Chalice app with boto3,
both with compiled bytecode, Chalice's own packaged runtime, and AWS's answers from one tape. The yardstick's
boto3 is the one that pip installs, whole."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.core import sessions, usage
from functions.core.scope import tenant_scope
from infra.bench.requests import event
from infra.bench.world import demo_world, recorded, save
from infra.packaging.archive import compile_folder
from infra.packaging.build import package
from infra.settings import LOCAL_STAGE, ROOT
from tests.world import ENVIRONMENT

PAGE = "/{city}/services/{service}"
PARAMS = {"city": "oakville", "service": "residence-certificate"}
TEMPLATE = "services/start.html"
BOTO3 = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
BARE = """
import boto3
from chalice import Chalice

app = Chalice(app_name="bare")
client = boto3.client("dynamodb")


@app.route("/{city}/services/{service}")
def page(city, service):
    item = client.get_item(TableName="bare", Key={"pk": {"S": city}, "sk": {"S": service}})["Item"]
    return {name: value for name, value in item.items()}
"""
BARE_KEY = '{"TableName": "bare", "Key": {"pk": {"S": "oakville"}, "sk": {"S": "residence-certificate"}}}'
BARE_ITEM = {
    "pk": {"S": "oakville"},
    "sk": {"S": "residence-certificate"},
    "name": {"S": "Certificate of residence"},
    "state": {"S": "open"},
    "version": {"N": "3"},
}


@dataclass(frozen=True)
class Side:
    """How to start one side's interpreter."""

    kind: str
    code: Path
    layer: Path
    tape: Path

    @property
    def log(self) -> Path:
        """What the process says besides its measurements."""
        return self.tape.with_name(f"{self.kind}.log")

    def start(self) -> subprocess.Popen[str]:
        """See infra/bench/child.py."""
        child = Path(__file__).with_name("child.py")
        command = [sys.executable, "-I", "-S", "-B", str(child), self.kind]
        command += [str(self.code), str(self.layer), str(self.tape)]
        pipe = subprocess.PIPE
        with self.log.open("w") as log:
            return subprocess.Popen(
                command, text=True, stdin=pipe, stdout=pipe, stderr=log, env=_environment()
            )

    def cold(self) -> dict[str, float]:
        """Milliseconds of one fresh interpreter: ``ready`` and ``first`` answer."""
        with self.warm() as process:
            return process.start

    @contextmanager
    def warm(self) -> Iterator[Warm]:
        """A process that stays, to be asked again and again."""
        process = self.start()
        try:
            yield Warm(process, self.log)
        finally:
            process.kill()
            process.communicate()


class Warm:
    """A warm process of one side."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process, self.log = process, log
        self.start = self._line()

    def cpu_ms(self, requests: int) -> float:
        """CPU milliseconds (user and system) of a request, over so many."""
        return self._order(f"page {requests}")

    def visit(self, cities: int) -> float:
        """The same for the first page of each of so many other cities."""
        return self._order(f"visit {cities}")

    def _order(self, line: str) -> float:
        if self.process.stdin is None:
            raise RuntimeError("the process takes no orders")
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self._line()["ms"]

    def _line(self) -> dict[str, float]:
        """The next line of measurements; what lies between is the app's own log."""
        while self.process.stdout and (line := self.process.stdout.readline()):
            if line.startswith('{"bench"'):
                measured: dict[str, float] = json.loads(line)["bench"]
                return measured
        raise RuntimeError(f"it ended; see {self.log}")


def prepare(folder: Path, app: Path = ROOT / "app.py") -> tuple[Side, Side]:
    """(ours, bare), packaged below ``folder``."""
    built = package(LOCAL_STAGE, app, folder / "build")
    code, layer, bare, tape = (
        folder / "build" / "code",
        folder / "layer",
        folder / "bare",
        folder / "tape.json",
    )
    with zipfile.ZipFile(built.layer) as archive:
        archive.extractall(layer)
    bare.mkdir()
    shutil.copytree(code / "chalice", bare / "chalice")
    for name in BOTO3:
        _copy_package(name, bare)
    (bare / "app.py").write_text(BARE)
    compile_folder(bare)
    tape.write_text(_record(), encoding="utf-8")
    return Side("ours", code, layer / "python", tape), Side("bare", bare, bare, tape)


def _copy_package(name: str, folder: Path) -> None:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(name)
    origin = Path(found.origin)
    if origin.name == "__init__.py":
        shutil.copytree(origin.parent, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(origin, folder / origin.name)


def _record() -> str:
    """The first request of a fresh process and the write of its counters, with the answers that they
    needed."""
    from app import app

    ask = event(PAGE, PARAMS)
    with demo_world() as world, recorded() as tape:
        sessions.reset()  # what made the world is no part of the request
        answer = app(ask, None)
        with tenant_scope(world.oakville):
            usage.flush_if_due(force=True)
    if answer["statusCode"] != 200:
        raise RuntimeError(f"{PAGE} answered {answer['statusCode']}")
    item = json.dumps({"Item": BARE_ITEM})
    tape.answers[f"DynamoDB_20120810.GetItem {BARE_KEY}"] = (200, "application/x-amz-json-1.0", item)
    return save(tape, template=TEMPLATE, events={"ours": ask, "bare": ask})


def _environment() -> dict[str, str]:
    here: dict[str, Any] = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "AWS_REGION": ENVIRONMENT["AWS_DEFAULT_REGION"],
    }
    return {**here, **ENVIRONMENT, "POWERTOOLS_LOGGER_LOG_EVENT": "false"}

"""The deployed stack that all end-to-end and isolation tests share: one local cloud, AUTH=true, both demo
cities live.

Everything that a test needs from it hangs on the `stack` fixture. Tests must not depend on each other's
leftovers:
make your own application, device or person.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import demo, deploy
from infra.browser import ensure
from infra.cli.connection import Connection
from infra.cloud import install
from infra.cloud.server import CloudServer
from infra.edge.mail import MailPage
from infra.edge.proxy import Upstream
from infra.edge.server import EdgeServer
from infra.packaging.build import package
from infra.parameters import local_parameters
from infra.settings import ROOT, Local

CITIES = ("oakville", "qinghe")
CHROMIUM = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
T = TypeVar("T")


def wait_for(look: Callable[[], T], seconds: float = 15.0, what: str = "it") -> T:
    """The first truthy answer of `look`; fails the test when none comes in time."""
    end = time.monotonic() + seconds
    pause = 0.05
    while not (found := look()):
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds:.0f} s for {what} in vain")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
    return found


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, below those that the system hands out to outgoing connections: one of
    them could take such a port before the server that it is meant for is up."""
    found: list[int] = []
    for port in random.SystemRandom().sample(range(20_000, 32_000), 200):
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            break
    return found


def local_in(folder: Path) -> Local:
    """A local installation in a folder of its own, on free ports."""
    port, cloud_port, mqtt_port = free_ports(3)
    return Local(folder, port, cloud_port, mqtt_port)


@dataclass
class Stack:
    """A running installation."""

    local: Local
    connection: Connection
    signins: list[demo.SignIn] = field(default_factory=list)
    _roles: dict[str, boto3.Session] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Origin of the pages."""
        return self.local.public_url

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        return self.connection.outputs()

    def client(self, service: str) -> Any:
        """A boto3 client that acts as the account's owner."""
        return self.connection.client(service)

    def invoke(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Call a deployed function; raises FunctionFailedError when it raises."""
        return self.connection.invoke(function, payload)

    @cached_property
    def environment(self) -> dict[str, str]:
        """The variables with which the functions run (TOWNKIT_...)."""
        name = f"townkit-{self.local.stage}-api"
        found = self.client("lambda").get_function_configuration(FunctionName=name)
        variables: dict[str, str] = found["Environment"]["Variables"]
        return variables

    def as_function(self, function: str) -> boto3.Session:
        """A session with exactly the rights of a deployed function's own role (`api`, `admin`, `tasks` ...).

        The role's trust is widened to the account's owner so that the test may assume it; its policies stay
        as deployed.
        """
        if function not in self._roles:
            name = f"townkit-{self.local.stage}-{function}"
            self._trust_owner(name)
            arn = self.client("iam").get_role(RoleName=name)["Role"]["Arn"]
            self._roles[function] = self._session(arn, "as-function")
        return self._roles[function]

    def as_city(self, city: str, function: str = "api", **assume: Any) -> boto3.Session:
        """A tenant session of a city, opened by a function's role as functions.core.sessions opens it.

        `assume` overrides arguments of sts:AssumeRole (`Policy`, `Tags`); None leaves one out.
        """
        from functions.core import sessions, settings

        with self.as_settings():
            arguments: dict[str, Any] = {
                "RoleArn": settings.settings().tenant_role_arn,
                "RoleSessionName": f"{city}.test",
                "Policy": json.dumps(sessions.session_policy(city)),
                "Tags": [{"Key": "city", "Value": city}],
            }
        arguments = {key: value for key, value in {**arguments, **assume}.items() if value is not None}
        sts = self.as_function(function).client("sts", endpoint_url=self.connection.endpoint)
        return _session_of(sts.assume_role(**arguments)["Credentials"], self.local.region)

    @contextlib.contextmanager
    def as_settings(self) -> Iterator[None]:
        """Inside, functions.core.settings sees what the deployed functions see."""
        from functions.core.settings import settings

        saved = dict(os.environ)
        os.environ.update(self.environment)
        settings.cache_clear()
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(saved)
            settings.cache_clear()

    def mail(self, to: str | None = None) -> list[dict[str, Any]]:
        """Mail that was sent so far, oldest first: `To`, `Subject`, `BodyText`, `BodyHtml`."""
        with urllib.request.urlopen(f"{self.local.cloud_url}/_ministack/ses/messages", timeout=10) as answer:
            kept = json.load(answer)["messages"]
        found = sorted((m for account in kept.values() for m in account), key=lambda m: m["Timestamp"])
        return [m for m in found if to is None or to in m["To"]]

    def sign_in(self, page: Any, city: str, email: str) -> None:
        """Sign a member of staff in through the hosted login; the page then shows the city's console."""
        page.goto(f"{self.url}/{city}/console/")
        page.fill("input[name=username]", email)
        page.fill("input[name=password]", demo.DEMO_PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url(f"{self.url}/{city}/console**")

    def townkit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line against this installation."""
        command = [sys.executable, "-c", "from infra.cli import main; main()", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env=self.shell_environment, cwd=ROOT, timeout=120
        )

    @contextlib.contextmanager
    def quick_retries(self, queue: str, seconds: int = 2) -> Iterator[None]:
        """Inside, what failed in a queue (the output that holds its address) comes again after so few
        seconds."""
        sqs, address = self.client("sqs"), self.outputs[queue]
        name = "VisibilityTimeout"
        before = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=[name])["Attributes"][name]
        sqs.set_queue_attributes(QueueUrl=address, Attributes={name: str(seconds)})
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=address, Attributes={name: before})

    @property
    def shell_environment(self) -> dict[str, str]:
        """Environment for a process that should find this installation."""
        local = self.local
        return {
            **os.environ,
            "TOWNKIT_PORT": str(local.port),
            "TOWNKIT_CLOUD_PORT": str(local.cloud_port),
            "TOWNKIT_MQTT_PORT": str(local.mqtt_port),
            "TOWNKIT_DATA": str(local.data),
        }

    def _trust_owner(self, role: str) -> None:
        iam = self.client("iam")
        document = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        owner = {"Effect": "Allow", "Principal": {"AWS": self.connection.account}, "Action": "sts:AssumeRole"}
        document["Statement"].append(owner)
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(document))

    def _session(self, role_arn: str, name: str) -> boto3.Session:
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name)
        return _session_of(answer["Credentials"], self.local.region)


def _session_of(credentials: dict[str, Any], region: str) -> boto3.Session:
    return boto3.Session(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"], region
    )


def _stop_the_clock(connection: Connection) -> None:
    """What runs every minute would change cities while a test looks at them; tests call it themselves."""
    events = connection.client("events")
    for rule in events.list_rules()["Rules"]:
        if rule.get("ScheduleExpression") == "rate(1 minute)":
            events.disable_rule(Name=rule["Name"])


@contextlib.contextmanager
def running_stack(
    local: Local, app: Path = ROOT / "app.py", cities: tuple[str, ...] = CITIES
) -> Iterator[Stack]:
    """Deploy a composition root on a local cloud of its own and apply the demo cities."""
    install.install()
    built = package(local.stage, app, local.data / "build")
    with CloudServer(local, keeps=False), contextlib.ExitStack() as cleanup:
        connection = Connection.to_local(local)
        deploy.deploy(connection, built, local_parameters(local))
        _stop_the_clock(connection)
        stack = Stack(local, connection)
        files = [demo.TENANTS / f"{city}.yaml" for city in cities]
        with ThreadPoolExecutor() as pool:
            for done in pool.map(lambda file: stack.townkit("apply", str(file)), files):
                assert done.returncode == 0, done.stdout + done.stderr
        stack.signins += demo.sign_ins(files, local.public_url)
        demo.create_sign_ins(connection, stack.signins)
        secret = deploy.ensure_secret(connection, deploy.secret_names(local.stage)["EdgeSecretParameter"])
        upstream = Upstream(local.cloud_url, connection.api_host, secret)
        edge = EdgeServer(upstream, built.assets, MailPage(local.cloud_url, stack.signins), local.port)
        edge.start()
        cleanup.callback(edge.stop)
        yield stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The deployed stack that the tests of this process share. Two processes run a file of tests each at a
    time (`--dist=loadfile`), so a file meets one stack from its first test to its last."""
    with running_stack(local_in(tmp_path_factory.mktemp("stack"))) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(ensure()), args=CHROMIUM)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh browser window with its own cookies."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    opened = context.new_page()
    yield opened
    context.close()


def refused(call: Callable[[], Any]) -> bool:
    """True when the cloud refuses the call for lack of rights; another error is not a refusal and is
    raised."""
    try:
        call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in {"AccessDenied", "AccessDeniedException", "403", "Forbidden"}:
            return True
        raise
    return False

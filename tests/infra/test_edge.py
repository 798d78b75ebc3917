"""The local edge between a browser and the deployed API."""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from infra.cli.connection import FunctionFailedError
from infra.edge.mail import MailPage
from infra.edge.proxy import FOREVER, NO_SUCH_API, Upstream
from infra.edge.server import EdgeServer
from tests.stack import Stack, free_ports, local_in, running_stack, wait_for


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    app = Path(__file__).with_name("hello_app.py")
    with running_stack(local_in(tmp_path_factory.mktemp("hello")), app, cities=()) as stack:
        yield stack


def fetch(url: str, data: bytes | None = None, **headers: str) -> HTTPResponse:
    request = urllib.request.Request(url, data, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = urllib.request.urlopen(request, timeout=30)
    assert isinstance(answer, HTTPResponse)
    return answer


def test_page_comes_with_its_path_query_and_cookies(hello: Stack) -> None:
    with fetch(f"{hello.url}/hello/%E6%B8%85%E6%B2%B3?a=1&b=%C3%A9") as answer:
        seen = json.load(answer)
        assert answer.headers.get_all("Set-Cookie") == ["one=1; Path=/", "two=2; Path=/"]
    assert seen["name"] in {"清河", "%E6%B8%85%E6%B2%B3"}
    assert seen["query"] == {"a": "1", "b": "é"}


def test_only_the_edge_sets_what_proves_the_edge(hello: Stack) -> None:
    lies = {
        "X_Townkit_Edge": "lie",
        "CloudFront_Viewer_Address": "192.0.2.1:1",
        "X_Forwarded_For": "192.0.2.1",
    }
    with fetch(f"{hello.url}/hello/x", **lies) as answer:
        headers = json.load(answer)["headers"]
    assert headers["x-townkit-edge"] not in {"lie", ""}
    assert headers["cloudfront-viewer-address"].startswith("127.0.0.1:")
    assert "192.0.2.1" not in headers["x-forwarded-for"]


def test_form_arrives_as_it_was_sent(hello: Stack) -> None:
    kind = "application/x-www-form-urlencoded"
    with fetch(f"{hello.url}/hello/x", b"a=1&a=2&b=%E6%B2%B3", Content_Type=kind) as answer:
        assert json.load(answer)["body"] == "a=1&a=2&b=%E6%B2%B3"


def test_text_is_compressed_for_who_wants_it(hello: Stack) -> None:
    with fetch(f"{hello.url}/hello/x", Accept_Encoding="gzip") as answer:
        packed = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed))["name"] == "x"


def test_redirect_stays_a_redirect(hello: Stack) -> None:
    class _Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: object) -> None:
            return None

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(_Stay).open(f"{hello.url}/away", timeout=30)
    with refused.value as answer:
        assert (answer.code, answer.headers["Location"]) == (303, "/hello/there")


def test_assets_are_served_beside_the_api_and_may_be_kept(hello: Stack) -> None:
    names = json.loads((hello.local.data / "build" / "app" / "assets" / "manifest.json").read_text())
    with fetch(f"{hello.url}/assets/{names['app.css']}", Accept_Encoding="gzip") as answer:
        assert answer.headers["Cache-Control"] == FOREVER
        assert answer.headers["Content-Type"].startswith("text/css")
    for wrong in ("manifest.json", "..%2Fapp.py", "app.css"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetch(f"{hello.url}/assets/{wrong}")
        with refused.value as answer:
            assert answer.code == 404


def test_captured_mail_is_shown_escaped(hello: Stack) -> None:
    hello.client("sesv2").send_email(
        FromEmailAddress=hello.environment["TOWNKIT_MAIL_FROM"],
        Destination={"ToAddresses": ["ann@example.org"]},
        Content={"Simple": {"Subject": {"Data": "<b>Bold</b>"}, "Body": {"Text": {"Data": "Dear Ann"}}}},
    )
    assert [mail["Subject"] for mail in hello.mail(to="ann@example.org")] == ["<b>Bold</b>"]
    with fetch(f"{hello.url}/_local/mail") as answer:
        shown = answer.read().decode()
    assert "&lt;b&gt;Bold&lt;/b&gt;" in shown
    assert "Dear Ann" in shown


def test_error_of_a_function_arrives_readable(hello: Stack) -> None:
    with pytest.raises(FunctionFailedError, match="this cannot be done: tea"):
        hello.invoke("admin", {"fail": "tea"})


def test_message_that_crashes_ends_as_a_dead_letter_and_its_neighbour_does_not(hello: Stack) -> None:
    sqs, outputs = hello.client("sqs"), hello.outputs
    with hello.quick_retries("TasksQueueUrl"):
        for body in ("crash", "fine"):
            sqs.send_message(QueueUrl=outputs["TasksQueueUrl"], MessageBody=body)
        dead = wait_for(
            lambda: sqs.receive_message(QueueUrl=outputs["TasksDeadLettersUrl"]).get("Messages"),
            60,
            "a dead letter",
        )
    assert [message["Body"] for message in dead] == ["crash"]


def test_the_edge_finds_an_api_that_a_deployment_gave_a_new_name(tmp_path: Path) -> None:
    names, asked = ["old.execute-api.localhost", "new.execute-api.localhost"], []

    class Cloud(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Host"])
            known = self.headers["Host"] == "new.execute-api.localhost"
            body = b"here" if known else NO_SUCH_API
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    cloud_port, port = free_ports(2)
    cloud = ThreadingHTTPServer(("127.0.0.1", cloud_port), Cloud)
    Thread(target=cloud.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{cloud_port}"
    upstream = Upstream(address, lambda: names.pop(0) if len(names) > 1 else names[0], "secret")
    edge = EdgeServer(upstream, tmp_path, MailPage(address, []), port)
    edge.start()
    try:
        for _ in range(2):
            with fetch(f"http://127.0.0.1:{port}/x") as answer:
                assert answer.read() == b"here"
    finally:
        edge.stop()
        cloud.shutdown()
        cloud.server_close()
    assert asked == ["old.execute-api.localhost", *["new.execute-api.localhost"] * 2]

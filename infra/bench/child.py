"""One measurement in an interpreter of its own, with nothing but the package on its path (`python -I -S
-B`):

child.py ours|bare CODE LAYER TAPE - prints JSON lines. ``ours`` is our API function, ``bare`` the yardstick:
a Chalice app with boto3, one DynamoDB client and a route that reads one item. AWS is answered from the tape,
at the HTTP layer, on both sides. After the first answer it reads orders: `page N` answers the page so often,
`visit N` the same page of so many other cities."""

import json
import re
import sys
import time
from typing import Any

CLIENTS = ("sts", "ssm")  # what the first page of a fresh process calls besides DynamoDB
COUNTERS, COUNTED = "DynamoDB_20120810.UpdateItem", '{"Attributes": {}}'
CITY = "oakville"
STRANGER = re.compile(r"\boak\d{5}\b")  # any other city: the tape's, under its own name


def ours(template: str) -> Any:
    """Import the app, make its first clients, load the page's template."""
    import app
    from functions.core import aws
    from functions.web.rendering import environment

    for service in CLIENTS:
        aws.own_client(service)
    aws.scoped_client("dynamodb")
    environment().get_template(template)
    return app.app


def bare(_: str) -> Any:
    """The yardstick's app, with its client."""
    import app

    return app.app


class _Raw:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: object, **__: object) -> Any:
        yield self.body


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")


def on_tape(text: str) -> str:
    """Under which name a request's answer lies: the keys of a batch come in an order of chance."""
    return "".join(sorted(text)) if "BatchGetItem" in text else text


def play(tape: dict[str, Any]) -> None:
    """Answer every call of botocore from the tape; an unknown one is an error, except writes of counters."""
    from botocore.awsrequest import AWSResponse
    from botocore.httpsession import URLLib3Session

    def send(_: Any, request: Any) -> Any:
        text = f"{_text(request.headers.get('X-Amz-Target'))} {_text(request.body)}"
        other = STRANGER.search(text)
        text = on_tape(text.replace(other[0], CITY) if other else text)
        if text not in tape and not text.startswith(COUNTERS):
            raise LookupError(f"not on the tape: {text[:300]}")
        status, kind, content = tape.get(text, (200, "application/x-amz-json-1.0", COUNTED))
        content = content.replace(CITY, other[0]) if other else content
        return AWSResponse(request.url, status, {"content-type": kind}, _Raw(content.encode()))

    URLLib3Session.send = send


def main() -> None:
    """See the module's first lines."""
    kind, code, layer, tape_file = sys.argv[1:]
    sys.path[:0] = [code, layer]
    with open(tape_file, encoding="utf-8") as file:  # noqa: PTH123 - pathlib's import is part of what is measured
        recording = json.load(file)
    make = {"ours": ours, "bare": bare}[kind]
    started, busy = time.perf_counter(), time.process_time()
    app = make(recording["template"])
    ready, busy_ready = time.perf_counter() - started, time.process_time() - busy
    play(recording["tape"])
    event = recording["events"][kind]
    answer = app(event, None)
    busy_first = time.process_time() - busy
    if answer["statusCode"] != 200:
        raise RuntimeError(f"answered {answer['statusCode']}: {str(answer['body'])[:300]}")
    _say(ready=ready * 1000, cpu=busy_ready * 1000, first=busy_first * 1000)
    for line in sys.stdin:
        what, number = line.split()
        events = strangers(event, int(number)) if what == "visit" else [event] * int(number)
        started = time.process_time()
        for one in events:
            if app(one, None)["statusCode"] != 200:
                raise RuntimeError("a warm page failed")
        _say(ms=(time.process_time() - started) * 1000 / len(events))


def strangers(event: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """The same request to so many other cities."""
    text = json.dumps(event)
    return [json.loads(text.replace(CITY, f"oak{n:05}")) for n in range(number)]


def _say(**values: float) -> None:
    sys.stdout.write(json.dumps({"bench": values}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

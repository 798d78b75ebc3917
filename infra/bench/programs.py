"""What requests of programs cost: each operation of the programming interface once, after a first one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from functions.api.operations import OPERATIONS, Operation
from infra.bench.meter import Meter, Spent
from tests.api.people import PDF, application
from tests.api.program import Answer, Program, make_key
from tests.world import BUCKET, World

CITY, SERVICE = "oakville", "residence-certificate"
REQUEST = "bench-request-1"
QUERIES = {"read_file": "?not_checked=accept", "find_case": "?reference={reference}"}
BODIES: dict[str, Callable[[dict[str, str]], Any]] = {
    "prepare_upload": lambda known: {"field": "proof"},
    "submit_application": lambda known: application(CITY, [known["file"]]),
    "change_case": lambda known: {"action": "approve", "version": 1},
    "create_webhook": lambda known: {"url": "https://hooks.example.com/"},
}


def measure_programs(world: World, meter: Meter) -> dict[tuple[str, str], Spent]:
    """Calls and units of each operation, under its method and address. Raises RuntimeError when one does not
    succeed."""
    from app import app

    program = Program(app, CITY, make_key(world.oakville)[1])
    program.get("/changes")  # a day's first use of a key is written down
    known = {"service": SERVICE}
    found: dict[tuple[str, str], Spent] = {}
    for operation in sorted(OPERATIONS, key=lambda one: one.method != "POST"):
        address = _address(operation, known)
        body = BODIES[operation.id](known) if operation.id in BODIES else None
        once = {"Idempotency_Key": REQUEST} if operation.idempotent else {}
        with meter.measure() as spent:
            answer = program.ask(operation.method, address, body, **once)
        if answer.status >= 400 and operation.id != "read_file":  # a new file is still being looked at
            raise RuntimeError(f"{operation.id} answered {answer.status}: {answer.text}")
        found[operation.method, f"/{{city}}/api/v1{operation.path}"] = spent
        _learn(operation, answer, known, world)
    return found


def _address(operation: Operation, known: dict[str, str]) -> str:
    path = operation.path
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", value)
    return path + QUERIES.get(operation.id, "").format_map(known)


def _learn(operation: Operation, answer: Answer, known: dict[str, str], world: World) -> None:
    """What later operations need of an answer; a file goes where the answer says."""
    if operation.id == "prepare_upload":
        key = answer.json["fields"]["key"].replace("${filename}", "bill.pdf")
        world.s3.put_object(Bucket=BUCKET, Key=key, Body=PDF)
        known["file"] = answer.json["file"]
    elif operation.id == "submit_application":
        known |= {name: answer.json[name] for name in ("case", "reference")}
    elif operation.id == "create_webhook":
        known["webhook"] = answer.json["id"]

"""What requests of programs cost: each operation of the programming interface once, after a first one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from functions.api.operations import OPERATIONS
from infra.bench.meter import Meter, Spent
from tests.api.people import PDF, application
from tests.api.program import Program, make_key
from tests.world import BUCKET, World

CITY, SERVICE = "oakville", "residence-certificate"
REQUEST = "bench-request-1"


def measure_programs(world: World, meter: Meter) -> dict[tuple[str, str], Spent]:
    """Calls and units of each operation, under its method and address. Raises RuntimeError when one does not
    succeed."""
    from app import app

    program = Program(app, CITY, make_key(world.oakville)[1])
    program.get("/changes")  # a day's first use of a key is written down
    known = {"service": SERVICE, "file": ""}
    found: dict[tuple[str, str], Spent] = {}
    bodies: dict[str, Callable[[], Any]] = {
        "prepare_upload": lambda: {"field": "proof"},
        "submit_application": lambda: application(CITY, [known["file"]]),
        "change_case": lambda: {"action": "approve", "version": 1},
        "create_webhook": lambda: {"url": "https://hooks.example.com/"},
    }
    for operation in sorted(OPERATIONS, key=lambda one: one.method != "POST"):
        path = operation.path
        for name, value in known.items():
            path = path.replace(f"{{{name}}}", value)
        body = bodies[operation.id]() if operation.id in bodies else None
        once = {"Idempotency_Key": REQUEST} if operation.idempotent else {}
        query = {
            "read_file": "?not_checked=accept",
            "find_case": f"?reference={known.get('reference')}",
        }.get(operation.id, "")
        with meter.measure() as spent:
            answer = program.ask(operation.method, path + query, body, **once)
        if answer.status >= 400 and operation.id != "read_file":  # a new file is still being looked at
            raise RuntimeError(f"{operation.id} answered {answer.status}: {answer.text}")
        found[operation.method, f"/{{city}}/api/v1{operation.path}"] = spent
        if operation.id == "prepare_upload":
            key = answer.json["fields"]["key"].replace("${filename}", "bill.pdf")
            world.s3.put_object(Bucket=BUCKET, Key=key, Body=PDF)
            known["file"] = answer.json["file"]
        elif operation.id == "submit_application":
            known |= {name: answer.json[name] for name in ("case", "reference")}
        elif operation.id == "create_webhook":
            known["webhook"] = answer.json["id"]
    return found

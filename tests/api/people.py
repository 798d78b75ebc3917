"""What programs send for two invented people."""

from __future__ import annotations

from typing import Any

from tests.api.program import Answer, Program
from tests.world import BUCKET, World

ANSWERS: dict[str, dict[str, Any]] = {
    "oakville": {
        "name": "Maria Garcia", "birth_date": "1984-02-29", "identity_number": "536-90-4399",
        "address": "12 Oak Street\n\nOakville\nTX\n78701", "since": "2020-06-01", "reason": "school",
        "email": "maria@citizen.example", "phone": "+12025550143",
    },
    "qinghe": {
        "name": "王小明", "birth_date": "1949-12-31", "identity_number": "11010519491231002X",
        "address": "河北省\n清河市\n清河区\n中心街道\n1 号 2 单元 301 室\n", "since": "2019-09-01",
        "reason": "other", "email": "wang@citizen.example",
    },
}  # fmt: skip
PDF = b"%PDF-1.7 a bill (demo)"
SERVICE = "/services/residence-certificate"


def hand_in(program: Program, world: World, request: str, data: bytes = PDF, name: str = "bill.pdf") -> str:
    """Ask for a form and do what it says, as the storage would; the file's id."""
    answer = program.post(f"{SERVICE}/uploads", {"field": "proof"}, Idempotency_Key=request)
    assert answer.status == 201, answer.text
    key = answer.json["fields"]["key"].replace("${filename}", name)
    world.s3.put_object(Bucket=BUCKET, Key=key, Body=data)
    return str(answer.json["file"])


def application(city: str, files: list[str], **answers: Any) -> dict[str, Any]:
    """A whole application."""
    given = {name: value for name, value in {**ANSWERS[city], **answers}.items() if value is not None}
    return {"answers": given, "documents": {"proof": files}, "declaration": True}


def send(program: Program, world: World, request: str = "request-0001", **answers: Any) -> Answer:
    """Hand in the proof and send."""
    files = [hand_in(program, world, request)]
    body = application(program.city, files, **answers)
    return program.post(f"{SERVICE}/applications", body, Idempotency_Key=request)

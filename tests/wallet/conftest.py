"""The people of tests/people, and documents of theirs."""

from __future__ import annotations

import io

from pypdf import PdfWriter

from functions.core.context import Context
from functions.files import worker
from functions.people.domain import Person
from functions.wallet import service as wallet
from functions.wallet.domain import Held
from tests.people.conftest import browser, client, oak, people, towns
from tests.world import BUCKET, World

__all__ = ["browser", "client", "oak", "people", "towns"]


def paper(pages: int = 1) -> bytes:
    """An empty PDF."""
    writer, out = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def document(world: World, ctx: Context, person: Person, data: bytes | None = None, **typed: str) -> Held:
    """A driving licence with a scan that has been looked at: trust C."""
    given = {"kind": "driving_licence", "number": "D123-4567-8901", "expires": "2030-01-31", **typed}
    made = wallet.add(ctx, person, given)
    key = f"cities/{ctx.city.id}/uploads/person.{person.id}/scan{made.id}/licence.pdf"
    world.s3.put_object(Bucket=BUCKET, Key=key, Body=data or paper())
    assert wallet.take_file(ctx, person, made.id, f"scan{made.id}") == ""
    worker.check_file(ctx, f"person.{person.id}/scan{made.id}")
    return wallet.get(ctx, person, made.id)

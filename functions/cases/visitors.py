"""What a person without an account may open, by signed cookies: drafts begun in this browser, and the one
application whose reference and code were given. The cookies name ids only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.core.errors import NotFound
from functions.web import cookies
from functions.web.request import PageContext

if TYPE_CHECKING:
    from functions.cases.drafts import Draft

DRAFTS, STATUS = "drafts", "status"
KEEP_DRAFTS = 8
DRAFT_SECONDS = 90 * 86400
STATUS_SECONDS = 2 * 3600


def remember_draft(ctx: PageContext, draft_id: str) -> None:
    """Let this browser open the draft; the oldest of more than eight is forgotten."""
    cookies.set_signed(ctx, DRAFTS, {"ids": [draft_id, *_draft_ids(ctx)][:KEEP_DRAFTS]}, DRAFT_SECONDS)


def _draft_ids(ctx: PageContext) -> list[str]:
    return list((cookies.read_signed(ctx, DRAFTS, DRAFT_SECONDS) or {}).get("ids", ()))


def open_draft(ctx: PageContext, draft_id: str) -> Draft:
    """The draft that this browser began. Raises NotFound for any other, an unknown one and one that has
    ended."""
    from functions.cases.drafts import find_draft

    draft = find_draft(ctx, draft_id) if draft_id in _draft_ids(ctx) else None
    if draft is None:
        raise NotFound
    return draft


def remember_case(ctx: PageContext, case_id: str) -> None:
    """Let this browser see the application's state for two hours."""
    cookies.set_signed(ctx, STATUS, {"case": case_id}, STATUS_SECONDS)


def remembered_case(ctx: PageContext) -> str | None:
    """The application whose reference and code were given in this browser."""
    found = (cookies.read_signed(ctx, STATUS, STATUS_SECONDS) or {}).get("case")
    return str(found) if found else None

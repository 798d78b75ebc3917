"""What a person without an account may open, by signed cookies: drafts begun or resumed in this browser, and
the one case whose reference and code were given. The cookies name ids only, and can be forgotten."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING

from functions.core.errors import NotFound
from functions.core.i18n import N_
from functions.web import cookies
from functions.web.request import PageContext

if TYPE_CHECKING:
    from functions.cases.drafts import Draft

DRAFTS, STATUS, LEFT = "drafts", "status", "left"
KEEP_DRAFTS = 8
DRAFT_SECONDS = 90 * 86400
STATUS_SECONDS = 2 * 3600
LEFT_SECONDS = 600


class DraftEnded(NotFound):
    """This browser had a draft that is there no more: its days are over, or it was deleted."""

    code = "draft_ended"
    message = N_("What you saved here is not there any more")


def remember_draft(ctx: PageContext, draft_id: str) -> None:
    """Let this browser open the draft; the oldest of more than eight is forgotten."""
    others = [one for one in _draft_ids(ctx) if one != draft_id]
    cookies.set_signed(ctx, DRAFTS, {"ids": [draft_id, *others][:KEEP_DRAFTS]}, DRAFT_SECONDS)


def forget_draft(ctx: PageContext, draft_id: str) -> None:
    """This browser does not open the draft, nor the case that it became, any more."""
    forget_drafts(ctx, (draft_id,))
    if remembered_case(ctx) == draft_id:
        cookies.clear(ctx, STATUS)


def forget_drafts(ctx: PageContext, draft_ids: Container[str]) -> None:
    """This browser does not open these drafts any more."""
    others = [one for one in _draft_ids(ctx) if one not in draft_ids]
    if others:
        cookies.set_signed(ctx, DRAFTS, {"ids": others}, DRAFT_SECONDS)
    else:
        cookies.clear(ctx, DRAFTS)


def forget_everything(ctx: PageContext) -> None:
    """This browser opens no draft and no case any more: whoever used it for others has gone."""
    for name in (DRAFTS, STATUS, LEFT):
        if cookies.raw(ctx, name):
            cookies.clear(ctx, name)


def _draft_ids(ctx: PageContext) -> list[str]:
    return list((cookies.read_signed(ctx, DRAFTS, DRAFT_SECONDS) or {}).get("ids", ()))


def open_draft(ctx: PageContext, draft_id: str) -> Draft:
    """The draft that this browser began or resumed. Raises NotFound for any other and DraftEnded for one
    of its own that is there no more."""
    from functions.cases.drafts import find_draft

    if draft_id not in _draft_ids(ctx):
        raise NotFound
    draft = find_draft(ctx, draft_id)
    if draft is None:
        raise DraftEnded
    return draft


def leave_draft(ctx: PageContext, draft_id: str) -> None:
    """Forget a draft in this browser at once; for ten minutes it may still be deleted from here. Nothing
    happens for a draft that is not this browser's."""
    if draft_id not in _draft_ids(ctx):
        return
    forget_draft(ctx, draft_id)
    cookies.set_signed(ctx, LEFT, {"draft": draft_id}, LEFT_SECONDS)


def left_draft(ctx: PageContext) -> str | None:
    """The draft that was just left."""
    found = (cookies.read_signed(ctx, LEFT, LEFT_SECONDS) or {}).get("draft")
    return str(found) if found else None


def forget_left(ctx: PageContext) -> None:
    """Nothing can be deleted from here any more."""
    cookies.clear(ctx, LEFT)


def remember_case(ctx: PageContext, case_id: str) -> None:
    """Let this browser see the application's state for two hours."""
    cookies.set_signed(ctx, STATUS, {"case": case_id}, STATUS_SECONDS)


def remembered_case(ctx: PageContext) -> str | None:
    """The application whose reference and code were given in this browser."""
    found = (cookies.read_signed(ctx, STATUS, STATUS_SECONDS) or {}).get("case")
    return str(found) if found else None

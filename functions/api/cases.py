"""Operations on cases: what changed, reading one, its documents, writing a decision back."""

from __future__ import annotations

from functions.api.dispatch import Call
from functions.api.views import case_view, change_view
from functions.cases import changes, desk, reading
from functions.cases.domain import Decision, Missing
from functions.core import clock
from functions.web.responses import Json


def list_changes(call: Call) -> Json:
    """Changes behind a cursor, as far as they are settled; with the cursor for the next time."""
    asked, now = call.query(), call.ctx.now
    position = changes.from_cursor(asked.after) if asked.after else changes.start_of(asked.since, now)
    page = changes.since(position, call.key.departments, asked.limit, now)
    listed = [change_view(change) for change in page.changes]
    return Json({"changes": listed, "next": changes.to_cursor(page.position), "more": page.more})


def find_case(call: Call) -> Json:
    """What a reference stands for, among the cases of the key's departments."""
    found = desk.find_referred(call.key.staff, call.query().reference)
    view = {"service": found.service, "state": found.state, "version": found.version}
    return Json({"case": found.id, **view})


def read_case(call: Call) -> Json:
    """A case of the key's departments; the view is in its history first."""
    found = reading.view_case(call.ctx, call.key.staff, call.values["case"])
    return Json(case_view(call.ctx, found.case, found.files))


def read_file(call: Call) -> Json:
    """Where to fetch a document; opening it is in the case's history first."""
    from functions.cases import file_desk
    from functions.files.service import LINK_LIFE

    asked = call.query()
    found = file_desk.find(call.key.staff, call.values["case"], call.values["file"])
    link = file_desk.give_out(call.ctx, found, asked.not_checked == "accept")
    return Json({"url": link, "expires_at": clock.iso(call.ctx.now + LINK_LIFE)})


def change_case(call: Call) -> Json:
    """A clerk's decision, taken elsewhere."""
    asked = call.body()
    missing = tuple(Missing(one.field, one.note) for one in asked.missing)
    decision = Decision(asked.action, asked.version, asked.reason, missing)
    decided = desk.carry_out(call.ctx, call.key.staff, call.values["case"], decision)
    return Json({"case": decided.id, "state": decided.state, "version": decided.version})

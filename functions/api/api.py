"""The address of the programming interface. What it answers, to whom, is in operations.py."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Json

bp = CityBlueprint(__name__)


@bp.page("/{city}/api/v1/{rest+}", methods=("GET", "POST", "PUT", "PATCH", "DELETE"), access="api")
def operate(ctx: PageContext) -> Json:
    """Any operation. Imported with the first such request, so that it costs no page's cold start."""
    from functions.api import dispatch

    return dispatch.answer(ctx)

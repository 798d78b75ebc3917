"""Whether a page helped: the question at the end of every page leads here. Nobody is asked who they are."""

from __future__ import annotations

import re

from functions.core.errors import Invalid, NotFound
from functions.core.i18n import N_
from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)
TOPIC = re.compile(r"[a-z][a-z0-9-]{0,47}(/[a-z][a-z0-9-]{0,47})?")
ANSWERS = ("yes", "no")


def _topic(value: str) -> str:
    if not TOPIC.fullmatch(value):
        raise NotFound
    return value


@bp.page("/{city}/helped", access="public")
def helped(ctx: PageContext) -> Page:
    """Yes or no, a few words if wanted, and thanks afterwards."""
    if "thanks" in ctx.query:
        return Page("feedback/thanks.html")
    answer = ctx.query.get("answer", "")
    return _question(ctx, _topic(ctx.query.get("page", "home")), answer if answer in ANSWERS else "", "", {})


def _question(ctx: PageContext, topic: str, answer: str, words: str, errors: dict[str, str]) -> Page:
    return Page(
        "feedback/helped.html",
        topic=topic,
        answer=answer,
        words=words,
        errors=errors,
        status=422 if errors else 200,
        address=f"/{ctx.city.id}/helped",
    )


@bp.page("/{city}/helped", methods=("POST",), access="public")
def note(ctx: PageContext) -> Page | Redirect:
    """Count the answer."""
    from functions.feedback import service

    topic, answer, words = _topic(ctx.value("page")), ctx.value("answer"), ctx.value("words")
    if answer not in ANSWERS:
        return _question(ctx, topic, "", words, {"answer": N_("Choose yes or no")})
    try:
        service.note(ctx, ctx.network, topic, answer == "yes", words)
    except Invalid as invalid:
        return _question(ctx, topic, answer, words, dict(invalid.fields))
    return Redirect(f"/{ctx.city.id}/helped?thanks=1")


@bp.page("/{city}/console/helped", access="staff")
def show(ctx: PageContext) -> Page:
    """How often pages helped in four weeks, or with `words` what people wrote last; for admins."""
    from functions.feedback import service

    if ctx.staff is None or not ctx.staff.is_admin:
        raise NotFound
    if "words" in ctx.query:
        return Page("feedback/words.html", section="helped", latest=service.latest(ctx))
    return Page("feedback/console.html", section="helped", sums=service.sums(ctx))

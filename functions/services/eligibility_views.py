"""Can I apply? One question a page, then yes, maybe or no with the reason and what else there is. A no is an
answer, never an error; nothing is stored."""

from __future__ import annotations

from functions.core.errors import NotFound
from functions.core.i18n import N_, pick
from functions.services import asking, checklist, fields
from functions.services.asking import CHECK, NEED, Asking, address_of, answer_rows, next_question
from functions.services.availability import STOPPED, checkable, state_of
from functions.services.decisions import Eligibility
from functions.services.domain import Field, Service
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

FORGET = "forget"
HEADINGS = {
    "yes": N_("You can apply"),
    "maybe": N_("You may be able to apply"),
    "no": N_("You cannot apply"),
}
ADVISED_NO = N_("You will probably not get this")


def questions_of(service: Service, step: str) -> list[Field]:
    """What a step asks. Raises NotFound for a step that the service does not have."""
    if step == CHECK and checkable(service):
        return asking.eligibility_asks(service)
    if step == NEED and not service.link:
        return asking.askable(service)
    raise NotFound


def page(ctx: PageContext, service: Service, step: str) -> Page | Redirect:
    """A question, the answer of the check, or the checklist."""
    questions = questions_of(service, step)
    asked = asking.asking_of(ctx, service)
    wanted = ctx.query.get("ask")
    if wanted:
        return _question(asked, step, _named(questions, wanted), questions)
    if step == NEED:
        return checklist.page(asked, questions)
    upcoming = next_question(asked, questions)
    if upcoming:
        return Redirect(f"{address_of(asked, step)}?ask={upcoming.id}")
    verdict = asked.verdict()
    if verdict is None:
        raise NotFound
    return _verdict(asked, verdict, questions)


def answer(ctx: PageContext, service: Service, step: str) -> Redirect:
    """Keep one answer and go on; or forget them all."""
    questions = questions_of(service, step)
    asked = asking.asking_of(ctx, service)
    here = address_of(asked, step)
    if ctx.value(FORGET):
        asked.forget()
        return Redirect(f"/{ctx.city.id}/services/{service.id}")
    question = _named(questions, ctx.query.get("ask", ""))
    if not asking.take(asked, question, ctx.form):
        return Redirect(f"{here}?ask={question.id}&problem=1")
    if step == NEED and (rest := asking.still_open(asked, questions)):
        return Redirect(f"{here}?ask={rest[0].id}")
    return Redirect(here)


def _named(questions: list[Field], wanted: str) -> Field:
    found = next((one for one in questions if one.id == wanted), None)
    if found is None:
        raise NotFound
    return found


def _question(asked: Asking, step: str, question: Field, questions: list[Field]) -> Page:
    required = not question.optional
    refused = "problem" in asked.ctx.query
    typed = fields.shown(question, asked.answers.get(question.id), asked.rules)
    if refused:
        typed |= {name: text for name, text in asked.typed.items() if name in typed}
    problems = fields.check(question, typed, asked.rules, required)[1] if refused else ()
    return Page(
        "services/ask.html",
        service=asked.service,
        question=fields.view(question, typed, asked.rules, required=required, heading=True),
        errors={one.part or question.id: fields.sentence(question, one) for one in problems},
        address=f"{address_of(asked, step)}?ask={question.id}",
        number=questions.index(question) + 1,
        total=len(questions),
        section="services",
        back=_back(asked, step, question, questions),
    )


def _back(asked: Asking, step: str, question: Field, questions: list[Field]) -> str:
    place = questions.index(question)
    if place:
        return f"{address_of(asked, step)}?ask={questions[place - 1].id}"
    return f"/{asked.ctx.city.id}/services/{asked.service.id}"


def _verdict(asked: Asking, verdict: Eligibility, questions: list[Field]) -> Page:
    gate = asked.service.raw["eligibility"]["mode"] == "gate"
    state = state_of(asked.ctx, asked.service)
    stopped = gate and verdict.outcome == "no"
    return Page(
        "services/verdict.html",
        service=asked.service,
        verdict=verdict,
        heading=ADVISED_NO if verdict.outcome == "no" and not gate else HEADINGS[verdict.outcome],
        instead=alternatives(asked.ctx, verdict),
        rows=answer_rows(asked, questions, CHECK),
        state=state,
        stopped=STOPPED,
        about=asked.service.raw["service"],
        can_start=state.can_start and not stopped,
        here=f"/{asked.ctx.city.id}/services/{asked.service.id}",
        section="services",
        back=f"/{asked.ctx.city.id}/services/{asked.service.id}",
    )


def alternatives(ctx: PageContext, verdict: Eligibility) -> list[dict[str, str]]:
    """`{text, href}` of what else there is; a service that the city does not offer has no link."""
    found = []
    for one in verdict.instead:
        service = one.get("service")
        known = f"/{ctx.city.id}/services/{service}" if service and ctx.city.service(service) else ""
        found.append({"text": pick(one["text"]), "href": known or one.get("url") or ""})
    return found

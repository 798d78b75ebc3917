"""A person's routes: the form of an application, and how far it is. What they do is imported with the
first such request, so that it costs no other page's cold start."""

from __future__ import annotations

from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

bp = CityBlueprint(__name__)


@bp.page("/{city}/apply/{draft}/{page}", access="citizen")
def question(ctx: PageContext, draft: str, page: str) -> Page | Redirect:
    """One page of the form."""
    from functions.cases import form_steps

    return form_steps.question(ctx, draft, page)


@bp.page("/{city}/apply/{draft}/{page}", methods=("POST",), access="citizen")
def answer(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Check and keep a page's answers, then go on, or back to the page with what is wrong."""
    from functions.cases import form_steps

    return form_steps.answer(ctx, draft, page)


@bp.page("/{city}/apply/{draft}/{page}/uploaded", access="citizen")
def uploaded(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Where the storage sends the browser after an upload."""
    from functions.cases import form_steps

    return form_steps.uploaded(ctx, draft, page)


@bp.page("/{city}/apply/{draft}/{page}/remove", methods=("POST",), access="citizen")
def remove(ctx: PageContext, draft: str, page: str) -> Redirect:
    """Take the file of a page back."""
    from functions.cases import form_steps

    return form_steps.remove(ctx, draft, page)


@bp.page("/{city}/apply/{draft}/check", access="citizen")
def check(ctx: PageContext, draft: str) -> Page | Redirect:
    """All answers in one list before they are sent."""
    from functions.cases import form_sending

    return form_sending.check(ctx, draft)


@bp.page("/{city}/apply/{draft}/check", methods=("POST",), access="citizen")
def send(ctx: PageContext, draft: str) -> Redirect:
    """Send the application. A second click leads to the same confirmation."""
    from functions.cases import form_sending

    return form_sending.send(ctx, draft)


@bp.page("/{city}/apply/{draft}/done", access="citizen")
def done(ctx: PageContext, draft: str) -> Page | Redirect:
    """The confirmation."""
    from functions.cases import form_sending

    return form_sending.done(ctx, draft)


@bp.page("/{city}/apply/{draft}/eligibility", access="citizen")
def eligibility(ctx: PageContext, draft: str) -> Page | Redirect:
    """Why somebody cannot get it, and what else there is."""
    from functions.cases import form_sending

    return form_sending.eligibility(ctx, draft)


@bp.page("/{city}/apply/{draft}/tasks", access="citizen")
def tasks(ctx: PageContext, draft: str) -> Page | Redirect:
    """The task list of a long form."""
    from functions.cases import tasks as task_list

    return task_list.show(ctx, draft)


@bp.page("/{city}/apply/{draft}/changed", access="citizen")
def changed(ctx: PageContext, draft: str) -> Page | Redirect:
    """What a new version of the form changed."""
    from functions.cases import saved_steps

    return saved_steps.changed_page(ctx, draft)


@bp.page("/{city}/apply/{draft}/changed", methods=("POST",), access="citizen")
def go_on_after_change(ctx: PageContext, draft: str) -> Redirect:
    """The changes were read."""
    from functions.cases import saved_steps

    return saved_steps.go_on_after_change(ctx, draft)


@bp.page("/{city}/apply/{draft}/save", access="citizen")
def saved(ctx: PageContext, draft: str) -> Page | Redirect:
    """Number, code and link to come back with."""
    from functions.cases import saved_steps

    return saved_steps.save_page(ctx, draft)


@bp.page("/{city}/apply/{draft}/save", methods=("POST",), access="citizen")
def save(ctx: PageContext, draft: str) -> Redirect:
    """Make the number, or send the mail that was asked for."""
    from functions.cases import saved_steps

    return saved_steps.save(ctx, draft)


@bp.page("/{city}/apply/{draft}/forget", methods=("POST",), access="citizen")
def forget(ctx: PageContext, draft: str) -> Redirect:
    """This device forgets the form; what was written is deleted when asked."""
    from functions.cases import saved_steps

    return saved_steps.forget(ctx, draft)


@bp.page("/{city}/apply/{draft}/safety", access="citizen")
def safety(ctx: PageContext, draft: str) -> Page | Redirect:
    """How to leave a delicate form at once."""
    from functions.cases import saved_steps

    return saved_steps.safety(ctx, draft)


@bp.page("/{city}/apply/{draft}/exit", access="public")
def leave(ctx: PageContext, draft: str) -> Redirect:
    """Away at once, whoever asks; only a draft of this browser is forgotten."""
    from functions.cases import saved_steps

    return saved_steps.leave(ctx, draft)


@bp.page("/{city}/left", access="public")
def left(ctx: PageContext) -> Page:
    """After leaving: a page that says nothing about the form."""
    from functions.cases import saved_steps

    return saved_steps.left_page(ctx)


@bp.page("/{city}/left", methods=("POST",), access="public")
def delete_left(ctx: PageContext) -> Redirect:
    """Delete what was written in the form that was just left here."""
    from functions.cases import saved_steps

    return saved_steps.delete_left(ctx)


@bp.page("/{city}/resume", access="public")
def resume_form(ctx: PageContext) -> Page:
    """The form that asks for number and code of what was saved."""
    from functions.cases import saved_steps

    return saved_steps.resume_page(ctx)


@bp.page("/{city}/resume", methods=("POST",), access="public")
def resume(ctx: PageContext) -> Page | Redirect:
    """Open on this device what was saved."""
    from functions.cases import saved_steps

    return saved_steps.resume(ctx)


@bp.page("/{city}/apply/{draft}/print", access="citizen")
def print_form(ctx: PageContext, draft: str) -> Page | Redirect:
    """The form for printing, with what is answered already."""
    from functions.cases import paper

    return paper.show(ctx, draft)


@bp.page("/{city}/services/{service}/print", access="public")
def paper_form(ctx: PageContext, service: str) -> Page:
    """What a form on paper is for."""
    from functions.cases import paper
    from functions.services.offered import service_of

    return paper.offer(ctx, service_of(ctx, service))


@bp.page("/{city}/services/{service}/print", methods=("POST",), access="public")
def make_paper_form(ctx: PageContext, service: str) -> Redirect:
    """Make a form for printing."""
    from functions.cases import paper
    from functions.services.offered import service_of

    return paper.make(ctx, service_of(ctx, service))


@bp.page("/{city}/status", access="public")
def lookup(ctx: PageContext) -> Page:
    """The form that asks for reference and code."""
    from functions.cases import status_views

    return status_views.lookup(ctx)


@bp.page("/{city}/status", methods=("POST",), access="public")
def look_up(ctx: PageContext) -> Redirect:
    """Open the application that a reference and a code belong to."""
    from functions.cases import status_views

    return status_views.look_up(ctx)


@bp.page("/{city}/status/application", access="citizen")
def application(ctx: PageContext) -> Page | Redirect:
    """State, what happens next, what is missing, the certificate."""
    from functions.cases import status_views

    return status_views.application(ctx)


@bp.page("/{city}/status/application", methods=("POST",), access="citizen")
def complete(ctx: PageContext) -> Redirect:
    """Begin handing in what a clerk asked for."""
    from functions.cases import status_views

    return status_views.complete(ctx)


@bp.page("/{city}/status/application/copy", access="citizen")
def sent_copy(ctx: PageContext) -> Page | Redirect:
    """What was sent, for keeping."""
    from functions.cases import status_views

    return status_views.sent_copy(ctx)

"""Which page of a person does what: the last part of the address -> its view. Views that need somebody who is
signed in take them as their second argument and are reached in no other way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from functions.core.errors import NotFound
from functions.people import changes, identity, my_views, sign_in_views, starting
from functions.people import service as people
from functions.wallet import views as wallet_views
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

Open = Callable[[PageContext], Any]
Own = Callable[[PageContext, Any], Any]

OPEN_PAGES: dict[str, Open] = {
    "sign-in": sign_in_views.sign_in,
    "code": sign_in_views.code,
    "signed-out": sign_in_views.signed_out,
    "erased": sign_in_views.erased,
    "start": starting.start_page,
    "identity-done": identity.come_back,
}
OWN_PAGES: dict[str, Own] = {
    "case": my_views.case_page,
    "open": my_views.open_case,
    "details": my_views.details,
    "documents": wallet_views.documents,
    "document": wallet_views.document,
    "document-file": wallet_views.take_file,
    "add": my_views.add,
    "contact": sign_in_views.new_contact,
    "erase": my_views.erase,
    "identity": identity.leave,
}
OPEN_CHANGES: dict[str, Open] = {
    "sign-in": sign_in_views.ask,
    "code": sign_in_views.redeem,
}
OWN_CHANGES: dict[str, Own] = {
    "add": changes.add,
    "contact": sign_in_views.ask_for_contact,
    "documents": wallet_views.add,
    "document": wallet_views.change,
    "forget-contact": changes.forget_contact,
    "consents": changes.consents,
    "forget-answer": changes.forget_answer,
    "language": changes.language,
    "sign-out": changes.sign_out,
    "sign-out-everywhere": changes.sign_out_everywhere,
    "erase": changes.erase,
}


def show(ctx: PageContext, page: str) -> Page | Redirect:
    """A page. Raises NotFound for an address that is none."""
    if page in OPEN_PAGES:
        found: Page | Redirect = OPEN_PAGES[page](ctx)
        return found
    own: Page | Redirect = _own(ctx, OWN_PAGES, page)
    return own


def change(ctx: PageContext, page: str) -> Page | Redirect:
    """What a form does. Raises NotFound for an address that is none."""
    if page in OPEN_CHANGES:
        done: Redirect = OPEN_CHANGES[page](ctx)
        return done
    result: Page | Redirect = _own(ctx, OWN_CHANGES, page)
    return result


def to_sign_in(ctx: PageContext, then: str = "") -> Redirect:
    """The page that asks who it is, and comes back."""
    return Redirect(f"/{ctx.city.id}/me/sign-in" + (f"?then={quote(then, safe='')}" if then else ""))


def _own(ctx: PageContext, table: dict[str, Own], page: str) -> Any:
    view = table.get(page)
    if view is None:
        raise NotFound
    person = people.person_of(ctx)
    if person is None:
        return to_sign_in(ctx, ctx.path if ctx.method == "GET" else f"/{ctx.city.id}/me")
    return view(ctx, person)

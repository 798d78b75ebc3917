"""National sign-in for citizens (OpenID Connect), where a city's file names one: it raises a signed-in person
to the level ``identity``. What is kept of it is a digest of the subject, so the same person is known
again; it is made with the city's key, since a subject may be a number that can be guessed."""

from __future__ import annotations

import hashlib
import hmac

from functions.adapters.signin import Attempt, OidcClient, OidcSignIn
from functions.core import ids, limits
from functions.core.errors import NotFound
from functions.core.keyring import city_key
from functions.core.settings import settings
from functions.identity.errors import SignInRefused
from functions.people import cookies
from functions.people import service as people
from functions.people.domain import Person
from functions.web import cookies as all_cookies
from functions.web.request import PageContext
from functions.web.responses import Page, Redirect

LIFE_S = 600
TRIES = (20, 600)
CALLBACK = "/auth/callback"


def provider(ctx: PageContext) -> OidcSignIn:
    """The city's national sign-in. Raises NotFound when it has none. Tests replace it with a fake."""
    found = ctx.city.config.get("identity")
    if not found:
        raise NotFound
    names = ("issuer", "authorize_url", "token_url", "keys_url", "client_id", "scope")
    return OidcSignIn(OidcClient(**{name: str(found[name]) for name in names}))


def leave(ctx: PageContext, person: Person) -> Redirect:
    """Go to the national sign-in with fresh secrets. The state names the city and that a citizen comes
    back."""
    sign_in = provider(ctx)
    limits.hit(f"national#{ctx.network}", *TRIES)
    attempt = Attempt(
        f"{ctx.city.id}.me.{ids.new_token()}", ids.new_token(), ids.new_token() + ids.new_token()
    )
    data = {"state": attempt.state, "nonce": attempt.nonce, "verifier": attempt.verifier, "person": person.id}
    all_cookies.set_signed(ctx, cookies.IDENTITY, data, LIFE_S)
    return Redirect(sign_in.address(attempt, settings().public_url + CALLBACK, ctx.lang))


def come_back(ctx: PageContext) -> Page | Redirect:
    """Check the answer against this browser's attempt and its signed-in person."""
    data = all_cookies.read_signed(ctx, cookies.IDENTITY, LIFE_S)
    person = people.person_of(ctx)
    mine = data and person and data["person"] == person.id
    if not data or not person or not mine or not ids.same(data["state"], ctx.query.get("state", "")):
        return Page("people/identity_refused.html", status=403, section="me")
    all_cookies.clear(ctx, cookies.IDENTITY)
    attempt = Attempt(data["state"], data["nonce"], data["verifier"])
    try:
        if "code" not in ctx.query:
            raise SignInRefused("denied")
        subject = provider(ctx).subject(attempt, settings().public_url + CALLBACK, ctx.query["code"])
    except SignInRefused:
        return Page("people/identity_refused.html", status=403, section="me")
    digest = hmac.new(city_key(ctx.city.id, "identity"), subject.encode(), hashlib.sha256).hexdigest()
    people.raise_assurance(ctx, person, "identity", {"by": "sign-in"}, identity=digest)
    return Redirect(f"/{ctx.city.id}/me")

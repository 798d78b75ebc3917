"""Hosted sign-in (OpenID Connect, code flow with PKCE) behind the port ``SignIn``. Nothing else knows
Cognito."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from functions.core.errors import Unavailable
from functions.core.settings import Settings
from functions.identity.errors import SignInRefused

HOSTED_LANGUAGES = {"zh-Hans": "zh-CN", "en": "en"}  # Cognito, "managed login localization"
LEEWAY = 30  # seconds that two clocks may differ
KEYS_LIFE = 3600
# (method, address, form or None) -> (status, body); raises Unavailable when nothing answers
Http = Callable[[str, str, Mapping[str, str] | None], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the hosted login vouches for. The address is verified and in lower case."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """The secrets of one sign-in, kept by the browser in a signed cookie until it comes back."""

    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """RFC 7636 section 4.2, method S256."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


class SignIn(Protocol):
    """What the product needs of a sign-in service."""

    def address(self, attempt: Attempt, callback: str, lang: str) -> str:
        """Where to send the browser."""

    def person(self, attempt: Attempt, callback: str, code: str) -> Person:
        """Who came back with ``code``. Raises SignInRefused, or Unavailable when the service does not
        answer."""

    def leave_address(self, back: str) -> str:
        """Where the service's own session ends; it sends the browser to ``back``."""


@dataclass(frozen=True, slots=True)
class OidcClient:
    """Who we are at an OpenID provider, and its addresses (its discovery document names them)."""

    issuer: str
    authorize_url: str
    token_url: str
    keys_url: str
    client_id: str
    scope: str = "openid"


@dataclass
class OidcSignIn:
    """Any OpenID provider: code flow with PKCE, a public client."""

    client: OidcClient
    http: Http = field(default_factory=lambda: _request)
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    claims_wanted: tuple[str, ...] = ("exp", "iat", "aud", "iss", "sub", "nonce")
    _keys: dict[str, Any] = field(default_factory=dict)
    _keys_until: float = 0

    def address(
        self, attempt: Attempt, callback: str, lang: str, more: Mapping[str, str] | None = None
    ) -> str:
        """The authorization request (OpenID Connect Core section 3.1.2.1): always asks who it is again, since
        desks and phones are shared."""
        query = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": callback,
            "scope": self.client.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            "prompt": "login",
            **(more or {"ui_locales": lang}),
        }
        return f"{self.client.authorize_url}?{urlencode(query)}"

    def claims(self, attempt: Attempt, callback: str, code: str) -> dict[str, Any]:
        """Exchange the code (RFC 6749 section 4.1.3) and check the id token (OpenID Connect Core section
        3.1.3.7). Raises SignInRefused, or Unavailable when the provider does not answer."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client.client_id,
            "code": code,
            "redirect_uri": callback,
            "code_verifier": attempt.verifier,
        }
        status, body = self.http("POST", self.client.token_url, form)
        if status != 200:
            raise SignInRefused("code") if 400 <= status < 500 else Unavailable()
        claims = self._verified(str(json.loads(body).get("id_token", "")))
        if not hmac.compare_digest(str(claims["nonce"]).encode(), attempt.nonce.encode()):
            raise SignInRefused("nonce")
        return claims

    def subject(self, attempt: Attempt, callback: str, code: str) -> str:
        """Who came back: issuer and subject, which together are one person for ever (section 5.7)."""
        claims = self.claims(attempt, callback, code)
        return f"{claims['iss']} {claims['sub']}"

    def _verified(self, token: str) -> dict[str, Any]:
        import jwt

        try:
            key = self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(self.algorithms),
                audience=self.client.client_id,
                issuer=self.client.issuer,
                leeway=LEEWAY,
                options={"require": list(self.claims_wanted)},
            )
        except jwt.InvalidTokenError as error:
            raise SignInRefused("token") from error
        return claims

    def _key(self, key_id: str) -> Any:
        """The signing key of that id; an unknown id or an old set makes us read the set (once)."""
        import jwt

        if key_id not in self._keys or time.monotonic() > self._keys_until:
            status, body = self.http("GET", self.client.keys_url, None)
            if status != 200:
                raise Unavailable
            self._keys = {str(key.key_id): key for key in jwt.PyJWKSet.from_json(body.decode()).keys}
            self._keys_until = time.monotonic() + KEYS_LIFE
        if key_id not in self._keys:
            raise SignInRefused("key")
        return self._keys[key_id].key


class CognitoSignIn:
    """A Cognito user pool's hosted login; the endpoints come from the settings."""

    def __init__(self, settings: Settings, http: Http | None = None) -> None:
        self.settings = settings
        client = OidcClient(
            issuer=settings.signin_issuer,
            authorize_url=f"{settings.signin_domain}/oauth2/authorize",
            token_url=settings.signin_token_url,
            keys_url=settings.signin_jwks_url or f"{settings.signin_issuer}/.well-known/jwks.json",
            client_id=settings.signin_client_id,
            scope="openid email profile",
        )
        wanted = ("exp", "iat", "aud", "iss", "sub", "nonce", "token_use")
        self._oidc = OidcSignIn(client, http or _request, ("RS256",), wanted)

    def address(self, attempt: Attempt, callback: str, lang: str) -> str:
        """The authorization request, in the page's language."""
        return self._oidc.address(attempt, callback, lang, {"lang": HOSTED_LANGUAGES.get(lang, "en")})

    def person(self, attempt: Attempt, callback: str, code: str) -> Person:
        """The person whose address the pool has verified."""
        claims = self._oidc.claims(attempt, callback, code)
        if claims["token_use"] != "id":
            raise SignInRefused("token")
        if claims.get("email_verified") not in (True, "true") or not claims.get("email"):
            raise SignInRefused("email")
        email = str(claims["email"]).strip().lower()
        return Person(email, str(claims.get("name") or email))

    def leave_address(self, back: str) -> str:
        """Cognito's logout endpoint; ``back`` must be one of the client's sign-out addresses."""
        query = urlencode({"client_id": self.settings.signin_client_id, "logout_uri": back})
        return f"{self.settings.signin_domain}/logout?{query}"


def _request(method: str, address: str, form: Mapping[str, str] | None) -> tuple[int, bytes]:
    import urllib3

    pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=8), retries=False)
    try:  # a code may be used once, so a failed exchange is not repeated
        if form is None:
            answer = pool.request(method, address)
        else:
            answer = pool.request(method, address, fields=dict(form), encode_multipart=False)
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable from error
    return answer.status, answer.data


@dataclass
class FakeSignIn:
    """For tests: the hosted page is ``/fake-login``; a code is the address of the person who signs in."""

    name: str = "A Clerk"
    refuse: str = ""

    def address(self, attempt: Attempt, callback: str, lang: str) -> str:
        """An address that carries what a real one would."""
        return "/fake-login?" + urlencode({"state": attempt.state, "redirect_uri": callback, "lang": lang})

    def person(self, attempt: Attempt, callback: str, code: str) -> Person:
        """The person named by the code."""
        if self.refuse:
            raise SignInRefused(self.refuse)
        return Person(code.lower(), self.name)

    def leave_address(self, back: str) -> str:
        """Straight back."""
        return back

"""The hosted login's answer is believed only when everything about it is right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from functions.adapters.signin import Attempt, CognitoSignIn
from functions.core.errors import Unavailable
from functions.core.settings import Settings
from functions.identity.errors import SignInRefused

ISSUER = "https://login.example/pool"
SETTINGS = Settings(
    signin_issuer=ISSUER,
    signin_domain="https://login.example",
    signin_token_url="https://inside.example/oauth2/token",
    signin_client_id="console",
)
ATTEMPT = Attempt("oakville.state", "the-nonce", "v" * 44)
CALLBACK = "http://localhost:8000/auth/callback"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    given = {
        "iss": ISSUER,
        "aud": "console",
        "sub": "1",
        "token_use": "id",
        "nonce": "the-nonce",
        "email": "Clerk@Oakville.example",
        "email_verified": True,
        "name": "Cleo Clerk (demo)",
        "iat": now,
        "exp": now + timedelta(minutes=5),
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


@dataclass
class FakeHttp:
    """Answers the token and the keys endpoint; keeps what was asked."""

    token: str = ""
    status: int = 200
    published: dict[str, Any] = field(default_factory=lambda: {"one": KEY})
    asked: list[tuple[str, Mapping[str, str] | None]] = field(default_factory=list)

    def __call__(self, method: str, address: str, form: Mapping[str, str] | None) -> tuple[int, bytes]:
        self.asked.append((address, form))
        if form is not None:
            return self.status, json.dumps({"id_token": self.token}).encode()
        keys = [
            {
                **jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True),
                "kid": kid,
                "use": "sig",
                "alg": "RS256",
            }
            for kid, key in self.published.items()
        ]
        return 200, json.dumps({"keys": keys}).encode()


def signed(key: Any = KEY, kid: str = "one", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm="RS256", headers={"kid": kid})


def test_the_browser_is_sent_off_with_state_nonce_and_challenge() -> None:
    address = urlsplit(CognitoSignIn(SETTINGS).address(ATTEMPT, CALLBACK, "zh-Hans"))
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert address.path == "/oauth2/authorize"
    assert query == {
        "response_type": "code",
        "client_id": "console",
        "redirect_uri": CALLBACK,
        "scope": "openid email profile",
        "state": "oakville.state",
        "nonce": "the-nonce",
        "code_challenge": ATTEMPT.challenge,
        "code_challenge_method": "S256",
        "prompt": "login",
        "lang": "zh-CN",
    }


def test_the_challenge_is_the_one_of_the_standards_example() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 appendix B
    assert Attempt("s", "n", verifier).challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_right_answer_names_the_person_in_lower_case() -> None:
    http = FakeHttp(signed())
    person = CognitoSignIn(SETTINGS, http).person(ATTEMPT, CALLBACK, "the-code")
    assert (person.email, person.name) == ("clerk@oakville.example", "Cleo Clerk (demo)")
    address, form = http.asked[0]
    assert address == "https://inside.example/oauth2/token"
    assert form == {
        "grant_type": "authorization_code",
        "client_id": "console",
        "code": "the-code",
        "redirect_uri": CALLBACK,
        "code_verifier": "v" * 44,
    }


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("token", {"iss": "https://login.example/another"}),
        ("token", {"aud": "another-client"}),
        ("token", {"exp": datetime(2020, 1, 1, tzinfo=UTC)}),
        ("token", {"token_use": "access"}),
        ("token", {"nonce": None}),
        ("nonce", {"nonce": "of another sign-in"}),
        ("email", {"email_verified": False}),
        ("email", {"email_verified": None}),
        ("email", {"email": ""}),
    ],
)
def test_a_token_that_is_wrong_in_one_place_is_refused(reason: str, changes: dict[str, Any]) -> None:
    with pytest.raises(SignInRefused) as refused:
        CognitoSignIn(SETTINGS, FakeHttp(signed(**changes))).person(ATTEMPT, CALLBACK, "code")
    assert refused.value.reason == reason


def test_a_token_signed_with_another_key_is_refused() -> None:
    with pytest.raises(SignInRefused) as refused:
        CognitoSignIn(SETTINGS, FakeHttp(signed(OTHER_KEY))).person(ATTEMPT, CALLBACK, "code")
    assert refused.value.reason == "token"


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused() -> None:
    unsigned = jwt.encode(claims(), "x" * 32, algorithm="HS256", headers={"kid": "one"})
    with pytest.raises(SignInRefused):
        CognitoSignIn(SETTINGS, FakeHttp(unsigned)).person(ATTEMPT, CALLBACK, "code")


def test_an_unknown_key_makes_the_set_be_read_again_once() -> None:
    http = FakeHttp(signed())
    signin = CognitoSignIn(SETTINGS, http)
    signin.person(ATTEMPT, CALLBACK, "code")
    http.published, http.token = {"two": OTHER_KEY}, signed(OTHER_KEY, "two")
    signin.person(ATTEMPT, CALLBACK, "code")
    http.token = signed(OTHER_KEY, "three")
    with pytest.raises(SignInRefused) as refused:
        signin.person(ATTEMPT, CALLBACK, "code")
    assert refused.value.reason == "key"
    assert len([address for address, form in http.asked if form is None]) == 3


def test_keys_are_read_once_for_many_sign_ins() -> None:
    http = FakeHttp(signed())
    signin = CognitoSignIn(SETTINGS, http)
    for _ in range(3):
        signin.person(ATTEMPT, CALLBACK, "code")
    assert [address for address, form in http.asked if form is None] == [f"{ISSUER}/.well-known/jwks.json"]


def test_a_refused_code_and_a_broken_service_are_told_apart() -> None:
    with pytest.raises(SignInRefused) as refused:
        CognitoSignIn(SETTINGS, FakeHttp(status=400)).person(ATTEMPT, CALLBACK, "code")
    assert refused.value.reason == "code"
    with pytest.raises(Unavailable):
        CognitoSignIn(SETTINGS, FakeHttp(status=502)).person(ATTEMPT, CALLBACK, "code")


def test_garbage_instead_of_a_token_is_refused() -> None:
    for garbage in ("", "a.b.c", "none"):
        with pytest.raises(SignInRefused):
            CognitoSignIn(SETTINGS, FakeHttp(garbage)).person(ATTEMPT, CALLBACK, "code")

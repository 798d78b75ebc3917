"""The demo's people: staff of the demo cities get a sign-in in the local user pool, with a password
that everybody knows."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from infra.cli.connection import Connection
from infra.settings import ROOT

TENANTS = ROOT / "tenants"
# Everybody may know it: the pool that takes it exists on this machine only.
DEMO_PASSWORD = "demo-password"


@dataclass(frozen=True)
class SignIn:
    """Who can sign in to which console."""

    city: str
    console: str
    email: str
    password: str = DEMO_PASSWORD


def demo_files() -> list[Path]:
    """The cities that come with the product."""
    return sorted(TENANTS.glob("*.yaml"))


def sign_ins(files: list[Path], public_url: str) -> list[SignIn]:
    """One for each member of staff that the files name."""
    found = []
    for path in files:
        city = yaml.safe_load(path.read_text(encoding="utf-8"))
        console = f"{public_url}/{city['id']}/console/"
        found += [SignIn(city["id"], console, member["email"]) for member in city.get("staff", [])]
    return found


def create_sign_ins(connection: Connection, wanted: list[SignIn]) -> None:
    """Make every sign-in that is not there yet."""
    cognito, pool = connection.client("cognito-idp"), connection.outputs()["StaffPoolId"]
    for signin in wanted:
        try:
            cognito.admin_create_user(
                UserPoolId=pool,
                Username=signin.email,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": signin.email},
                    {"Name": "email_verified", "Value": "true"},
                ],
            )
        except cognito.exceptions.UsernameExistsException:
            continue
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=signin.email, Password=signin.password, Permanent=True
        )

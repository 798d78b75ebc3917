"""The catalogue for programs: documented members, everything in every language, cacheable, open to other
origins, nothing about a person."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from chalice.test import Client

from infra.settings import ROOT
from tests.builders import city_config
from tests.services.guide_world import heat_help, offering, passport, residence
from tests.world import World

DOCUMENTED = (ROOT / "docs" / "open-data.md").read_text(encoding="utf-8")


def ask(client: Client, address: str, **headers: str) -> Any:
    """An answer to a program without cookies."""
    with offering(residence(), heat_help(), passport()):
        return client.http.get(address, headers=headers)


def test_the_catalogue_lists_every_service_with_its_addresses(client: Client, towns: World) -> None:
    answer = ask(client, "/oakville/services.json")
    body = json.loads(answer.body)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert body["city"]["id"] == "oakville" and body["city"]["demo"] is True
    assert [one["id"] for one in body["services"]] == ["residence-certificate", "heat-help", "passport"]
    assert [one["availability"]["state"] for one in body["services"]] == ["open", "open", "elsewhere"]
    for one in body["services"]:
        for part in ("data", "linked_data"):
            path = "/" + one[part].split("/", 3)[3]
            assert ask(client, path).status_code == 200, path


def test_a_service_says_everything_that_its_guide_says(client: Client, towns: World) -> None:
    service = json.loads(ask(client, "/oakville/services/heat-help.json").body)["service"]
    assert service["name"] == {"en": "Help with heating costs", "zh-Hans": "取暖补助"}
    assert service["time"]["promised"] == 10 and service["time"]["unit"] == "working_days"
    assert [line["amount"] for line in service["fee"]["lines"]] == [1250, None]
    assert service["fee"]["currency"] == "USD"
    assert [one["id"] for one in service["documents"]] == ["proof-of-address", "lease"]
    assert service["documents"][1]["in_some_cases"] is True
    assert service["appeal"]["deadline_days"] == 30 and service["visits"]["count"] == 1
    assert service["department"]["names"]["en"] == "Residents"
    assert len(service["definition"]) == 64


@pytest.mark.parametrize("path", ["services.json", "services/heat-help.json", "services/heat-help.jsonld"])
def test_any_program_may_read_and_keep_it(client: Client, towns: World, path: str) -> None:
    answer = ask(client, f"/oakville/{path}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    again = ask(client, f"/oakville/{path}", **{"If-None-Match": f'"other", {answer.headers["ETag"]}'})
    assert again.status_code == 304 and again.body == b""
    assert again.headers["ETag"] == answer.headers["ETag"]
    other = ask(client, f"/oakville/{path}", **{"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_linked_data_has_its_own_media_type(client: Client, towns: World) -> None:
    answer = ask(client, "/oakville/services/heat-help.jsonld")
    assert answer.headers["Content-Type"].startswith("application/ld+json")
    assert json.loads(answer.body)["@type"] == "GovernmentService"


@pytest.mark.parametrize("path", ["services/none.json", "services/none.jsonld", "services/.json"])
def test_an_unknown_service_is_not_found(client: Client, towns: World, path: str) -> None:
    assert ask(client, f"/oakville/{path}").status_code == 404


def test_nobody_is_named(client: Client, towns: World) -> None:
    config = city_config("oakville")
    everything = "".join(
        ask(client, f"/oakville/{path}").body.decode()
        for path in ("services.json", "services/heat-help.json", "services/heat-help.jsonld")
    )
    for member in config["staff"]:
        assert member["email"] not in everything and member["name"] not in everything
    assert "when" not in json.loads(ask(client, "/oakville/services/heat-help.json").body)["service"]
    assert "resident ==" not in everything, "no rule of the form"


def members(value: Any) -> set[str]:
    """Every member name, texts by language left out."""
    if isinstance(value, list):
        return {name for one in value for name in members(one)}
    if not isinstance(value, dict) or set(value) <= {"en", "zh-Hans"}:
        return set()
    return set(value).union(*(members(one) for one in value.values()))


def test_every_member_is_documented(client: Client, towns: World) -> None:
    told = set(re.findall(r"`([a-z_]+)`", DOCUMENTED))
    for path in ("services.json", "services/heat-help.json", "services/passport.json"):
        assert members(json.loads(ask(client, f"/oakville/{path}").body)) - told == set(), path

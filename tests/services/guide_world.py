"""A small invented catalogue with every element of a guide, and a browser in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from typing import Any
from unittest.mock import patch

from chalice import Chalice

from functions.core import clock
from functions.services.finder_index import make_index
from functions.services.patch import apply_patch
from functions.services.schemas import parse
from functions.services.service import digest, load
from functions.tenancy import registry
from functions.tenancy.country import country
from tests.builders import CITY_IDS, both, city_config, make_city
from tests.world import NOW

SURVEY: dict[str, Any] = {
    "service": {
        "id": "heat-help",
        "code": "T-001",
        "local_code": "L-7",
        "name": both("Help with heating costs", "取暖补助"),
        "summary": both("Get money towards your heating.", "申领取暖补助资金。"),
        "kind": "payment",
        "partners": [both("Energy office (demo)", "能源办公室（演示）")],
        "life_events": ["money", "home"],
        "keywords": {"en": ["winter", "fuel"], "zh-Hans": ["暖气费", "采暖"]},
    },
    "guide": {
        "before_you_start": [both("Have your last bill at hand.", "请准备好最近一期账单。")],
        "visits": {"count": 1, "reason": both("We look at the original.", "须核对原件。")},
        "legal_basis": [
            {
                "title": both("Heating rules (demo)", "取暖补助办法（演示）"),
                "article": both("section 4", "第四条"),
                "url": "https://law.example/heating",
            }
        ],
        "offices": [
            {
                "name": both("Heating desk (demo)", "取暖窗口（演示）"),
                "address": both("2 Warm Street", "暖街 2 号"),
                "hours": both("Mondays 9 to 12", "周一 9:00–12:00"),
                "phone": "+1 512 555 0177",
            }
        ],
        "enquiries": {"phone": "+1 512 555 0178", "email": "heat@oakville.example"},
        "complaint": both("Write to the council (demo).", "请致函市议会（演示）。"),
        "appeal": {
            "body": both("Appeals board (demo)", "复核委员会（演示）"),
            "deadline_days": 30,
            "basis": both("Heating rules, section 9 (demo)", "取暖补助办法第九条（演示）"),
        },
        "faq": [
            {
                "id": "once",
                "question": both("Can I get it twice?", "可以领两次吗？"),
                "answer": both("Once a winter.", "每个采暖季一次。"),
            }
        ],
        "quota": both("200 households a winter (demo)", "每个采暖季 200 户（演示）"),
        "result": both("Money on your account.", "补助款汇入您的账户。"),
    },
    "clocks": {
        "promised": 10,
        "statutory": 20,
        "basis": both("Heating rules, section 5 (demo)", "取暖补助办法第五条（演示）"),
    },
    "fee": {
        "lines": [
            {
                "id": "fee",
                "label": both("Handling", "手续费"),
                "amount": 1250,
                "basis": both("Fee list, line 3 (demo)", "收费目录第 3 项（演示）"),
                "waive_when": 'owner == "no"',
                "waive_because": both("Nothing for tenants.", "租户免收。"),
            },
            {"id": "more", "label": both("By size", "按面积"), "formula": "people * 100",
             "basis": both("Fee list, line 4 (demo)", "收费目录第 4 项（演示）")},
        ]
    },
    "result": {"type": both("Decision on help", "补助决定书"), "validity_days": 180, "delivery": ["online"]},
    "eligibility": {
        "mode": "advise",
        "conditions": [both("you live in the city", "您居住在本市")],
        "asks": ["resident", "people"],
        "rules": [
            {
                "id": "elsewhere",
                "when": 'resident == "no"',
                "outcome": "no",
                "because": both("It is for people who live here.", "仅面向本市居民。"),
                "instead": [
                    {"text": both("Get a certificate of residence", "办理居住证明"),
                     "service": "residence-certificate"},
                    {"text": both("Ask your own town", "请咨询您所在的城市"), "url": "https://towns.example/"},
                ],
            },
            {
                "id": "many",
                "when": "people >= 3",
                "outcome": "yes",
                "because": both("Three people or more always get it.", "三人及以上家庭均可申领。"),
            },
        ],
        "otherwise": {
            "outcome": "maybe",
            "because": both("We look at your income.", "需要核对您的收入。"),
        },
    },
}  # fmt: skip
PAGES = [
    {
        "id": "resident",
        "fields": [
            {
                "id": "resident",
                "type": "yes_no",
                "label": both("Do you live in the city?", "您住在本市吗？"),
                "missing": both("Say whether you live in the city", "请选择您是否住在本市"),
            }
        ],
    },
    {
        "id": "people",
        "fields": [
            {
                "id": "people",
                "type": "number",
                "label": both("How many people live with you?", "家里共有几口人？"),
                "missing": both("Enter how many people live with you", "请填写家庭人数"),
                "validate": {"min": 1, "max": 20},
            }
        ],
    },
    {
        "id": "owner",
        "fields": [
            {
                "id": "owner",
                "type": "yes_no",
                "label": both("Is the home yours?", "住房是您自己的吗？"),
                "missing": both("Say whether the home is yours", "请选择住房是否为您所有"),
            }
        ],
    },
]
LEASE = {
    "id": "lease",
    "name": both("Lease", "租赁合同"),
    "required": True,
    "required_when": 'owner == "no"',
    "accept": ["pdf", "jpeg"],
    "core": False,
    "sample": both("Every page, signed.", "所有页面，含签字。"),
    "waivable": both("Not needed when the landlord is the city.", "出租方为本市的，免交。"),
    "source": "wallet",
    "wallet_type": "property_certificate",
}
LINK: dict[str, Any] = {
    "service": {
        "id": "passport",
        "version": 1,
        "name": both("Passport", "护照"),
        "summary": both("Apply for a passport.", "申请护照。"),
        "kind": "licence",
        "audience": ["person"],
        "level": "state",
        "life_events": ["moving"],
    },
    "link": {
        "url": "https://passports.example/apply",
        "provider": both("Passport office (demo)", "出入境管理（演示）"),
    },
    "guide": {"who_for": both("Everyone.", "所有人。"), "steps": [both("You go there.", "前往办理。")]},
}


def live(raw: dict[str, Any], department: str | None = "residents") -> dict[str, Any]:
    """A definition as a city's configuration holds it."""
    made = parse(raw)
    made.pop("tests")
    made["service"]["department"] = department
    made["template"] = made["service"]["id"]
    return {**made, "digest": digest(made)}


@cache
def _heat_help() -> dict[str, Any]:
    base = load("residence-certificate")
    base["certificate"] = None
    patched, problems = apply_patch(base, SURVEY)
    assert problems == []
    patched["form"]["pages"] = [*deepcopy(PAGES), *base["form"]["pages"]]
    patched["documents"] = [*base["documents"], deepcopy(LEASE)]
    return patched


def heat_help(**changes: Any) -> dict[str, Any]:
    """The rich service, patched."""
    return live(apply_patch(_heat_help(), changes)[0])


def passport() -> dict[str, Any]:
    """A service of somebody else."""
    return live(deepcopy(LINK), None)


def residence() -> dict[str, Any]:
    """The shipped template, as it is."""
    return live(load("residence-certificate"))


@contextmanager
def offering(*services: dict[str, Any]) -> Iterator[None]:
    """Both cities offer these services, with their countries' profiles, on the day of the tests."""
    found = {one["service"]["id"]: one for one in services}
    finder = make_index(found)
    known = {
        city_id: make_city(city_id, services=found, finder=finder, country_profile=_profile(city_id))
        for city_id in CITY_IDS
    }
    with patch.object(registry, "find_city", known.get), patch.object(clock, "now", lambda: NOW):
        yield


@cache
def _profile(city_id: str) -> dict[str, Any]:
    code = city_config(city_id)["country"]
    return country(code).model_dump(mode="json", exclude={"legal", "retention"})


def make_app() -> Chalice:
    """The public routes and the person's."""
    from functions.cases import pages as cases_pages
    from functions.services import pages as services_pages
    from functions.web import pages as web_pages

    app = Chalice(app_name="townkit-guide")
    for feature in (web_pages, services_pages, cases_pages):
        app.register_blueprint(feature.bp)
    return app

"""Invented cities as compiled configurations: small, complete, one per language.

`city_config("oakville", colours={...})` replaces whole keys of a fresh copy."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from functions.core.city import City, seal

EN, ZH = "en", "zh-Hans"
WORKDAY = [["08:30", "12:00"], ["13:00", "17:00"]]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), WORKDAY) | {"sat": [], "sun": []}
CITY_IDS = ("oakville", "qinghe")


def both(en: str, zh: str) -> dict[str, str]:
    """A text in both languages."""
    return {EN: en, ZH: zh}


def city_config(city_id: str, **changes: Any) -> dict[str, Any]:
    """A fresh compiled configuration of `oakville` (us, English first) or `qinghe` (cn, Chinese first)."""
    own = {"oakville": _oakville, "qinghe": _qinghe}[city_id]()
    common: dict[str, Any] = {
        "schema": 1,
        "id": city_id,
        "demo": True,
        "logo": None,
        "calendar": {"week": WEEK, "holidays": [], "extra_days": []},
        "departments": {
            "residents": {"names": both("Residents", "户政科"), "email": f"residents@{city_id}.example"},
            "works": {"names": both("Public works", "市政科"), "email": f"works@{city_id}.example"},
        },
        "services": {"residence-certificate": residence_certificate()},
        "finder": deepcopy(_index()),
        "devices": {"profiles": {}, "things": [], "rules": []},
        "privacy": {
            "controller": both("The demo council", "演示市政府"),
            "email": f"privacy@{city_id}.example",
            "retention": {
                kind: {"days": days, "rule": None, "source": None}
                for kind, days in {
                    "drafts": 14, "applications": 1825, "refused": 365, "uploads": 365, "incidents": 1095,
                    "readings": 400, "logs": 90, "audit": 2190,
                }.items()
            },
        },
        "plan": {"name": "town", "limits": {}},
        "legal": {page: legal_text(*titles) for page, titles in LEGAL_TITLES.items()},
    }  # fmt: skip
    return {**common, **own, **changes}


def make_city(city_id: str, *, state: str = "live", version: int = 1, **changes: Any) -> City:
    """The City that the registry would make of `city_config`."""
    return seal(city_id, state, city_config(city_id, **changes), version)


@cache
def _resolved_service() -> dict[str, Any]:
    from functions.services.service import resolve

    return resolve("residence-certificate", department="residents")


@cache
def _index() -> dict[str, Any]:
    from functions.services.finder_index import make_index

    return make_index({"residence-certificate": _resolved_service()})


def residence_certificate() -> dict[str, Any]:
    """The shipped template, resolved without an override."""
    return deepcopy(_resolved_service())


LEGAL_TITLES = {
    "privacy": ("Privacy notice", "隐私声明"),
    "accessibility": ("Accessibility statement", "无障碍声明"),
    "terms": ("Terms and publisher", "使用条款与主办单位"),
    "contact": ("Contact", "联系我们"),
    "status": ("Service status", "服务运行状态"),
}


def legal_text(en: str, zh: str) -> dict[str, Any]:
    """One legal page in both languages, with every kind of part."""
    return {
        EN: {
            "title": en,
            "sections": [
                {
                    "heading": "Who we are",
                    "paragraphs": ["This page is an example (demo)."],
                    "items": ["one", "two"],
                },
                {"heading": "More", "paragraphs": ["A section without a list."], "items": []},
            ],
        },
        ZH: {
            "title": zh,
            "sections": [
                {
                    "heading": "我们是谁",
                    "paragraphs": ["本页为示例（演示）。"],
                    "items": ["第一项", "第二项"],
                },
                {"heading": "其他", "paragraphs": ["没有列表的一节。"], "items": []},
            ],
        },
    }


def _staff(city_id: str) -> list[dict[str, Any]]:
    return [
        {"email": f"admin@{city_id}.example", "name": "Ada Admin (demo)", "roles": ["admin"],
         "departments": ["residents", "works"]},
        {"email": f"clerk@{city_id}.example", "name": "Cleo Clerk (demo)", "roles": ["clerk"],
         "departments": ["residents"]},
        {"email": f"desk@{city_id}.example", "name": "Dan Desk (demo)", "roles": ["operator-desk"],
         "departments": ["works"]},
    ]  # fmt: skip


def _oakville() -> dict[str, Any]:
    return {
        "names": both("Oakville (demo)", "橡树镇（演示）"),
        "country": "us",
        "zone": "America/Chicago",
        "languages": [EN, ZH],
        "currency": "USD",
        "centre": {"lat": 30.27, "lon": -97.74},
        "bbox": [-97.9, 30.1, -97.6, 30.4],
        "contact": {
            "email": "help@oakville.example",
            "phone": "+1 512 555 0100",
            "address": both("1 Main Street, Oakville", "橡树镇主街 1 号"),
            "hours": both("Monday to Friday, 8:30 to 17:00", "周一至周五 8:30–17:00"),
        },
        "colours": {"brand": "#1f5c3d", "brand_text": "#ffffff", "link": "#14508c"},
        "staff": _staff("oakville"),
        "residency": "us",
        "country_profile": {"country": "us", "identity": None},
    }


def _qinghe() -> dict[str, Any]:
    return {
        "names": both("Qinghe (demo)", "清河市（演示）"),
        "country": "cn",
        "zone": "Asia/Shanghai",
        "languages": [ZH, EN],
        "currency": "CNY",
        "centre": {"lat": 37.06, "lon": 115.66},
        "bbox": [115.4, 36.9, 115.9, 37.2],
        "contact": {
            "email": "help@qinghe.example",
            "phone": "+86 319 555 0100",
            "address": both("1 Renmin Road, Qinghe", "清河市人民路 1 号"),
            "hours": both("Monday to Friday, 8:30 to 17:00", "周一至周五 8:30–17:00"),
        },
        "colours": {"brand": "#9b2226", "brand_text": "#ffffff", "link": "#7a1c20"},
        "staff": _staff("qinghe"),
        "residency": "cn",
        "country_profile": {"country": "cn", "identity": None},
    }

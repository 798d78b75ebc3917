"""The legal pages of a city: blocks of text from its country's profile, filled from its file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from functions.tenancy.country import PAGES, Body, Country, TextBlock, shared_texts
from functions.tenancy.schemas import CityFile

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_COLON = {"en": ": ", "zh-Hans": "："}
_KINDS = {
    "drafts": {"en": "Applications that you did not send", "zh-Hans": "未提交的申请"},
    "applications": {"en": "Approved applications and certificates", "zh-Hans": "已办理的申请和证明"},
    "refused": {"en": "Refused or withdrawn applications", "zh-Hans": "不予办理或撤回的申请"},
    "uploads": {"en": "Files that you handed in", "zh-Hans": "您上传的材料"},
    "incidents": {"en": "Incidents and work orders", "zh-Hans": "事件和工单"},
    "readings": {"en": "Sensor readings", "zh-Hans": "传感器读数"},
    "readings_personal": {"en": "Sensor readings about people", "zh-Hans": "涉及个人的传感器读数"},
    "readings_events": {"en": "Events that sensors report", "zh-Hans": "传感器上报的事件"},
    "rollups": {"en": "Hourly and daily figures of sensors", "zh-Hans": "传感器按小时和按天汇总的数据"},
    "logs": {"en": "Technical logs", "zh-Hans": "技术日志"},
    "audit": {"en": "Records of who saw or changed what", "zh-Hans": "查看和修改记录"},
}


def legal_pages(city: CityFile, profile: Country) -> dict[str, dict[str, Any]]:
    """``{page: {lang: {"title", "sections": [{"heading", "paragraphs", "items"}]}}}``; raises KeyError when a
    placeholder has nothing to fill it or a language has no text (``missing`` says which)."""
    return {page: {lang: _page(city, profile, page, lang) for lang in city.languages} for page in PAGES}


def missing(city: CityFile, profile: Country) -> list[tuple[str, str, str]]:
    """What keeps a legal page from being published: ``(page, language, placeholder or "text")``."""
    found = []
    for page in PAGES:
        for lang in city.languages:
            try:
                _page(city, profile, page, lang)
            except KeyError as error:
                found.append((page, lang, str(error.args[0])))
    return found


def _page(city: CityFile, profile: Country, page: Any, lang: str) -> dict[str, Any]:
    own = city.legal.get(page, {}).get(lang)
    if own:
        return own.model_dump()
    template = profile.legal.pages[page]
    if lang not in template.title:
        raise KeyError("text")
    blocks = {**shared_texts().blocks, **profile.legal.blocks}
    values = _values(city, lang)
    sections = [
        _section(city, profile, blocks[name], lang, values)
        for name in template.sections
        if _shown(city, blocks[name])
    ]
    return {"title": template.title[lang], "sections": sections}


def _shown(city: CityFile, block: TextBlock) -> bool:
    return block.when is None or city.demo


def _section(
    city: CityFile, profile: Country, block: TextBlock, lang: str, values: dict[str, str]
) -> dict[str, Any]:
    paragraphs = [_fill(text, values) for text in block.paragraphs.get(lang, [])]
    items = [_fill(text, values) for text in block.items.get(lang, [])]
    if block.entries:
        items += [_fill(text, values) for text in _entries(city, profile, block.entries, lang)]
    return {"heading": _fill(block.heading[lang], values), "paragraphs": paragraphs, "items": items}


def _fill(text: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _values(city: CityFile, lang: str) -> dict[str, str]:
    contact, privacy = city.contact, city.privacy
    given = {
        "city": city.names.get(lang),
        "publisher": (contact.publisher or {}).get(lang),
        "controller": privacy.controller.get(lang),
        "email": contact.email,
        "phone": contact.phone,
        "address": contact.address.get(lang),
        "hours": (contact.hours or {}).get(lang),
        "privacy_email": privacy.email,
        "accessibility_email": contact.accessibility_email,
        "reviewed": city.texts_reviewed.isoformat() if city.texts_reviewed else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _entries(city: CityFile, profile: Country, kind: str, lang: str) -> Iterator[str]:
    if kind == "retention":
        kept = city.privacy.retention.model_dump()
        for name, words in _KINDS.items():
            if kept[name] is None:
                continue
            yield f"{words[lang]}{_COLON[lang]}{_days(kept[name], lang)}"
    elif kind == "departments":
        for department in city.departments.values():
            reach = ", ".join(part for part in (department.email, department.phone) if part)
            yield department.names[lang] + (f"{_COLON[lang]}{reach}" if reach else "")
    else:
        yield from (_body(body, lang) for body in _bodies(profile, kind))


def _bodies(profile: Country, kind: str) -> list[Body]:
    chosen = {
        "appeal": profile.appeal,
        "complaint": [body for body in profile.complaint if body.topic == "service"],
        "privacy-bodies": [body for body in profile.complaint if body.topic == "privacy"],
        "accessibility-bodies": [body for body in profile.complaint if body.topic == "accessibility"],
    }[kind]
    return [body for body in chosen if body.active]


def _body(body: Body, lang: str) -> str:
    url = f" {body.url}" if body.url else ""
    return f"{body.names[lang]}{_COLON[lang]}{body.how[lang]}{url}"


def _days(days: int, lang: str) -> str:
    if days % 365 == 0:
        years = days // 365
        return f"{years} 年" if lang == "zh-Hans" else f"{years} year{'s' if years > 1 else ''}"
    return f"{days} 天" if lang == "zh-Hans" else f"{days} day{'s' if days > 1 else ''}"

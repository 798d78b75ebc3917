"""A rule that waits for a place or an area says so on its pages, until the city has it."""

from __future__ import annotations

from typing import Any

import pytest

from functions.core import scope
from functions.core.store import transaction
from functions.sensing.registry import store as registry
from functions.sensing.registry.domain import Device, Place
from tests.builders import both
from tests.desk import Browser
from tests.web.pages import check_structure
from tests.world import World

HOME = "/oakville/console/rules"
LAMP: dict[str, Any] = {
    "id": "dark", "title": both("Dark street", "路灯未亮"), "metric": "level", "clear": 3.0, "active": True,
    "levels": [{"below": 2.0, "severity": "low"}], "schedule": {"start": "sunset+30", "end": "sunrise"},
}  # fmt: skip
STRAY: dict[str, Any] = {
    "id": "stray", "title": both("Strayed", "偏离"), "severity": "low", "active": True,
    "area": {"outside": "sites"},
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_what_a_rule_waits_for_is_said(river: World, admin: Browser, lang: str) -> None:
    devices = river.oakville.config["devices"]
    devices["rules"] = [{**rule, "profile": "river-level"} for rule in (LAMP, STRAY)]
    admin.cookies["lang"] = lang
    page = admin.get(f"{HOME}?profile=river-level&rule=dark")
    check_structure(page.document, lang)
    listed = admin.get(HOME).words
    if lang == "en":
        assert "These devices have no place on the map yet: river-bridge, river-park." in page.words
        assert "Waits for a place" in listed and "Waits for an area" in listed
        assert "The city's file has no area in the group “sites” yet." in listed
    else:
        assert "日落后 30 分钟" in page.words and "待设置位置" in listed and "待设置区域" in listed


def test_it_waits_no_longer_once_the_city_drew_the_area(river: World, admin: Browser) -> None:
    devices = river.oakville.config["devices"]
    devices["rules"] = [{**STRAY, "profile": "river-level"}]
    circle = {"lat": 30.3, "lon": -97.7, "radius": 100}
    devices["areas"] = {"sites": [{"id": "pit", "names": both("Gravel pit", "采石场"), "circle": circle}]}
    words = admin.get(f"{HOME}?profile=river-level&rule=stray").words
    assert "outside these areas: Gravel pit." in words and "Waits" not in words


def test_a_registered_device_with_a_place_is_not_waited_for(river: World, admin: Browser) -> None:
    river.oakville.config["devices"]["rules"] = [{**LAMP, "profile": "river-level"}]
    with scope.tenant_scope(river.oakville), transaction() as tx:
        for thing, place in (
            ("river-bridge", Place(30.27, -97.74, area="North")),
            ("river-park", Place(area="South")),
        ):
            registry.put(tx, Device(thing, "river-level", state="active", place=place), registry.find(thing))
    with scope.tenant_scope(river.oakville):
        listed = {one.thing: one.place for one in registry.list_devices()}
    assert (
        listed["river-bridge"] == Place(30.27, -97.74, area="North") and listed["river-park"].area == "South"
    )
    words = admin.get(f"{HOME}?profile=river-level&rule=dark").words
    assert "no place on the map yet: river-park." in words

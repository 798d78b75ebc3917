from typing import Any

import pytest
from bs4 import BeautifulSoup

from functions.core import i18n, scope, usage
from functions.core.store import transaction
from functions.identity.domain import Staff
from functions.sensing import pages, profiles
from functions.sensing.charts import HEIGHT, WIDTH, line
from functions.sensing.domain import Reading
from functions.sensing.registry import store as registry_store
from functions.sensing.registry.domain import ACTIVE, REVOKED, Device
from functions.sensing.worker import handle_readings
from functions.web.rendering import render
from tests.sensing.conftest import level, record, register
from tests.web.pages import check_structure, make_context, parse
from tests.world import World

WES = Staff("wes@oakville.example", "Wes (demo)", ("operator-desk",), ("works",))


def send(*records: dict[str, Any]) -> None:
    assert handle_readings({"Records": list(records)}) == {"batchItemFailures": []}


def show(view: Any, world: World, city: str = "oakville", lang: str = "en", **changes: Any) -> BeautifulSoup:
    owner = {"oakville": world.oakville, "qinghe": world.qinghe}[city]
    ctx = make_context(city, lang, **{"path": f"/{city}/sensors", **changes})
    ctx.city = owner
    with i18n.use_language(lang), scope.tenant_scope(owner):
        page = view(ctx)
        return parse(render(page.template, ctx, **page.data))


def words(document: BeautifulSoup) -> str:
    return " ".join(document.main.get_text(" ").split())


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_the_page_shows_value_unit_time_status_chart_and_table(river, lang):
    send(record("oakville", "river-bridge", [*level(1.25, t=-600), *level(2.5)]))
    document = show(pages.show_sensors, river, lang=lang)
    check_structure(document, lang)
    text = words(document)
    name = {"en": "Bridge", "zh-Hans": "大桥"}[lang]
    assert name in text
    assert "2.50 m" in text
    assert {"en": "20 November 2026, 03:30", "zh-Hans": "2026年11月20日 03:30"}[
        lang
    ] in text  # the city's zone
    assert {"en": "Normal", "zh-Hans": "正常"}[lang] in text
    picture = document.find("svg", role="img")
    title, description = (document.find(id=one) for one in picture["aria-labelledby"].split())
    assert name in title.text
    assert "2.50" in description.text and "3.50" in description.text  # the latest value and the alarm level
    cells = [cell.get_text(strip=True) for cell in document.find("table").find_all("td")]
    assert cells == ["2.50", "1.25"]


def test_a_device_without_readings_is_shown_as_such(river):
    document = show(pages.show_sensors, river)
    assert "Park" in words(document)
    assert "No reading yet" in words(document)
    assert document.find("svg", role="img") is None


def test_a_registered_device_that_the_file_does_not_name_is_shown_by_its_id(river):
    send(record("oakville", "air-school", [{"n": "pm2-5", "u": "ug/m3", "v": 9}]))
    assert "air-school" in words(show(pages.show_sensors, river))
    assert "9 µg/m³" in words(show(pages.show_sensors, river))


def test_quantities_that_are_not_public_are_not_shown(river):
    send(record("oakville", "river-bridge", [{"n": "level", "v": 1}, {"n": "battery", "v": 77}]))
    assert "Battery" not in words(show(pages.show_sensors, river))


def test_an_alarm_an_old_reading_and_a_revoked_device_say_so(river):
    for n in range(2):
        send(record("oakville", "river-bridge", level(4.0), id=f"m{n}", seconds=n))
    assert "Alarm" in words(show(pages.show_sensors, river))
    send(record("oakville", "air-school", [{"n": "pm10", "v": 9, "t": -5000}]))
    assert "No recent reading" in words(show(pages.show_sensors, river))
    register(river.oakville, "air-school", "a2" * 32, REVOKED)
    assert "air-school" not in words(show(pages.show_sensors, river))  # the city's file does not name it
    register(river.oakville, "river-bridge", "a1" * 32, REVOKED)
    assert "Switched off" in words(show(pages.show_sensors, river))


def test_a_damaged_log_does_not_take_the_page_down(river):
    send(record("oakville", "river-bridge", level(1.0)))
    river.dynamodb.put_item(
        TableName="townkit-test-city-oakville",
        Item={"pk": {"S": "LOG#r0"}, "sk": {"S": "E#000000000002"}, "b": {"B": b"\x01damaged"}},
    )
    assert "No reading yet" in words(show(pages.show_sensors, river))


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_a_doubtful_reading_says_why_and_stays_out_of_the_picture(river, lang):
    send(record("oakville", "river-bridge", [*level(1.25, t=-600), *level(1.3, t=-300), *level(99)]))
    document = show(pages.show_sensors, river, lang=lang)
    text = words(document)
    said = {"en": "Do not rely on this value: outside the sensor's range", "zh-Hans": "此数值不可靠："}
    assert said[lang] in text
    assert "1.30" in document.find("desc").text  # the greatest plausible one
    cells = [cell.get_text(strip=True) for cell in document.find("table").find_all("tr")[1].find_all("td")]
    assert cells[0] == "99.00" and cells[1]


def test_devices_for_emergencies_and_about_people_are_on_no_public_page(river):
    config = river.oakville.config["devices"]
    for profile_id in ("sos-button", "home-motion", "vitals-monitor"):
        config["profiles"][profile_id] = profiles.load(profile_id)
        with scope.tenant_scope(river.oakville), transaction() as tx:
            registry_store.put(tx, Device(f"own-{profile_id}", profile_id, "Mrs Miller (demo)", state=ACTIVE))
    text = words(show(pages.show_sensors, river))
    assert "own-" not in text
    assert "Miller" not in text
    assert "Bridge" in text


def test_one_city_does_not_see_the_others_readings(river):
    send(record("qinghe", "river-bridge", level(3.21)))
    assert "3.21" not in words(show(pages.show_sensors, river))
    assert "3.21" in words(show(pages.show_sensors, river, city="qinghe"))


def test_the_public_page_takes_two_calls(river):
    show(pages.show_sensors, river)
    with usage.measured() as spent:
        show(pages.show_sensors, river)
    assert spent.calls == 2


def test_a_long_list_is_divided_into_pages(river):
    for n in range(25):
        register(river.oakville, f"river-{n:02}", "a3" * 32)
    first = show(pages.show_sensors, river)
    assert first.find("a", rel="next")["href"] == "/oakville/sensors?page=2"
    second = show(pages.show_sensors, river, query={"page": "2"})
    shown = [section["aria-labelledby"] for page in (first, second) for section in page.find_all("section")]
    assert len(shown) == len(set(shown)) == 28
    assert second.find("a", rel="next") is None


def test_a_page_number_that_is_none_is_the_first_page(river):
    for asked in ("0", "-1", "x", "９", "99999999999", ""):
        assert show(pages.show_sensors, river, query={"page": asked}).find("section")


def test_a_chart_stays_inside_its_box_and_a_flat_line_in_the_middle():
    rising = line([Reading(n * 1000, "x", float(n)) for n in range(50)], 100.0)
    points = [tuple(map(float, point.split(","))) for point in rising.points.split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert rising.level < min(y for _, y in points)
    assert line([Reading(0, "x", 5.0), Reading(9, "x", 5.0)], None).last[1] == HEIGHT / 2
    assert line([Reading(0, "x", 5.0)], None) is None

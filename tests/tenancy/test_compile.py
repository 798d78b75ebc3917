"""The compiled configuration of the demonstration cities."""

import json
from datetime import date
from pathlib import Path

import pytest

from functions.tenancy.compile import compile_city
from functions.tenancy.domain import PAGES, digest_of, unpublished
from functions.tenancy.lint import lint
from functions.tenancy.loader import load_city

TENANTS = Path(__file__).parents[2] / "tenants"
TODAY = date(2026, 11, 20)
KEYS = [
    "schema",
    "id",
    "names",
    "country",
    "zone",
    "languages",
    "currency",
    "centre",
    "bbox",
    "contact",
    "colours",
    "logo",
    "calendar",
    "departments",
    "staff",
    "services",
    "devices",
    "privacy",
    "plan",
    "residency",
    "legal",
    "country_profile",
]


@pytest.fixture(scope="module", params=["oakville", "qinghe"])
def config(request):
    return compile_city(load_city(TENANTS / f"{request.param}.yaml"), TODAY)


def test_it_is_plain_json_with_the_agreed_keys(config):
    assert json.loads(json.dumps(config)) == config
    assert set(KEYS) <= set(config)


def test_the_same_file_gives_the_same_configuration_until_the_year_changes(config):
    again = load_city(TENANTS / f"{config['id']}.yaml")
    assert digest_of(compile_city(again, date(2026, 12, 31))) == digest_of(config)
    assert digest_of(compile_city(again, date(2027, 1, 1))) != digest_of(config)


def test_it_fits_into_one_item(config):
    import gzip

    assert len(gzip.compress(json.dumps(config).encode())) < 100_000


def test_all_legal_pages_are_there_in_every_language_and_completely_filled(config):
    assert unpublished(config) == []
    for page in PAGES:
        for lang in config["languages"]:
            text = json.dumps(config["legal"][page][lang])
            assert "{" not in text.replace('{"', "").replace("{}", "")
            assert all(
                section["paragraphs"] or section["items"]
                for section in config["legal"][page][lang]["sections"]
            )


def test_the_privacy_notice_names_the_controller_and_every_retention(config):
    lang = config["languages"][0]
    text = json.dumps(config["legal"]["privacy"][lang], ensure_ascii=False)
    assert config["privacy"]["controller"][lang] in text
    assert config["privacy"]["email"] in text
    assert len(config["privacy"]["retention"]) in (10, 11)  # the country's eight kinds, and the city's own


def test_services_are_resolved_with_their_department(config):
    service = config["services"]["residence-certificate"]
    assert service["service"]["department"] in config["departments"]
    assert len(service["digest"]) == 64


def test_devices_have_their_profiles(config):
    profiles = config["devices"]["profiles"]
    assert {thing["profile"] for thing in config["devices"]["things"]} == set(profiles)
    assert "level" in profiles["river-level"]["quantities"]


def test_a_rule_that_is_not_active_is_not_shown():
    config = compile_city(load_city(TENANTS / "oakville.yaml"), TODAY)
    clocks = {clock["id"] for clock in config["country_profile"]["clocks"]}
    assert "accessibility-complaint" in clocks
    assert "public-records-answer" not in clocks


def test_a_city_that_lacks_a_legal_page_is_told_which(config):
    lang = config["languages"][1]
    legal = {
        **config["legal"],
        "terms": {config["languages"][0]: config["legal"]["terms"][config["languages"][0]]},
    }
    assert unpublished({**config, "legal": legal}) == [f"terms ({lang})"]
    assert len(unpublished({**config, "legal": {}})) == 10


def test_one_of_the_two_cities_overrides_its_service():
    cities = [load_city(TENANTS / f"{name}.yaml").city for name in ("oakville", "qinghe")]
    assert any(city.services["residence-certificate"].override for city in cities)


def test_a_city_may_use_its_own_words_for_a_legal_page(tmp_path):
    sections = "[{heading: Who, paragraphs: [The town.]}]"
    own = f"legal:\n  terms:\n    en:\n      title: Our terms\n      sections: {sections}\n"
    text = (TENANTS / "oakville.yaml").read_text(encoding="utf-8")
    (tmp_path / "logos").mkdir()
    (tmp_path / "logos" / "oakville.svg").write_bytes((TENANTS / "logos" / "oakville.svg").read_bytes())
    (tmp_path / "oakville.yaml").write_text(text + own, encoding="utf-8")
    loaded = load_city(tmp_path / "oakville.yaml")
    assert lint(loaded, TODAY) == []
    legal = compile_city(loaded, TODAY)["legal"]
    section = {"heading": "Who", "paragraphs": ["The town."], "items": []}
    assert legal["terms"]["en"] == {"title": "Our terms", "sections": [section]}
    assert legal["terms"]["zh-Hans"]["title"] == "使用条款与主办单位"

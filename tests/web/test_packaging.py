"""What the deployed function has of pages: compiled templates and catalogues, and nothing heavy to import."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from jinja2 import ModuleLoader

from functions.core import i18n, paths
from functions.web import assets, frame, rendering
from functions.web.precompile import compile_templates, is_template
from infra.messages import compile_catalogues
from tests.builders import city_config
from tests.web.pages import make_context

# Each costs tens of milliseconds that no page needs; the functions that use them import them.
HEAVY = [
    "boto3", "pydantic", "ruamel", "yaml", "babel", "cryptography", "jwt", "phonenumbers", "stdnum",
    "holidays", "segno", "astral", "paho", "bs4", "common_expression_language",
]  # fmt: skip
START = """
import json
import sys
import app
from functions.core import clock
from functions.core.city import seal
from functions.core.context import Actor
from functions.web.rendering import render
from functions.web.request import PageContext
from functions.web.pages import privacy, service_cards
city = seal("oakville", "live", json.load(sys.stdin), 1)
ctx = PageContext(city, Actor("citizen", "anyone"), "en", clock.now(), "request-1")
render("home/city.html", ctx, services=service_cards(ctx))
shown = privacy(ctx)
render(shown.template, ctx, **shown.data)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def shown_home(monkeypatch) -> str:
    """The city's home page in Chinese, with nothing kept from an earlier rendering."""
    monkeypatch.setattr(frame, "_frames", {})
    return rendering.render("home/city.html", make_context(lang="zh-Hans"), services=[])


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A folder laid out like the package: compiled templates and catalogues, no sources."""
    names = [name for name in rendering.source_loader().list_templates() if is_template(name)]
    assert compile_templates(tmp_path / "templates" / "compiled") == len(names)
    city_config("oakville")  # keeps the service template, which the package's folder has not
    compile_catalogues(paths.root() / "templates" / "i18n", tmp_path / "templates" / "i18n")
    (tmp_path / "templates" / "assets").mkdir()
    (tmp_path / "templates" / "assets" / "manifest.json").write_text(json.dumps(assets.manifest()))
    assets.manifest.cache_clear()
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    monkeypatch.setattr(i18n, "_catalogues", {})
    rendering.environment.cache_clear()
    yield names
    rendering.environment.cache_clear()
    assets.manifest.cache_clear()


def test_compiled_pages_are_the_same_as_the_sources(monkeypatch, request):
    from_sources = shown_home(monkeypatch)
    request.getfixturevalue("package")
    assert shown_home(monkeypatch) == from_sources


def test_every_template_is_in_the_package(package):
    environment = rendering.environment()
    assert isinstance(environment.loader._source, ModuleLoader)
    for name in package:
        environment.get_template(name)


def test_compiling_twice_leaves_nothing_of_the_first_time(tmp_path):
    (tmp_path / "tmpl_old.py").touch()
    compile_templates(tmp_path)
    assert not (tmp_path / "tmpl_old.py").exists()


def test_a_page_imports_nothing_heavy():
    config = json.dumps(city_config("oakville"))
    ran = subprocess.run(
        [sys.executable, "-c", START], input=config, capture_output=True, text=True, cwd=paths.root()
    )
    assert ran.returncode == 0, ran.stderr
    assert not set(HEAVY) & set(ran.stdout.split())

"""The linter: each bad file is refused by its own check alone, at the line that it marks."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.tenancy import catalogue
from functions.tenancy.lint import lint, rules
from functions.tenancy.lint_look import contrast
from functions.tenancy.loader import load_city

TODAY = date(2026, 11, 20)
BAD = Path(__file__).parents[1] / "bad"
TENANTS = Path(__file__).parents[2] / "tenants"
# Needs a template that was changed since it first shipped: tested below with one made for it.
WITHOUT_FILE = {"template-newer"}


def test_every_check_has_a_file_that_fails_it():
    assert {path.stem for path in BAD.glob("*.yaml")} == {rule.code for rule in rules()} - WITHOUT_FILE
    assert len(rules()) >= 25


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_file_triggers_exactly_its_own_check_at_its_own_line(path):
    findings = lint(load_city(path), TODAY)
    assert {finding.code for finding in findings} == {path.stem}
    marked = next(n for n, line in enumerate(path.read_text().splitlines(), 1) if "# <- here" in line)
    assert findings[0].place.line == marked
    assert findings[0].sentence and not findings[0].sentence.endswith(".")


@pytest.mark.parametrize("name", ["oakville", "qinghe"])
def test_the_demonstration_cities_have_no_findings(name):
    assert lint(load_city(TENANTS / f"{name}.yaml"), TODAY) == []


def test_an_override_for_an_older_version_of_its_template_is_found(monkeypatch):
    real = catalogue.template_of

    def newer(name, service):
        template = real(name, service)
        template["service"]["version"] = 3
        return template

    monkeypatch.setattr(catalogue, "template_of", newer)
    loaded = load_city(TENANTS / "oakville.yaml")
    name, service = next((name, one) for name, one in loaded.city.services.items() if one.override)
    old = service.model_copy(update={"template_version": 2})
    city = loaded.city.model_copy(update={"services": {name: old}})
    findings = lint(replace(loaded, city=city), TODAY)
    assert "template-newer" in [finding.code for finding in findings]
    assert {finding.severity for finding in findings if finding.code == "template-newer"} == {"warning"}


def test_codes_are_unique_and_severities_known():
    codes = [rule.code for rule in rules()]
    assert len(codes) == len(set(codes))
    assert {rule.severity for rule in rules()} == {"error", "warning"}


def test_contrast_agrees_with_the_known_extremes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@settings(deadline=None)
@given(colours, colours)
def test_contrast_is_symmetric_and_between_1_and_21(one, other):
    ratio = contrast(one, other)
    assert ratio == contrast(other, one)
    assert 1 <= ratio <= 21.001

"""The documents are part of the contract: what they link, name and promise exists."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from functions.core.settings import Settings
from infra import glossary
from infra.cli import main
from infra.settings import ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
FOREIGN = ("http://", "https://", "mailto:")
MEASURED = (
    "Cold start against a bare Chalice app",
    "Warm service page against a bare route",
    "DynamoDB calls of a public page",
    "DynamoDB calls of a page for staff with its audit write",
    "DynamoDB calls of a page answered",
    "DynamoDB calls of a submitted application",
    "Page answered in a form of 200 questions against one of 5",
    "Everything that follows from 200 answers",
    "Heaviest page of an application, compressed",
    "Page of a city while another one is flooded",
    "Publishing a service of 200 questions and 200 rules",
    "Packaging after a code edit",
    "Write units of a reading single, routine, 200 devices every 15 minutes",
    "Write units of a reading in packs of 10, routine, 200 devices",
    "Write units of a reading urgent, alone",
    "Write units of a reading through gateways of 50 devices",
    "DynamoDB calls that read a year of one stream",
    "DynamoDB calls that read the latest values of 1,000 streams",
    "Time of a reading through the consumer against a raw write loop",
    "Bytes stored of a reading, roll-ups included",
    "Rules judged",
    "False alarms on labelled faults",
    "Missed alarms on labelled faults",
    "Readings lost or doubled, a day of 10,000 devices",
    "Publish to visible in the urgent lane at 100 messages a second, median",
    "Publish to visible in the urgent lane at 100 messages a second, 99th percentile",
    "Publish to visible of a city beside one at 50 times its rate",
    "Page with 1,000 registered cities against one",
)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchor(heading: str) -> str:
    """As GitHub makes it: lower case, no punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in (markdown or html for markdown, html in LINK.findall(page.read_text(encoding="utf-8"))):
        if link.startswith(FOREIGN):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{named(page)} links {link}"
        if fragment:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.M)
            assert fragment in {anchor(heading) for heading in headings}, f"{named(page)} links {link}"


def test_every_page_is_in_the_index() -> None:
    for folder in (ROOT / "docs", ROOT / "docs" / "decisions"):
        index = (folder / "README.md").read_text(encoding="utf-8")
        assert [
            p.name for p in folder.glob("*.md") if p.name != "README.md" and f"({p.name})" not in index
        ] == []


def test_every_picture_is_shown_and_described() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r'<img src="docs/screenshots/([^"]+)"[^>]* alt="[^"]{10,}">', readme)
    assert sorted(shown) == sorted(path.name for path in (ROOT / "docs" / "screenshots").glob("*.png"))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    wanted = re.findall(r"(?:`|^    )make ([a-z-]+)", text, re.M)
    assert set(wanted) <= targets()


def test_make_help_lists_what_the_readme_names() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "reset"):
        assert re.search(rf"^{target}\s", listed, re.M)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_townkit_command_that_is_named_exists(page: Path) -> None:
    for words in re.findall(r"`townkit ([a-z]+(?: [a-z]+)?)", page.read_text(encoding="utf-8")):
        command, *rest = words.split()
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0, f"{named(page)}: townkit {words}"
        group = main.get_command(click.Context(main), command)
        if rest and isinstance(group, click.Group):
            assert rest[0] in group.commands, f"{named(page)}: townkit {words}"


def test_the_readme_names_every_command_a_city_needs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = ("lint", "plan", "apply", "cities", "export", "upgrade", "devices", "simulate", "audit")
    assert [name for name in (*commands, "package", "deploy") if f"townkit {name}" not in readme] == []


def test_every_variable_is_documented() -> None:
    told = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/operator.md"))
    variables = {f"TOWNKIT_{field.name.upper()}" for field in fields(Settings)}
    for path in (*(ROOT / "infra").rglob("*.py"), *(ROOT / "infra").rglob("*.yaml")):
        variables |= set(re.findall(r"TOWNKIT_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
    assert sorted(name for name in variables if f"`{name}`" not in told) == []


def test_benchmarks_has_a_row_for_everything_that_is_promised() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert [name for name in MEASURED if not re.search(rf"^\| {re.escape(name)}", page, re.M)] == []


def test_every_requirement_is_in_the_table_of_dependencies() -> None:
    table = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    for path in (*ROOT.glob("requirements*.txt"), *ROOT.glob("layers/*/requirements.txt")):
        for line in path.read_text().splitlines():
            name = re.split(r"[\[<>=!~; ]", line.partition("#")[0].strip())[0].lower()
            assert not name or re.search(rf"^\| {re.escape(name)}\b", table, re.M), f"{name} of {path.name}"


def test_the_glossary_page_is_written_from_its_file() -> None:
    assert glossary.PAGE.read_text(encoding="utf-8") == glossary.page(glossary.read())


def test_every_term_of_the_glossary_is_in_both_languages() -> None:
    for term in glossary.read()["terms"]:
        for part in ("name", "meaning"):
            assert set(term[part]) == set(glossary.LANGUAGES), term["id"]


def test_publiccode_says_what_the_project_says() -> None:
    described = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    assert described["legal"]["license"] == "Apache-2.0"
    for text in described["description"].values():
        assert len(text["shortDescription"]) <= 150 <= len(text["longDescription"])


def test_documents_say_nothing_of_this_machine() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(root|home|work|tmp)/", text), named(page)

"""`python -m infra.glossary`: writes docs/glossary.md from templates/glossary.yaml, the one list of words."""

from pathlib import Path
from typing import Any

import yaml

from infra.settings import ROOT

SOURCE = ROOT / "templates" / "glossary.yaml"
PAGE = ROOT / "docs" / "glossary.md"
LANGUAGES = ("en", "zh-Hans")
INTRODUCTION = """# Glossary

The words of the product in both languages. Written by `python -m infra.glossary` from
`templates/glossary.yaml`.
A source stands where a term is official; the others are our own words."""


def read(path: Path = SOURCE) -> dict[str, Any]:
    """The glossary as it stands in its file."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def page(glossary: dict[str, Any]) -> str:
    """The page, both languages beside each other."""
    rows = ["| English | 简体中文 | Meaning | 含义 | Source |", "|---|---|---|---|---|"]
    for term in sorted(glossary["terms"], key=lambda term: term["name"]["en"].lower()):
        cells = [term[part][lang] for part in ("name", "meaning") for lang in LANGUAGES]
        rows.append(f"| {' | '.join(cells)} | {_mark(glossary, term)} |")
    return "\n\n".join([INTRODUCTION, "\n".join(rows), "## Sources", _sources(glossary)]) + "\n"


def _mark(glossary: dict[str, Any], term: dict[str, Any]) -> str:
    return str(list(glossary["sources"]).index(term["source"]) + 1) if "source" in term else ""


def _sources(glossary: dict[str, Any]) -> str:
    lines = []
    for number, source in enumerate(glossary["sources"].values(), 1):
        title = " / ".join(source["title"][lang] for lang in LANGUAGES)
        linked = f"[{title}]({source['url']})" if "url" in source else title
        note = " ".join(source["note"][lang] for lang in LANGUAGES) if "note" in source else ""
        lines.append(f"{number}. {linked}. {note}".rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(read()), encoding="utf-8")

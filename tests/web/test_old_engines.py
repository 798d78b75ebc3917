"""Pages work in a browser of 2018 and in the web view of a messenger: scripts keep to the language of 2011,
and no style rule is lost to a selector that such a browser cannot read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from functions.core import paths
from functions.web import assets

SCRIPTS = sorted((paths.root() / "templates" / "assets").glob("*.js"))
# Nodes of tree-sitter's grammar that ECMAScript 5.1 does not have.
NEWER_SYNTAX = {
    "=>", "?.", "??", "??=", "**", "...", "of", "async", "await", "const", "let", "class", "yield", "import",
    "export", "array_pattern", "object_pattern", "assignment_pattern", "template_string", "method_definition",
    "optional_chain", "spread_element", "shorthand_property_identifier", "rest_pattern", "field_definition",
}  # fmt: skip
# What browsers learned after the spring of 2018
# (MDN browser-compat-data: Chrome 66, Firefox 60, Safari 11.1).
NEWER_CALLS = re.compile(
    r"\.(at|flat|flatMap|replaceAll|replaceChildren|matchAll|trimStart|trimEnd|allSettled|requestSubmit)\(|"
    r"\bObject\.fromEntries\b|\bstructuredClone\b|\bqueueMicrotask\b|\bBigInt\b|\bcrypto\.randomUUID\b"
)
NEWER_SELECTORS = re.compile(r":(is|where|has|focus-visible|modal|user-invalid)\b")


def nodes(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for child in node.children:
        yield from nodes(child)


def newer(source: str) -> list[str]:
    """Syntax of a script that an engine of ECMAScript 5.1 cannot read; an error of syntax is named too."""
    tree = Parser(Language(tree_sitter_javascript.language())).parse(source.encode())
    return sorted({node.type for node in nodes(tree.root_node)} & (NEWER_SYNTAX | {"ERROR"}))


def test_there_are_scripts_to_check() -> None:
    assert {"app.js", "read-aloud.js"} <= {path.name for path in SCRIPTS}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_of_the_language_of_2011(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert newer(source) == []
    assert not NEWER_CALLS.search(source), NEWER_CALLS.search(source)


@pytest.mark.parametrize(
    "script",
    [
        "var a = b?.c;",
        "var a = b ?? c;",
        "var f = () => 1;",
        "let [a, b] = c;",
        "async function f() {}",
        "var = ;",
    ],
)
def test_the_check_refuses_newer_scripts(script: str) -> None:
    assert newer(script)


def lost_rules(css: str) -> list[str]:
    """Selector lists in which one newer selector takes the others with it: an old browser drops all of
    them."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"@supports[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)
    lists = (found.group(1).strip() for found in re.finditer(r"([^{}]+)\{[^{}]*\}", css))
    return [one for one in lists if "," in one and NEWER_SELECTORS.search(one)]


def test_no_rule_is_lost_to_a_newer_selector() -> None:
    for name in assets.BUNDLES:
        if name.endswith(".css"):
            assert lost_rules(assets.content(name).decode()) == []


def test_the_check_finds_a_lost_rule() -> None:
    assert lost_rules("a:hover, a:focus-visible { color: red }") == ["a:hover, a:focus-visible"]
    assert lost_rules("a:focus-visible { color: red }") == []


def test_no_page_opens_windows_or_needs_a_script_to_send() -> None:
    """A messenger's web view has no second window."""
    for path in (paths.root() / "templates" / "pages").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert 'target="_blank"' not in text and "javascript:" not in text and "onclick" not in text, path

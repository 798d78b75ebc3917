"""Everything that the product says is said in both languages."""

from __future__ import annotations

import re
from gettext import GNUTranslations
from pathlib import Path

import pytest

from functions.core import i18n, paths
from infra import messages

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
FOLDER = paths.root() / "templates" / "i18n" / "zh_Hans"


def placeholders(text: object) -> set[str]:
    """Names of the placeholders of a message, or of all forms of a plural one."""
    forms = text if isinstance(text, tuple | list) else (text,)
    return {name for form in forms for name in PLACEHOLDER.findall(str(form))}


def test_every_message_is_translated():
    missing = [message.id for message in messages.missing(paths.root(), "zh_Hans") if message.id]
    assert not missing, "python -m infra.messages prints them for the feature's .po file"


def test_no_translation_is_left_over():
    said = messages.extract(paths.root())
    for path, catalogue in messages.read_catalogues(FOLDER):
        obsolete = [message.id for message in catalogue if message.id and said.get(message.id) is None]
        assert not obsolete, path.name


def test_no_translation_is_empty_or_fuzzy():
    for path, catalogue in messages.read_catalogues(FOLDER):
        unsure = [message.id for message in catalogue if message.id and (not message.string or message.fuzzy)]
        assert not unsure, path.name


def test_translations_keep_the_placeholders():
    for path, catalogue in messages.read_catalogues(FOLDER):
        for message in catalogue:
            if message.id:
                assert placeholders(message.string) == placeholders(message.id), f"{path.name}: {message.id}"


def test_translations_contain_no_markup():
    for path, catalogue in messages.read_catalogues(FOLDER):
        marked = [
            message.id for message in catalogue if message.id and "<" in f"{message.id}{message.string}"
        ]
        assert not marked, path.name


def test_the_language_is_the_contexts():
    assert i18n.t("Page not found") == "Page not found"
    with i18n.use_language("zh-Hans"):
        assert i18n.t("Page not found") == "找不到页面"
    assert i18n.t("Page not found") == "Page not found"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="xx"), i18n.use_language("xx"):
        pass


def test_placeholders_are_filled_and_escaped_only_beside_markup():
    from markupsafe import Markup

    assert i18n.t("%(a)s & co", a="<b>") == "<b> & co"
    assert i18n.t("%(a)s & co", a=Markup("<b>x</b>")) == Markup("<b>x</b> &amp; co")
    assert i18n.t("100% sure") == "100% sure"


def test_plural_forms_follow_the_language():
    assert i18n.nt("%(n)s case", "%(n)s cases", 1) == "1 case"
    assert i18n.nt("%(n)s case", "%(n)s cases", 2) == "2 cases"


def test_a_text_is_picked_for_the_language_with_a_fallback():
    assert i18n.pick({"en": "a", "zh-Hans": "b"}, "zh-Hans") == "b"
    assert i18n.pick_with_language({"zh-Hans": "b"}, "en") == ("b", "zh-Hans")
    assert i18n.pick("plain") == "plain"
    assert i18n.pick({}) == ""


def test_features_translate_the_same_message_in_the_same_way():
    assert messages.conflicts(FOLDER) == []


def test_a_message_that_is_translated_in_two_ways_is_found(tmp_path):
    folder = tmp_path / "zh_Hans"
    folder.mkdir()
    for name, text in (("a", "甲"), ("b", "乙")):
        (folder / f"{name}.po").write_text(f'msgid ""\nmsgstr ""\n\nmsgid "x"\nmsgstr "{text}"\n', "utf-8")
    assert messages.conflicts(folder) == ["b.po: x"]


def test_catalogues_compile_to_one_file_per_language(tmp_path):
    written = messages.compile_catalogues(FOLDER.parent, tmp_path)
    assert [path.name for path in written] == ["zh_Hans.mo"]
    assert {path.name for path in tmp_path.iterdir()} == {"zh_Hans.mo"}


def test_a_compiled_catalogue_does_not_know_the_minute_it_was_made(tmp_path: Path) -> None:
    """Or the same source would give another archive a minute later."""
    (made,) = messages.compile_catalogues(paths.root() / "templates" / "i18n", tmp_path)
    with made.open("rb") as file:
        header = GNUTranslations(file).info()
    assert {header["pot-creation-date"], header["po-revision-date"]} == {"1980-01-01 00:00+0000"}

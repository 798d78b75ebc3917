"""What may be handed in."""

from __future__ import annotations

import pytest

from functions.files import domain


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7 ...", "pdf"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"MZ", None),
        (b"", None),
    ],
)
def test_a_type_is_told_by_its_first_bytes(head: bytes, kind: str | None) -> None:
    assert domain.type_of(head) == kind


def test_a_name_read_as_latin_1_is_put_right_and_others_stay() -> None:
    assert domain.display_name("账单.pdf".encode().decode("latin-1")) == "账单.pdf"
    assert domain.display_name("账单.pdf") == "账单.pdf"
    assert domain.display_name("Größe.pdf") == "Größe.pdf"


def test_a_name_is_shown_without_control_characters_and_shortened() -> None:
    assert domain.display_name("a\u202eb\x00.pdf") == "ab.pdf"
    assert domain.display_name("\n") == "file"
    long = domain.display_name("x" * 300 + ".pdf")
    assert len(long) == domain.NAME_LENGTH and long.endswith(".pdf")


@pytest.mark.parametrize(
    "key", ["cities/b/uploads/d/f/x.pdf", "cities/a/uploads/d/f/", "cities/a/uploads/d/f/x/y", "x"]
)
def test_only_a_file_directly_under_its_prefix_is_taken(key: str) -> None:
    assert domain.name_in(key, domain.key_prefix("a", "d", "f")) is None


def test_sizes_and_types_beyond_the_definition_are_refused() -> None:
    assert domain.refusal(10, "pdf", ["pdf"], 1) is None
    assert domain.refusal(0, None, ["pdf"], 1) == "missing"
    assert domain.refusal(domain.MB + 1, "pdf", ["pdf"], 1) == "size"
    assert domain.refusal(10, "png", ["pdf"], 1) == "type"

"""What takes long to make is made once for the same input, and again for another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from infra.packaging import kept


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    path = tmp_path / "page.html"
    path.write_text("one")
    return path


class Maker:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self, folder: Path) -> None:
        self.times += 1
        (folder / "made").write_text(str(self.times))


def test_the_same_input_is_made_once_and_a_change_or_another_version_again(source: Path) -> None:
    make = Maker()
    first = kept.kept_folder("pages", [source], make)
    assert kept.kept_folder("pages", [source], make) == first
    assert make.times == 1
    source.write_text("two")
    assert (kept.kept_folder("pages", [source], make) / "made").read_text() == "2"
    assert (kept.kept_folder("pages", [source], make, also="3.1") / "made").read_text() == "3"
    source.write_text("one")
    assert (kept.kept_folder("pages", [source], make) / "made").read_text() == "1"


def test_what_was_left_half_way_is_not_taken_for_finished(source: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise RuntimeError("out of disk")

    with pytest.raises(RuntimeError):
        kept.kept_folder("pages", [source], fail)
    make = Maker()
    folder = kept.kept_folder("pages", [source], make)
    assert [path.name for path in folder.iterdir()] == ["made"]


def test_only_the_latest_used_are_kept(source: Path) -> None:
    make, used = Maker(), []
    for age in range(kept.KEPT + 2):
        source.write_text(str(age))
        folder = kept.kept_folder("pages", [source], make)
        os.utime(folder, (age, age))
        used.append(folder)
    source.write_text("the last one clears up")
    last = kept.kept_folder("pages", [source], make)
    assert {path for path in used if path.exists()} == set(used[-kept.KEPT + 1 :])
    assert last.exists()

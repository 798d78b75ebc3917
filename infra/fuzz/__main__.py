"""Runs atheris over the targets. Arguments are libFuzzer's; without any it takes a minute.

What it finds lies under .local/fuzz; an input that showed a fault is kept with the tests."""

from __future__ import annotations

import sys

import atheris

from infra.settings import ROOT

with atheris.instrument_imports(include=["functions.sensing"]):
    from infra.fuzz.targets import check

VECTORS = ROOT / "tests" / "sensing" / "sources" / "vectors"
FOUND = ROOT / ".local" / "fuzz"


def main() -> None:
    """Until a finding or the end of the time."""
    corpus = FOUND / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    given = sys.argv[1:] or ["-max_total_time=60", "-max_len=1024"]
    atheris.Setup([sys.argv[0], f"-artifact_prefix={FOUND}/", *given, str(corpus), str(VECTORS)], check)
    atheris.Fuzz()


main()

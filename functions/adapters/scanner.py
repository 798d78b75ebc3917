"""Looking for harmful software in a stored file: the port; GuardDuty Malware Protection for S3 behind it,
which scans by itself and writes its verdict on the object; for a laptop, a scanner that knows one thing."""

from __future__ import annotations

from typing import Literal, Protocol

from functions.adapters.files import Files
from functions.core.settings import settings

Verdict = Literal["clean", "infected", "not_checked", "waiting"]
# What GuardDuty writes: "S3 object potential scan result value", Amazon GuardDuty user guide. A file that it
# could not look into (encrypted, too many parts) has not been checked.
TAG = "GuardDutyMalwareScanStatus"
VERDICTS: dict[str, Verdict] = {
    "NO_THREATS_FOUND": "clean",
    "THREATS_FOUND": "infected",
    "UNSUPPORTED": "not_checked",
    "ACCESS_DENIED": "not_checked",
    "FAILED": "not_checked",
}
# The harmless test file that every scanner reports (EICAR, "Anti-Malware Testfile"). In two parts, so that
# no scanner reports this one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner(Protocol):
    """Says what is known of a file."""

    def verdict(self, key: str, version: str = "") -> Verdict:
        """`waiting` when the scanner will say so later. Raises FileGone."""


class NoScanner:
    """Nobody looks."""

    def verdict(self, key: str, version: str = "") -> Verdict:
        """Always the same."""
        return "not_checked"


class GuardDutyScanner:
    """Reads the tag that GuardDuty leaves on an object that it has scanned."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def verdict(self, key: str, version: str = "") -> Verdict:
        """One call."""
        status = self.files.tags(key, version).get(TAG)
        return VERDICTS.get(status, "not_checked") if status else "waiting"


class EicarScanner:
    """Knows EICAR's test file, wherever it stands in a file, and nothing else: for trying out."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def verdict(self, key: str, version: str = "") -> Verdict:
        """Reads the whole file, part by part."""
        seen = b""
        for part in self.files.chunks(key, version):
            seen = seen[-len(EICAR) :] + part
            if EICAR in seen:
                return "infected"
        return "clean"


def scanner_for(files: Files) -> Scanner:
    """The scanner that this installation has; none for a name that is not known."""
    name = settings().scanner
    if name == "guardduty":
        return GuardDutyScanner(files)
    return EicarScanner(files) if name == "eicar" else NoScanner()

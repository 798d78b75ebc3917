"""Every key of a city's table and of the platform's. No key literal stands anywhere else.

A city's table: ``pk``/``sk``; one sparse index ``list`` on ``list_key``/``list_sort``; items end by
``ttl``."""

from __future__ import annotations

from datetime import date, datetime

from functions.core.clock import iso

META, HEAD, OPEN = "META", "HEAD", "OPEN"
CONFIG, OUTBOX, USAGE, REFUSED, DEVICES = "CONFIG", "OUTBOX", "USAGE", "REFUSED", "DEVICES"
EVENT_PREFIX = "EVENT#"


def config_version(number: int) -> str:
    """Sort key of a compiled configuration."""
    return f"V#{number:06d}"


STAFF = "STAFF"


def staff(email: str) -> str:
    """Sort key of a staff record under STAFF: the address in lower case."""
    return email.strip().lower()


def case(case_id: str) -> str:
    """Partition of a case: META, HEAD of its audit chain, EVENT#..."""
    return f"CASE#{case_id}"


def case_id(pk: str) -> str:
    """The inverse of :func:`case`."""
    return pk.removeprefix("CASE#")


def reference(normal_reference: str) -> str:
    """Partition of a reference's pointer to its case."""
    return f"REF#{normal_reference}"


def chain(kind: str, subject: str) -> str:
    """Partition of an audit chain. A case's chain lies in the case's own partition, so one query reads
    both."""
    return case(subject) if kind == "case" else f"CHAIN#{kind}#{subject}"


def event(sequence: int) -> str:
    """Sort key of an audit event; sequences start at 1."""
    return f"{EVENT_PREFIX}{sequence:08d}"


def day_list(day: date) -> str:
    """Index key that lists all audit events of a UTC day."""
    return f"DAY#{day.isoformat()}"


def draft(draft_id: str) -> str:
    """Partition of a person's unfinished application."""
    return f"DRAFT#{draft_id}"


def upload(owner_id: str) -> str:
    """Partition of the files handed in with a draft or a case."""
    return f"UPLOAD#{owner_id}"


def certificate(token_digest: str) -> str:
    """Partition of a certificate, found by the digest of its verification token."""
    return f"CERT#{token_digest}"


def limit(what: str) -> str:
    """Partition of a counter that ends by itself."""
    return f"LIMIT#{what}"


def department_list(department_id: str) -> str:
    """Index key of a department's desk."""
    return f"DEPT#{department_id}"


def desk_sort(group: str, submitted: datetime, case_id: str) -> str:
    """Order on a desk: open cases first to last, then closed ones."""
    return f"{group}#{iso(submitted)}#{case_id}"


def device(thing: str) -> str:
    """Partition of a device: META, OPEN (latest readings), R#... (closed packs)."""
    return f"DEVICE#{thing}"


def pack(start_ms: int) -> str:
    """Sort key of a closed pack of readings, by the end of the pack before it (Unix milliseconds; 0 for
    the first)."""
    return f"R#{start_ms:015d}"


def alarm(thing: str, rule: str) -> str:
    """Partition of a rule's state on a device."""
    return f"ALARM#{thing}#{rule}"


def registry(city_id: str) -> str:
    """Platform table: partition of a city's registry row and its onboarding steps."""
    return f"CITY#{city_id}"


REGISTRY_LIST = "CITIES"
STEP_PREFIX = "STEP#"


def step(name: str) -> str:
    """Sort key of an onboarding step's state in the registry partition of its city."""
    return f"{STEP_PREFIX}{name}"


LEASE = "LEASE"  # sort key: who works on a city's onboarding at this moment

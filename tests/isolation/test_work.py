"""Workers and the operator's functions, with ids of one city in the name of the other: dropped or refused,
nothing said, nothing written. Each city's own use succeeds first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from functions.notifications.worker import KINDS
from functions.sensing.admin import ACTIONS as DEVICE_ACTIONS
from functions.tenancy.admin import ACTIONS
from functions.tenancy.nightly import KINDS as NIGHTLY
from tests.isolation import ledger
from tests.isolation.town import Town
from tests.isolation.work import WORK, Key, leaks
from tests.stack import CITIES

ROOT = Path(__file__).parents[2]


def _named(path: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, (ROOT / path).read_text()))


def test_every_kind_of_task_and_every_action_has_a_case() -> None:
    audits = _named("functions/audit/admin.py", r"``(audit-[a-z]+)``") | _named(
        "functions/audit/admin.py", r'"(audit-[a-z]+)"'
    )
    asked = _named("functions/tenancy/provisioner.py", r'action == "([a-z-]+)"')
    asked |= _named("functions/sensing/provisioning.py", r'\["action"\] == "([a-z-]+)"')
    wanted = {("tasks", kind) for kind in KINDS}
    wanted |= {("admin", action) for action in {*ACTIONS, *DEVICE_ACTIONS, *audits}}
    wanted |= {("provisioner", action) for action in asked}
    assert audits and asked
    assert {key for key in WORK if key[0] != "readings"} == wanted, "write a case in tests/isolation/work.py"
    assert set(NIGHTLY) <= set(KINDS)


@pytest.mark.parametrize("other", CITIES)
@pytest.mark.parametrize("key", WORK, ids=" ".join)
def test_ids_of_another_city_do_nothing(key: Key, other: str, towns: dict[str, Town]) -> None:
    own = next(town for city, town in towns.items() if city != other)
    assert leaks(WORK[key], own, towns[other]) == []
    ledger.cases[key[0]] += 1

"""A case for everything that is not a page: each kind of task, each action of the admin and provisioner
functions, each way in which a reading can lie. A new kind or action without a case fails the suite."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.isolation import snapshot
from tests.isolation import work_admin as admin
from tests.isolation import work_readings as readings
from tests.isolation import work_tasks as tasks
from tests.isolation.town import Town

Key = tuple[str, str]


@dataclass(frozen=True)
class Work:
    """``control`` is the city's own use and raises when it does not succeed. ``attack`` uses the other town's
    ids in one's own name and answers what it was told. ``counts`` are records that a refusal may leave."""

    control: Callable[[Town], None]
    attack: Callable[[Town, Town], list[Any]]
    counts: tuple[str, ...] = ()


NIGHTLY = (
    "sweep", "left-files", "files-waiting", "wallet-reminders", "draft-reminders", "audit-root", "usage",
    "webhook-sweep", "readings-close", "readings-close-shard", "readings-file", "readings-old-files",
    "device-rotations", "device-certificates",
)  # fmt: skip
SIMPLE = ("due-list", "alarm-rounds")
DEVICES = {"device-add": admin.foreign_device_added, "device-revoke": admin.foreign_device_revoked}
WORK: dict[Key, Work] = {
    ("tasks", "mail"): Work(tasks.own_mail, tasks.foreign_mail),
    **{("tasks", kind): Work(tasks.own_file, tasks.foreign_file(kind)) for kind in ("file", "wallet-keep")},
    ("tasks", "change"): Work(tasks.own_change, tasks.foreign_change),
    ("tasks", "webhook"): Work(tasks.own_webhook, tasks.foreign_webhook),
    **{("tasks", kind): Work(tasks.own_task(kind), tasks.foreign_task(kind)) for kind in (*NIGHTLY, *SIMPLE)},
    ("tasks", "due"): Work(tasks.own_due, tasks.foreign_due),
    ("readings", "thing of the other"): Work(readings.own_reading, readings.thing_of_the_other),
    ("readings", "payload names the other"): Work(readings.own_reading, readings.payload_names_the_other),
    ("readings", "certificate of mine"): Work(
        readings.own_reading, readings.certificate_of_mine, ("item REFUSED ",)
    ),
    ("admin", "plan"): Work(admin.own_plan, admin.foreign_plan),
    ("admin", "apply-begin"): Work(admin.own_begin, admin.foreign_begin),
    ("admin", "apply-step"): Work(admin.own_step, admin.foreign_step),
    ("admin", "cities"): Work(admin.cities, admin.listed_cities),
    **{
        ("admin", action): Work(admin.own_city(action), admin.only_own_city(action))
        for action in (
            "export", "upgrade-structure", "upgrade-items", "audit-verify", "audit-seal", "device-list",
            "device-simulation",
        )
    },
    **{
        (function, action): Work(admin.own_device(function), attack(function))
        for function in ("admin", "provisioner")
        for action, attack in DEVICES.items()
    },
    ("admin", "device-import"): Work(admin.own_list, admin.foreign_list),
    ("admin", "device-fetch-next"): Work(admin.own_device_renews, admin.foreign_device_renews),
    ("admin", "device-claim"): Work(admin.own_claim_made, admin.claim_made),
    ("provisioner", "claim-revoke"): Work(admin.own_claim, admin.foreign_claim_revoked),
    **{
        ("provisioner", action): Work(admin.own_structure(action), admin.foreign_structure(action))
        for action in ("city-table", "city-devices", "city-describe", "claim-add")
    },
}  # fmt: skip


def leaks(work: Work, own: Town, other: Town) -> list[str]:
    """What was said of the other city, and what changed there. Raises when a control does not succeed."""
    work.control(other)
    before = snapshot.settled(own.stack, other.id)
    said = json.dumps(work.attack(own, other), ensure_ascii=False, default=str)
    found = [f"the answer says {word!r}" for word in other.secrets if word in said]
    changed = snapshot.changes(before, snapshot.settled(own.stack, other.id))
    return found + [change for change in changed if not change.startswith((*work.counts, "item USAGE "))]

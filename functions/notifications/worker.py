"""The tasks queue: slow work that follows a change. A message is a pointer (city, kind, id); the worker
reads the rest inside that city's scope. A message that fails is reported alone and comes again; the others
of its batch are done."""

from __future__ import annotations

import json
import time
from importlib import import_module
from typing import Any

from functions.core import clock, log
from functions.core.context import Actor, Context
from functions.core.scope import tenant_scope

# kind of a message -> where its work is: called with (context, id). Other features add theirs here.
KINDS = {
    "mail": "functions.notifications.service:deliver",
    "sweep": "functions.notifications.service:sweep_task",
    "left-files": "functions.cases.applying:remove_left_files",
    "file": "functions.files.worker:check_file",
    "files-waiting": "functions.files.worker:sweep_task",
    "wallet-keep": "functions.wallet.worker:keep_checked",
    "wallet-reminders": "functions.wallet.worker:remind_task",
    "draft-reminders": "functions.cases.resuming:remind_due",
    "change": "functions.api.webhooks:fan_out",
    "webhook": "functions.api.webhooks:deliver",
    "webhook-sweep": "functions.api.webhooks:sweep_task",
    "due": "functions.sensing.alarms.due:work_row",
    "due-list": "functions.sensing.alarms.due:work_due",
    "alarm-rounds": "functions.sensing.alarms.rounds:go",
    "device-certificates": "functions.sensing.registry.certificates:align_task",
    "device-rotations": "functions.sensing.registry.certificates:night_task",
    "audit-root": "functions.audit.service:root_task",
    "usage": "functions.tenancy.nightly:usage_task",
    "readings-close": "functions.sensing.log.tasks:close_city",
    "readings-close-shard": "functions.sensing.log.tasks:close_shard",
    "readings-file": "functions.sensing.log.tasks:write_file",
    "readings-old-files": "functions.sensing.log.tasks:remove_old_files",
}
SLOW = ("readings-close-shard", "readings-file", "audit-root")  # nobody waits for these
RESERVE_MS = 2_000  # time that a task takes at least to begin


def handle_tasks(event: dict[str, Any], context: Any = None) -> dict[str, Any]:
    """Every record of the batch, slow ones last; answers which failed, and which could not begin because one
    as slow as those before would be killed with all of them (SQS partial batch response)."""
    failed, slowest = [], RESERVE_MS
    for record in sorted(event.get("Records", ()), key=_is_slow):
        if not clock.has_time(context, slowest):
            failed.append({"itemIdentifier": record["messageId"]})
            continue
        began = time.monotonic()
        try:
            _handle(_message(json.loads(record["body"])), str(record["messageId"]))
        except Exception:
            log.failure("task failed", message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
        slowest = max(slowest, round((time.monotonic() - began) * 1000))
    return {"batchItemFailures": failed}


def _is_slow(record: dict[str, Any]) -> bool:
    return any(f'"kind":"{kind}"' in record["body"] for kind in SLOW)


def _message(body: dict[str, str]) -> dict[str, str] | None:
    """What is to be done; None for a scanner's word about an object that is no upload."""
    if "object" not in body:
        return body
    from functions.files.worker import message_of

    return message_of(body["object"])


def _handle(message: dict[str, str] | None, message_id: str) -> None:
    from functions.tenancy.registry import find_city

    if message is None:
        return
    city = find_city(message["city"])
    if city is None or city.state != "live":
        log.info("task dropped", city=message["city"], kind=message["kind"])
        return
    module, _, name = KINDS[message["kind"]].partition(":")
    ctx = Context(city, Actor("system", "tasks"), city.languages[0], clock.now(), message_id)
    with tenant_scope(city):
        getattr(import_module(module), name)(ctx, message["id"])

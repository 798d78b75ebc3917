"""What the command line may ask about a city's record, through the ``admin`` function."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from functions.audit import service
from functions.core import clock
from functions.core.scope import tenant_scope

MOST_FINDINGS = 200  # a function's answer is limited to 6 MB; the number found is told in full


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """``audit-verify`` and ``audit-seal`` for ``event["city"]``; raises NotFound for an unknown city."""
    from functions.tenancy.registry import city_for_admin

    city = city_for_admin(event["city"])
    with tenant_scope(city, "audit"):
        if event["action"] == "audit-seal":
            return {"city": city.id, "sealed": service.seal_days(clock.now())}
        report = service.verify_record()
    found = [asdict(finding) for finding in report.findings[:MOST_FINDINGS]]
    return {
        "city": report.city,
        "whole": report.whole,
        "chains": report.chains,
        "events": report.events,
        "days": report.days,
        "last_seal": asdict(report.last_seal) if report.last_seal else None,
        "found": len(report.findings),
        "findings": found,
    }

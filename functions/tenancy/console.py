"""What the city uses, day by day, for its admins: what is counted, and which counts are exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

from functions.core import usage
from functions.core.errors import NotFound
from functions.core.i18n import N_, t
from functions.web import formats
from functions.web.blueprint import CityBlueprint
from functions.web.request import PageContext
from functions.web.responses import Page

bp = CityBlueprint(__name__)
DAYS = 7
# meter -> (label, exact)
SHOWN: dict[str, tuple[str, bool]] = {
    "pages": (N_("Pages shown"), False),
    "api_calls": (N_("Requests of programs"), False),
    "applications": (N_("Applications"), True),
    "certificates": (N_("Certificates"), True),
    "incidents": (N_("Incidents"), True),
    "mails": (N_("Emails"), True),
    "sms": (N_("Text messages"), True),
    "messages": (N_("Sensor messages"), True),
    "readings": (N_("Sensor readings"), True),
    "refused": (N_("Refused sensor messages"), True),
}


NIGHTLY = ("messages", "readings")  # counted by the devices' logs, and kept when their day is over


@bp.page("/{city}/console/usage", access="staff")
def show_usage(ctx: PageContext) -> Page:
    """The last seven UTC days, today included, and what this month costs so far. Three calls; nothing
    personal in it."""
    if ctx.staff is None or not ctx.staff.is_admin:
        raise NotFound
    today = ctx.now.astimezone(UTC).date()
    days = [(today - timedelta(days=n)).isoformat() for n in range(DAYS)]
    month = today.replace(day=1).isoformat()
    counts = usage.of_days(min(month, days[-1]), days[0])
    rows = [
        [t(label), *(_shown(counts.get(day, {}), meter) for day in days)]
        for meter, (label, _) in SHOWN.items()
    ]
    return Page(
        "console/usage.html",
        section="usage",
        days=[formats.short_day(day) for day in days],
        rows=rows,
        approximate=formats.several(t(label) for label, exact in SHOWN.values() if not exact),
        nightly=formats.several(t(SHOWN[meter][0]) for meter in NIGHTLY),
        cost=_cost([found for day, found in counts.items() if day >= month], today),
    )


def _shown(counts: Mapping[str, int], meter: str) -> int | str:
    return counts.get(meter, "–" if meter in NIGHTLY else 0)


def _cost(counts: Iterable[Mapping[str, int]], today: date) -> dict[str, Any]:
    """The month so far: rows of what, how many and dollars, and their sum."""
    from functions.sensing.registry.domain import ACTIVE
    from functions.sensing.registry.store import list_devices
    from functions.tenancy import costs

    total: Counter[str] = Counter()
    for found in counts:
        total.update(found)
    active = sum(device.state == ACTIVE for device in list_devices())
    lines = costs.estimate(total, active, today.day)
    return {
        "rows": [
            [t(line.label), formats.number(line.count), f"${line.dollars:.4f}"]
            for line in lines
            if line.count
        ],
        "sum": f"${sum((line.dollars for line in lines), Decimal(0)):.2f}",
        "since": today.replace(day=1),
        "prices_of": costs.PRICES_OF,
    }

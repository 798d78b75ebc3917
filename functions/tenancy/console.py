"""What the city uses, day by day, for its admins: what is counted, and which counts are exact."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta

from functions.core import usage
from functions.core.errors import NotFound
from functions.core.i18n import N_, t
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


@bp.page("/{city}/console/usage", access="staff")
def show_usage(ctx: PageContext) -> Page:
    """The last seven UTC days, today included. Three calls; nothing personal in it."""
    from functions.sensing.service import day_counts  # other pages' cold starts do not pay for it

    if ctx.staff is None or not ctx.staff.is_admin:
        raise NotFound
    days = [(ctx.now.astimezone(UTC).date() - timedelta(days=n)).isoformat() for n in range(DAYS)]
    counts = {day: Counter(found) for day, found in usage.of_days(days[-1], days[0]).items()}
    for meter in ("messages", "readings"):
        for count in counts.values():
            count.pop(meter, None)
    for day, messages, readings in day_counts(ctx):
        counts.setdefault(day.isoformat(), Counter()).update(messages=messages, readings=readings)
    rows = [
        [t(label), *(counts.get(day, Counter())[meter] for day in days)]
        for meter, (label, _) in SHOWN.items()
    ]
    approximate = [t(label) for label, exact in SHOWN.values() if not exact]
    return Page("console/usage.html", section="usage", days=days, rows=rows, approximate=approximate)

"""Staff members, their rights, and when a session ends. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# NIST SP 800-63B (revision 3) section 4.2.3: again after 12 hours at most, and after 30 minutes without
# activity.
ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(minutes=30)
REFRESH = timedelta(minutes=2)  # how stale the "seen" time in the cookie may get before it is written again
SIGN_IN_LIFE = timedelta(minutes=10)  # from leaving for the hosted login until coming back

ADMIN, CLERK, OPERATOR_DESK, HELPER = "admin", "clerk", "operator-desk", "helper"
State = Literal["live", "idle", "ended", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of one city's staff, as the city's own record says at this moment."""

    email: str
    name: str
    roles: tuple[str, ...]
    departments: tuple[str, ...]

    @property
    def is_admin(self) -> bool:
        """May read histories and revoke certificates of any department."""
        return ADMIN in self.roles

    @property
    def may_serve(self) -> bool:
        """May begin an application for somebody else, at the counter or out in the town."""
        return bool({CLERK, HELPER} & set(self.roles))

    @property
    def may_identify(self) -> bool:
        """May record that they have seen a person and their document."""
        return CLERK in self.roles

    def works_in(self, department: str) -> bool:
        """Cases of other departments do not exist for this person."""
        return department in self.departments

    def may_decide(self, kind: str) -> bool:
        """Clerks decide applications; incidents are for clerks and for the operations desk."""
        return CLERK in self.roles or (kind == "incident" and OPERATOR_DESK in self.roles)


@dataclass(frozen=True, slots=True)
class Session:
    """What the signed cookie says. It is no proof of membership, only of who signed in, where and when."""

    city: str
    email: str
    started: datetime
    seen: datetime

    def state(self, city_id: str, now: datetime) -> State:
        """``elsewhere``: the cookie was made for another city."""
        if self.city != city_id:
            return "elsewhere"
        if now - self.started >= ABSOLUTE:
            return "ended"
        return "idle" if now - self.seen >= IDLE else "live"

    def needs_refresh(self, now: datetime) -> bool:
        """The time of the last request is old enough to write the cookie again."""
        return now - self.seen >= REFRESH


_PATH = re.compile(r"/[a-z0-9-]+/console(/[A-Za-z0-9/_-]*)?")


def safe_return(path: str, city_id: str) -> str:
    """Where to go after signing in: a console path of this city without query, else the console's first
    page."""
    home = f"/{city_id}/console"
    wanted = _PATH.fullmatch(path) is not None and (path == home or path.startswith(home + "/"))
    return path if wanted and not path.startswith(home + "/sign") else home

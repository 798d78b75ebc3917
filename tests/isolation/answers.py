"""How a route answers its own person, and how it refuses others: words for the cases."""

from __future__ import annotations

from collections.abc import Callable

from tests.isolation.town import Town
from tests.isolation.visitor import Answer

Shows = Callable[[Town, Answer], bool]
Refusal = Callable[[Town, Answer], bool]


def page(words: Callable[[Town], str] = lambda town: town.name) -> Shows:
    """A page with these words on it."""
    return lambda town, answer: answer.status == 200 and words(town) in answer.text


def leads_to(part: Callable[[Town], str]) -> Shows:
    """A redirect to an address with this in it."""
    return lambda town, answer: answer.status == 303 and part(town) in answer.location


def drawing(town: Town, answer: Answer) -> bool:
    """A picture."""
    return answer.status == 200 and "<svg" in answer.text


def gone(town: Town, answer: Answer) -> bool:
    """The city's own page for an address that does not exist."""
    return answer.status == 404 and town.name in answer.text


def denied(town: Town, answer: Answer) -> bool:
    """The attempt was this browser's own and is used up; the hosted login had said no."""
    return answer.status == 403 and f"signin-{town.id}=;" in answer.everything


def starts_login(town: Town, answer: Answer) -> bool:
    """On the way to the hosted login, to come back to this town."""
    return answer.status == 303 and f"state={town.id}." in answer.location


def hands_over(town: Town, answer: Answer) -> bool:
    """To some city's own page, with nothing said and nothing kept: that page decides."""
    kept = answer.headers["Set-Cookie"]
    return answer.status == 303 and "/console/sign-in/done" in answer.location and not kept


def at_lookup(town: Town, answer: Answer) -> bool:
    """Sent to the form that asks for reference and code, with nothing opened."""
    return answer.status == 303 and answer.location.partition("?")[0] == f"/{town.id}/status"


def unknown(town: Town, answer: Answer) -> bool:
    """Reference and code do not belong together here."""
    return at_lookup(town, answer) and "problem=unknown" in answer.location


def at_my_door(town: Town, answer: Answer) -> bool:
    """Sent to the form that asks who it is, or told that there is no such thing; nothing is shown."""
    asked = answer.status == 303 and answer.location.partition("?")[0] == f"/{town.id}/me/sign-in"
    return asked or answer.status == 404


def unsaved(town: Town, answer: Answer) -> bool:
    """Number and code do not belong together here, and no draft is opened."""
    kept = f"drafts-{town.id}=" in answer.everything
    return answer.status == 303 and "/resume?problem=unknown" in answer.location and not kept


def left(town: Town, answer: Answer) -> bool:
    """Away, with nothing deleted and nothing that could be."""
    kept = f"left-{town.id}=" in answer.everything
    return answer.status == 303 and answer.location == f"/{town.id}/left" and not kept


def no_paper(town: Town, answer: Answer) -> bool:
    """No form on paper has this number here."""
    return answer.status == 303 and "/console/paper?problem=unknown" in answer.location


def shown(town: Town, answer: Answer) -> bool:
    """A page that anybody may see, of that town."""
    return answer.status == 200


def answers_for_itself(town: Town, answer: Answer) -> bool:
    """Anybody may say whether a page helped; the answer is counted where it was asked."""
    return answer.status == 303 and answer.location.endswith(f"/{town.id}/helped?thanks=1")


def decides_for_itself(town: Town, answer: Answer) -> bool:
    """Rules of profiles have the same names in every city; the decision is the city's whose page it is."""
    return answer.status == 303 and f"/{town.id}/console/rules?" in answer.location


def answers_at_home(town: Town, answer: Answer) -> bool:
    """A person's own choice, kept where they work."""
    return answer.status == 303 and answer.location.endswith(f"/{town.id}/console/alarms?saved=1")


def status(number: int) -> Refusal:
    """An answer with this status."""
    return lambda town, answer: answer.status == number


def not_taken(town: Town, answer: Answer) -> bool:
    """Not an attempt of this browser, so none is used up."""
    return answer.status == 403 and not answer.headers["Set-Cookie"]

"""Use cases: note an answer, sum the answers up, list the latest words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from functions.core import audit, clock, ids, keys, limits
from functions.core.context import Context
from functions.core.errors import Invalid
from functions.core.i18n import N_
from functions.core.store import CityModel

MAX_WORDS = 500
KEEP_DAYS = 90
SUM_DAYS = 28
LATEST = 50
PER_NETWORK_HOUR = 60
PER_CITY_DAY = 5000


class HelpedItem(CityModel):
    """Answers of a day about a page."""

    yes = NumberAttribute(default=0)
    no = NumberAttribute(default=0)


class WordsItem(CityModel):
    """What somebody wrote about a page."""

    topic = UnicodeAttribute()
    answer = UnicodeAttribute()
    words = UnicodeAttribute()
    lang = UnicodeAttribute()


@dataclass(frozen=True)
class Sum:
    """Answers about a page in the last 28 days."""

    topic: str
    yes: int
    no: int


@dataclass(frozen=True)
class Words:
    """What somebody wrote; `at` is ISO 8601."""

    topic: str
    answer: str
    words: str
    lang: str
    at: str


def note(ctx: Context, network: str, topic: str, helped: bool, words: str) -> None:
    """Count an answer and keep its words. Raises Invalid for too many words, RateLimited for too many
    answers."""
    if len(words) > MAX_WORDS:
        raise Invalid({"words": N_("Use 500 characters or fewer")})
    limits.hit(f"helped#{network}", PER_NETWORK_HOUR, 3600)
    limits.hit("helped", PER_CITY_DAY, 86400)
    day = ctx.now.astimezone(UTC).date()
    ends = clock.epoch(ctx.now + timedelta(days=KEEP_DAYS))
    counter = HelpedItem.yes if helped else HelpedItem.no
    HelpedItem(keys.HELPED, f"{day.isoformat()}#{topic}").update(
        actions=[counter.add(1), HelpedItem.ttl.set(ends), HelpedItem.v.set(1)]
    )
    if words.strip():
        answer = "yes" if helped else "no"
        WordsItem(
            keys.HELPED_WORDS, f"{clock.iso(ctx.now)}#{ids.new_id(ctx.now)}",
            v=1, ttl=ends, topic=topic, answer=answer, words=words.strip(), lang=ctx.lang,
        ).save()  # fmt: skip


def sums(ctx: Context) -> list[Sum]:
    """Pages by how often they did not help, over 28 days; one call."""
    first = (ctx.now.astimezone(UTC).date() - timedelta(days=SUM_DAYS)).isoformat()
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for item in HelpedItem.query(keys.HELPED, HelpedItem.sk >= first):
        topic = item.sk.partition("#")[2]
        counted[topic][0] += int(item.yes)
        counted[topic][1] += int(item.no)
    found = [Sum(topic, yes, no) for topic, (yes, no) in counted.items()]
    return sorted(found, key=lambda one: (-one.no, one.topic))


def latest(ctx: Context) -> list[Words]:
    """The latest words, newest first. People may have written about themselves: the view is audited."""
    audit.record("feedback", "words", "viewed", ctx)
    items = WordsItem.query(keys.HELPED_WORDS, scan_index_forward=False, limit=LATEST)
    return [
        Words(item.topic, item.answer, item.words, item.lang, item.sk.partition("#")[0]) for item in items
    ]

"""Every key of a city's table and of the platform's. No key literal stands anywhere else.

A city's table: ``pk``/``sk``; one sparse index ``list`` on ``list_key``/``list_sort``; items end by
``ttl``."""

from __future__ import annotations

from datetime import date, datetime

from functions.core.clock import iso

META, HEAD = "META", "HEAD"
CONFIG, OUTBOX, USAGE, REFUSED, DEVICES = "CONFIG", "OUTBOX", "USAGE", "REFUSED", "DEVICES"
EVENT_PREFIX = "EVENT#"

DEFINITION = "DEFINITION"  # sort key: the digest of a service's version


def config_version(number: int) -> str:
    """Sort key of a compiled configuration."""
    return f"V#{number:06d}"


RULES = "RULES"  # sort key under CONFIG: what admins decided about the rules of device profiles
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


REMINDERS = "REMINDERS"  # index key: drafts whose owner asked to be reminded, by when


def resume(normal_number: str) -> str:
    """Partition of a saved draft's number, in its normal form."""
    return f"RESUME#{normal_number}"


def person(person_id: str) -> str:
    """Partition of a person's record: contact points, consents, known answers, what they applied for."""
    return f"PERSON#{person_id}"


def contact(digest: str) -> str:
    """Partition of a confirmed contact point's pointer to its person, by a keyed digest."""
    return f"CONTACT#{digest}"


def one_time_code(challenge: str) -> str:
    """Partition of a code on its way to a contact point."""
    return f"CODE#{challenge}"


def letters(case_id: str) -> str:
    """Partition of what was written to a case's applicant; sorted by the outbox row's id."""
    return f"LETTERS#{case_id}"


def counter(digest: str) -> str:
    """Partition of what a member of staff began for somebody else; sorted by the draft's id."""
    return f"COUNTER#{digest}"


FILE_PREFIX = "FILE#"
WAITING_FILES = "FILES"  # index key: files whose check is not over


def files(owner_id: str) -> str:
    """Partition of what was handed in with a draft or a case (the draft's id becomes the case's), put into
    a wallet (`person.<id>`), or taken of a device (`device.<thing>`)."""
    kind, dot, owner = owner_id.partition(".")
    if dot and kind == "device":
        return device(owner)
    return wallet(owner) if dot and kind == "person" else case(owner_id)


def owner_of_files(pk: str) -> str:
    """The inverse of :func:`files`."""
    if pk.startswith("DEVICE#"):
        return f"device.{pk.removeprefix('DEVICE#')}"
    return f"person.{pk.removeprefix('WALLET#')}" if pk.startswith("WALLET#") else case_id(pk)


def file(file_id: str) -> str:
    """Sort key of a file in the partition of its owner."""
    return f"{FILE_PREFIX}{file_id}"


def file_id(sort_key: str) -> str:
    """The inverse of :func:`file`."""
    return sort_key.removeprefix(FILE_PREFIX)


def wallet(person_id: str) -> str:
    """Partition of a person's documents: HELD#..."""
    return f"WALLET#{person_id}"


HELD_PREFIX = "HELD#"
EXPIRING = "EXPIRING"  # index key: documents whose holder wants to be told before they end


def held(document_id: str) -> str:
    """Sort key of a document in a wallet."""
    return f"{HELD_PREFIX}{document_id}"


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
    """Partition of a device: META, D#... (closed days of readings), H#... (their roll-ups), HIST#...
    (its history)."""
    return f"DEVICE#{thing}"


HISTORY_PREFIX = "HIST#"
SHARDS = "SHARDS"  # how many devices each lane has had; sorted by the lane's letter


def history(at: str) -> str:
    """Sort key of a line of a device's history, by its moment."""
    return f"{HISTORY_PREFIX}{at}"


def device_label(code: str) -> str:
    """Partition of a pointer to a device from what is printed on it (DevEUI, serial number)."""
    return f"LABEL#{code}"


INSTALLERS = "INSTALLERS"  # links for installers; sorted by the digest of their token
CLAIMS = "CLAIMS"  # certificates with which devices claim their own; sorted by the certificate's id


def log(shard: str) -> str:
    """Partition of a shard's log of readings: E#... (entries), BOARD (latest values), CLOSED (how far)."""
    return f"LOG#{shard}"


ENTRY_PREFIX = "E#"
BOARD, CLOSED = "Y#BOARD", "Z#CLOSED"  # behind the entries: one query backwards finds all


def entry(sequence: int) -> str:
    """Sort key of an entry of a log; sequences start at 1."""
    return f"{ENTRY_PREFIX}{sequence:012d}"


def entry_sequence(sort_key: str) -> int:
    """The inverse of :func:`entry`."""
    return int(sort_key.removeprefix(ENTRY_PREFIX))


DAY_PREFIX, ROLLUP_PREFIX = "D#", "H#"


def device_day(day: date, part: int = 0) -> str:
    """Sort key of a device's closed day of readings; a long day has several parts."""
    return f"{DAY_PREFIX}{day.isoformat()}#{part:02d}"


def device_rollup(day: date) -> str:
    """Sort key of the hour and day roll-ups of a device's day."""
    return f"{ROLLUP_PREFIX}{day.isoformat()}"


def alarms(thing: str) -> str:
    """Partition of a device's alarms: per rule the present state and its episodes."""
    return f"ALARM#{thing}"


def alarm_prefix(rule: str) -> str:
    """What the sort keys of a rule's items begin with."""
    return f"{rule}#"


def alarm_now(rule: str) -> str:
    """Sort key of a rule's present alarm: behind its episodes, so that it comes first when read backwards."""
    return f"{rule}#META"


def alarm_episode(rule: str, raised_ms: int) -> str:
    """Sort key of one time that a rule was raised."""
    return f"{rule}#E#{raised_ms:015d}"


def alarm_list(department: str) -> str:
    """Index key of a department's alarms."""
    return f"ALARMS#{department}"


DUE = "DUE"  # what must happen at a time, by `<when>#<kind>#<id>`
INCIDENTS = "INCIDENTS"  # open incidents of sensors: `<department>#<kind>#<case>`; without case their count
ALARM_NEWS = "ALARM-NEWS"  # per department: until when people were told
ALARM_MAIL = "ALARM-MAIL"  # per member of staff: which alarms they want to hear of
SOS_TESTS = "SOS-TESTS"  # the daily test of the emergency path, by day


def sos(thing: str) -> str:
    """Partition of an emergency device's calls."""
    return f"SOS#{thing}"


def commands(thing: str) -> str:
    """Partition of what a device may be told, and was told."""
    return f"COMMAND#{thing}"


SOURCES = "SOURCES"  # ways over HTTPS by which readings come in; sorted by id


def source(source_id: str) -> str:
    """Partition of what a source sent: one item a day."""
    return f"SOURCE#{source_id}"


def source_seen(source_id: str, digest: str) -> str:
    """Partition of a message of a source that has been taken or refused, by a digest of what makes it
    unique."""
    return f"SEEN#{source_id}#{digest}"


API_KEYS, WEBHOOKS = "API-KEYS", "WEBHOOKS"


def change_list(moment: datetime) -> str:
    """Partition of a month's changes of cases; their sort key is :func:`change`."""
    return f"CHANGES#{iso(moment)[:7]}"


def change(at: str, case_id: str, version: int) -> str:
    """Sort key of a change of a case: the order in which programs read them."""
    return f"{at}#{case_id}#{version:06d}"


def api_request(key_id: str, request_digest: str) -> str:
    """Partition of what a program asked to be done once."""
    return f"API-REQUEST#{key_id}#{request_digest}"


def delivery(webhook_id: str) -> str:
    """Partition of what is still to be told to a webhook."""
    return f"DELIVERY#{webhook_id}"


def registry(city_id: str) -> str:
    """Platform table: partition of a city's registry row and its onboarding steps."""
    return f"CITY#{city_id}"


REGISTRY_LIST = "CITIES"
STEP_PREFIX = "STEP#"


def step(name: str) -> str:
    """Sort key of an onboarding step's state in the registry partition of its city."""
    return f"{STEP_PREFIX}{name}"


LEASE = "LEASE"  # sort key: who works on a city's onboarding at this moment

HELPED, HELPED_WORDS = "HELPED", "HELPED#WORDS"  # did a page help: counts by day and page, and words

"""Checks: clocks, fee, letters, result, feedback, and the service's own head."""

from __future__ import annotations

from functions.services.lint_base import Found, Looked, rule


@rule("promised-above-statutory")
def promised_above_statutory(file: Looked) -> Found:
    """The promised time is within the legal one."""
    clocks = file.raw["clocks"] or {}
    if clocks.get("statutory") is not None and clocks["promised"] > clocks["statutory"]:
        yield "clocks.promised", "the promised time is longer than the statutory time"


@rule("statutory-without-basis")
def statutory_without_basis(file: Looked) -> Found:
    """A legal time names its law."""
    clocks = file.raw["clocks"] or {}
    if clocks.get("statutory") is not None and not clocks["basis"]:
        yield "clocks.statutory", "a statutory time needs its basis"


@rule("licence-without-statutory")
def licence_without_statutory(file: Looked) -> Found:
    """A licence has a legal time."""
    clocks = file.raw["clocks"]
    if file.raw["service"]["kind"] == "licence" and clocks and clocks["statutory"] is None:
        yield "clocks", "a licence needs its statutory time"


@rule("licence-without-basis")
def licence_without_basis(file: Looked) -> Found:
    """A licence has a legal basis."""
    if file.raw["service"]["kind"] == "licence" and not file.raw["guide"]["legal_basis"]:
        yield "guide", "a licence needs its legal basis"


@rule("instant-with-time")
def instant_with_time(file: Looked) -> Found:
    """An instant service promises 0 days."""
    if file.raw["service"]["mode"] == "instant" and file.raw["clocks"] and file.raw["clocks"]["promised"]:
        yield "clocks.promised", "an instant service promises 0 days"


@rule("acceptance-too-late")
def acceptance_too_late(file: Looked) -> Found:
    """What is missing is named before the promised time is over."""
    clocks = file.raw["clocks"] or {}
    days = clocks.get("acceptance_days")
    if days is not None and clocks["unit"] != "hours" and days > clocks["promised"]:
        yield "clocks.acceptance_days", "this is longer than the promised time"


@rule("fee-without-basis")
def fee_without_basis(file: Looked) -> Found:
    """A fee names its basis."""
    for line in file.raw["fee"]["lines"]:
        if (line["amount"] or line["formula"]) and not line["basis"]:
            yield f"fee.lines.{line['id']}", "a fee needs its basis"


@rule("fee-line-unfit")
def fee_line_unfit(file: Looked) -> Found:
    """A line of the fee is an amount or a formula."""
    for line in file.raw["fee"]["lines"]:
        if (line["amount"] is None) == (line["formula"] is None):
            yield f"fee.lines.{line['id']}", "a line has an `amount` or a `formula`, one of the two"


@rule("waiver-without-reason")
def waiver_without_reason(file: Looked) -> Found:
    """Who does not pay is told why."""
    for line in file.raw["fee"]["lines"]:
        if bool(line["waive_when"]) != bool(line["waive_because"]):
            yield f"fee.lines.{line['id']}", "`waive_when` and `waive_because` go together"


@rule("letter-on-unknown")
def letter_on_unknown(file: Looked) -> Found:
    """A letter follows an action, or `received`."""
    known = {"received", *(action["id"] for action in file.flow["actions"])}
    for letter in file.raw["letters"]:
        if letter["on"] not in known:
            yield f"letters.{letter['id']}.on", f'names the unknown action "{letter["on"]}"'


@rule("letter-without-address")
def letter_without_address(file: Looked) -> Found:
    """A letter has an address: somebody is asked for it, or signs in with it."""
    asked = {one.field.semantic for one in file.places} | {one.field.type for one in file.places}
    if file.raw["service"]["assurance"] != "none":
        return
    wanted = {"email": {"email"}, "sms": {"phone"}, "post": {"address", "delivery_address"}}
    for letter in file.raw["letters"]:
        if not any(wanted[channel] & asked for channel in letter["channels"]):
            words = " or ".join(letter["channels"])
            yield f"letters.{letter['id']}.channels", f"no question asks where to send it ({words})"


@rule("validity-twofold")
def validity_twofold(file: Looked) -> Found:
    """Result and certificate are valid for the same time."""
    result, certificate = file.raw["result"], file.raw["certificate"]
    if result and certificate and result["validity_days"] not in (None, certificate["validity_days"]):
        yield "result.validity_days", f"the certificate is valid for {certificate['validity_days']} days"


@rule("rating-without-time")
def rating_without_time(file: Looked) -> Found:
    """A bad rating is answered within a time."""
    feedback = file.raw["feedback"]
    if feedback["ask"] and feedback["bad_rating_days"] is None:
        yield "feedback", "asking for a rating needs `bad_rating_days`"


@rule("season-unfit")
def season_unfit(file: Looked) -> Found:
    """A seasonal service has its season, and only such a one."""
    about = file.raw["service"]
    both = bool(about["opens"]) and bool(about["closes"])
    if about["status"] == "seasonal" and not both:
        yield "service.status", "a seasonal service needs `opens` and `closes`"
    elif about["status"] != "seasonal" and (about["opens"] or about["closes"]):
        yield "service.status", "`opens` and `closes` are for a seasonal service"


@rule("closed-without-word")
def closed_without_word(file: Looked) -> Found:
    """A service that is paused or closed says why and what to do."""
    about = file.raw["service"]
    if about["status"] in ("paused", "closed") and not about["status_note"]:
        yield "service.status", "a service that is paused or closed needs `status_note`"


@rule("no-channel")
def no_channel(file: Looked) -> Found:
    """A service can be asked for somehow."""
    if not any(file.raw["service"]["channels"].values()):
        yield "service.channels", "nobody could ask for it; set one of them to true"


@rule("record-unfit")
def record_unfit(file: Looked) -> Found:
    """A report, and nothing else, is kept as an incident."""
    about = file.raw["service"]
    if about["record"] == "incident" and about["kind"] != "report":
        yield "service.record", "only a report (`kind: report`) is kept as an incident"


@rule("anonymous-unfit")
def anonymous_unfit(file: Looked) -> Found:
    """Only a report can be sent without a name, and then nobody must prove who they are."""
    about = file.raw["service"]
    if about["anonymous"] and (about["kind"] != "report" or about["assurance"] != "none"):
        yield "service.anonymous", "this is for reports (`kind: report`) with `assurance: none`"


@rule("link-with-parts")
def link_with_parts(file: Looked) -> Found:
    """A service that is only linked to leaves certificates, letters and appointments to its provider."""
    if not file.raw["link"]:
        return
    for part in ("certificate", "appointment", "letters"):
        if file.raw[part]:
            yield part, "a service that is only linked to has none of its own"
    if file.raw["eligibility"]["asks"]:
        yield "eligibility.asks", "a service that is only linked to has no questions"


@rule("report-with-fee")
def report_with_fee(file: Looked) -> Found:
    """Telling the city something costs nothing, and gives no certificate."""
    if not file.service.is_report:
        return
    for part in ("fee", "certificate"):
        if file.raw[part] and (part != "fee" or file.raw["fee"]["lines"]):
            yield part, "a report (`record: incident`) has none"

"""What the elements of a service are called. The English message ids and their translations are the words of
templates/glossary.yaml (a test compares them), so that page, open data and documents say the same."""

from __future__ import annotations

from functions.core.i18n import N_

# Element of a guide -> its heading; the key is the term's id in the glossary.
ELEMENTS = {
    "who-decides": N_("Who decides"),
    "level": N_("Level of government"),
    "partners": N_("Who takes part"),
    "kind-of-service": N_("Kind of service"),
    "kind-of-handling": N_("How it is decided"),
    "service-code": N_("Service code"),
    "for-whom": N_("Who it is for"),
    "eligibility": N_("Who can apply"),
    "documents": N_("Documents"),
    "process": N_("What happens"),
    "promised-time": N_("Promised time"),
    "statutory-time": N_("Statutory time"),
    "fee": N_("Fee"),
    "fee-basis": N_("Basis of the fee"),
    "on-site-visits": N_("Visits"),
    "legal-basis": N_("Legal basis"),
    "result": N_("Result"),
    "validity": N_("Validity"),
    "quota": N_("Limit on numbers"),
    "channels": N_("Ways to apply"),
    "offices": N_("Where and when"),
    "enquiries": N_("Questions about it"),
    "complaint": N_("How to complain"),
    "appeal": N_("How to contest a decision"),
    "faq": N_("Common questions"),
}
KINDS = {
    "licence": N_("Licence"),
    "confirmation": N_("Official confirmation"),
    "payment": N_("Benefit"),
    "filing": N_("Filing"),
    "public_service": N_("Public service"),
    "report": N_("Report to the city"),
}
MODES = {
    "instant": N_("At once"),
    "promise": N_("Within a promised time"),
    "relay": N_("Passed on to another authority"),
}
LEVELS = {
    "state": N_("National government"),
    "province": N_("Province or state government"),
    "city": N_("City government"),
    "district": N_("District government"),
    "street": N_("Sub-district office"),
    "community": N_("Neighbourhood office"),
}
AUDIENCES = {"person": N_("People"), "organisation": N_("Companies and organisations")}
CHANNELS = {
    "online": N_("Online, on this page"),
    "counter": N_("At the counter, where a clerk types it in"),
    "helper": N_("With a helper who fills it in with you"),
    "post": N_("By post"),
    "phone": N_("By phone"),
}
DELIVERY = {
    "online": N_("You get it online."),
    "counter": N_("You collect it at the counter."),
    "post": N_("We send it by post."),
}
FORMS = {"original": N_("The original"), "copy": N_("A copy"), "digital": N_("A photo or scan")}
FEE_TIMES = {
    "before_review": N_("You pay before we look at your application."),
    "after_review": N_("You pay after we have looked at your application."),
    "at_counter": N_("You pay at the counter."),
}
# Life event -> what people call it, in the order of a life.
LIFE_EVENTS = {
    "birth": N_("Having a child"),
    "school": N_("School and education"),
    "work": N_("Work and training"),
    "business": N_("Running a business"),
    "home": N_("Housing"),
    "moving": N_("Moving and residence"),
    "family": N_("Family and marriage"),
    "health": N_("Health and care"),
    "ageing": N_("Growing old"),
    "death": N_("When someone dies"),
    "vehicle": N_("Cars and traffic"),
    "environment": N_("Environment"),
    "money": N_("Help with money"),
    "rights": N_("Your rights and your data"),
    "community": N_("Community life"),
}

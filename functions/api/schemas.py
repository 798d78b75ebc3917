"""What programs send and get, typed: the source of the OpenAPI document. Imported where a body is read and
where that document is made, never by a page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from functions.api.webhook_domain import MAX_NOTE, MAX_URL, STATES
from functions.cases.domain import MAX_MISSING, MAX_REASON, STAFF_ACTIONS
from functions.core.i18n import N_

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Text = Annotated[dict[str, str], Field(description=N_("language -> text"))]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class Asked(BaseModel):
    """What a program sends: unknown keys and loose types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Answer(BaseModel):
    """What a program gets; more keys may come in later versions."""

    model_config = ConfigDict(extra="allow")


class Problem(Answer):
    """Every error."""

    code: str = Field(description=N_("For programs; it never changes"))
    message: str = Field(description=N_("For people, in the asked language"))
    request_id: str
    fields: dict[str, str] | None = Field(default=None, description=N_("What is wrong with which field"))


class Anything(Answer):
    """A document that describes itself."""


class City(Answer):
    id: str
    names: Text
    languages: list[str]


class Availability(Answer):
    state: str
    opens: str | None
    closes: str | None


class ServiceShort(Answer):
    id: Identifier
    name: Text
    summary: Text
    availability: Availability
    url: str


class Services(Answer):
    city: City
    services: list[ServiceShort]


class Service(Answer):
    city: City
    service: ServiceShort


class UploadWanted(Asked):
    field: Identifier = Field(description=N_("The question that the file answers"))


class Upload(Answer):
    file: Identifier = Field(description=N_("Give this id under documents when you send the application"))
    url: str = Field(description=N_("Post a multipart form here: these fields first, the file last"))
    fields: dict[str, str]
    expires_at: Moment


class NewApplication(Asked):
    answers: dict[str, Any] = Field(
        description=N_("By the ids of the questions; see answers-schema of the service"), max_length=500
    )
    documents: dict[str, Annotated[list[Identifier], Field(max_length=20)]] = Field(
        default_factory=dict,
        description=N_("Question -> ids of the files that were handed in"),
        max_length=50,
    )
    declaration: bool = Field(default=False, description=N_("The person confirms that all of it is true"))
    language: Literal["en", "zh-Hans"] | None = Field(
        default=None, description=N_("In which language the city writes to the person")
    )
    applicant: str = Field(
        default="self", max_length=60, description=N_("For whom, by what right: self, child.parent ...")
    )
    for_name: str = Field(default="", max_length=120, description=N_("The name of whom it is for"))


class Submitted(Answer):
    case: Identifier
    reference: str
    code: str = Field(
        description=N_("Opens the application together with the reference: for the person only")
    )
    status_url: str


class Missing(Asked):
    field: Identifier
    note: str = Field(default="", max_length=MAX_REASON)


class CaseAction(Asked):
    action: Literal[STAFF_ACTIONS]  # type: ignore[valid-type]
    version: int = Field(ge=1, lt=10**9, description=N_("The version of the case that the decision is about"))
    reason: str = Field(default="", max_length=MAX_REASON)
    missing: list[Missing] = Field(default_factory=list, max_length=MAX_MISSING)


class Document(Answer):
    id: Identifier
    field: Identifier
    name: str
    size: int
    content_type: str
    check: str = Field(description=N_("checking, clean, infected or not_checked"))


class Case(Answer):
    id: Identifier
    reference: str
    kind: Literal["application", "incident"]
    service: str
    state: str
    state_label: str
    department: str
    version: int
    submitted_at: Moment
    due_at: Moment | None
    reason: str
    missing: list[Missing]
    answers: dict[str, Any]
    documents: list[Document]
    actions: list[str] = Field(description=N_("What can be done now"))


class Changed(Answer):
    case: Identifier
    state: str
    version: int


class DownloadQuery(BaseModel):
    """The query of a document."""

    model_config = ConfigDict(extra="forbid")

    not_checked: Literal["accept"] | None = Field(
        default=None, description=N_("Wanted also when nobody has looked at it for harmful software")
    )


class CaseQuery(BaseModel):
    """The query that finds a case."""

    model_config = ConfigDict(extra="forbid")

    reference: str = Field(min_length=1, max_length=40, description=N_("As the person has it on paper"))


class FoundCase(Answer):
    case: Identifier
    service: str
    state: str
    version: int


class Download(Answer):
    url: str
    expires_at: Moment


class ChangesQuery(BaseModel):
    """The query of the list of changes."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(
        default=None, max_length=200, description=N_("The cursor `next` of the last answer; wins over since")
    )
    since: AwareDatetime | None = Field(default=None, description=N_("Where to begin without a cursor"))
    limit: int = Field(default=100, ge=1, le=500)


class Change(Answer):
    case: Identifier
    reference: str
    kind: Literal["application", "incident"]
    service: str
    department: str
    action: str
    state: str
    version: int
    at: Moment


class Changes(Answer):
    changes: list[Change]
    next: str = Field(description=N_("Send it as after the next time; also when nothing came"))
    more: bool = Field(description=N_("Ask again at once"))


class WebhookWanted(Asked):
    url: str = Field(
        max_length=MAX_URL, description=N_("https only, on the internet; redirects are not followed")
    )
    note: str = Field(default="", max_length=MAX_NOTE)


class Webhook(Answer):
    id: Identifier
    url: str
    note: str
    state: Literal[STATES]  # type: ignore[valid-type]
    why: str = Field(description=N_("Why it failed last"))
    departments: list[str]
    made_at: Moment


class NewWebhook(Webhook):
    secret: str = Field(description=N_("Messages are signed with it (Standard Webhooks); shown this once"))


class Webhooks(Answer):
    webhooks: list[Webhook]


class Removed(Answer):
    removed: Identifier

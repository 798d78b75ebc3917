"""Cases in the city's table: META beside HEAD and EVENTs of the case's audit chain, and a pointer per
reference."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from functions.cases.domain import Case, Document, Missing
from functions.core import audit, clock, keys
from functions.core.store import CityModel
from functions.files.domain import PER_OWNER, StoredFile
from functions.files.store import FileItem, stored_of

SCHEMA = 1
HISTORY = 40


class CaseItem(CityModel):
    """META of a case. ``body`` holds what is never searched: answers, documents, evidence."""

    kind = UnicodeAttribute()
    reference = UnicodeAttribute()
    state = UnicodeAttribute()
    group = UnicodeAttribute()
    department = UnicodeAttribute()
    title = UnicodeAttribute(default="")
    service = UnicodeAttribute(default="")
    submitted_at = UnicodeAttribute()
    due_at = UnicodeAttribute(null=True)
    version = NumberAttribute(default=1)
    body = JSONAttribute()


class ReferenceItem(CityModel):
    """A reference in its normal form -> the case's id."""

    case_id = UnicodeAttribute()


@dataclass(frozen=True)
class CaseFile:
    """A case with the end of its audit chain, its latest events, newest first, and what is known of its
    files, by their ids: one call."""

    case: Case
    chain: audit.Chain
    events: list[audit.EventItem]
    files: dict[str, StoredFile] = field(default_factory=dict)

    def is_refused(self, file_id: str) -> bool:
        """Whether another file is needed in the place of this one."""
        return file_id in self.files and self.files[file_id].refused

    @property
    def refused(self) -> tuple[Document, ...]:
        """The documents that nobody can use."""
        return tuple(one for one in self.case.documents if self.is_refused(one.id))


TOP = ("kind", "reference", "state", "department", "title", "service", "submitted_at", "due_at", "version")


def item_of(case: Case) -> CaseItem:
    """The stored form of a case, with its place on its department's desk."""
    data = asdict(case)
    top = {name: data.pop(name) for name in TOP}
    data.pop("id")
    item = CaseItem(keys.case(case.id), keys.META, v=SCHEMA, group=case.group, body=data, **top)
    item.list_key = keys.department_list(case.department)
    item.list_sort = keys.desk_sort(case.group, clock.parse(case.submitted_at), case.id)
    return item


def case_of(item: CaseItem) -> Case:
    """The inverse of :func:`item_of`."""
    body: dict[str, Any] = dict(item.body)
    body["documents"] = tuple(Document(**document) for document in body.get("documents") or ())
    body["missing"] = tuple(Missing(**missing) for missing in body.get("missing") or ())
    top = {name: getattr(item, name) for name in TOP}
    top["version"] = int(top["version"])
    return Case(id=item.pk.removeprefix("CASE#"), **top, **body)


def get_case(case_id: str) -> Case | None:
    """One case, one call."""
    try:
        return case_of(CaseItem.get(keys.case(case_id), keys.META, consistent_read=True))
    except CaseItem.DoesNotExist:
        return None


def get_file(case_id: str) -> CaseFile | None:
    """A case, its chain's end, its files and its latest events by one reverse query (META, HEAD, FILE#...,
    EVENT#n, EVENT#n-1, ...)."""
    connection = CaseItem._get_connection()
    answer = connection.query(
        keys.case(case_id), scan_index_forward=False, limit=HISTORY + PER_OWNER + 2, consistent_read=True
    )
    raw = answer["Items"]
    by_sort = {row["sk"]["S"]: row for row in raw}
    if keys.META not in by_sort:
        return None
    chain = audit.Chain("case", case_id)
    if keys.HEAD in by_sort:
        head = audit.HeadItem.from_raw_data(by_sort[keys.HEAD])
        chain = audit.Chain("case", case_id, int(head.seq), head.hash)
    events = [
        audit.EventItem.from_raw_data(row) for row in raw if row["sk"]["S"].startswith(keys.EVENT_PREFIX)
    ]
    files = [
        stored_of(FileItem.from_raw_data(row)) for row in raw if row["sk"]["S"].startswith(keys.FILE_PREFIX)
    ]
    case = case_of(CaseItem.from_raw_data(by_sort[keys.META]))
    return CaseFile(case, chain, events[:HISTORY], {file.id: file for file in files})


def find_reference(normal: str) -> str | None:
    """The id of the case with this reference."""
    try:
        return str(ReferenceItem.get(keys.reference(normal), keys.META).case_id)
    except ReferenceItem.DoesNotExist:
        return None

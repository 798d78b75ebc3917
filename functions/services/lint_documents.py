"""Checks: documents, and the questions that take them."""

from __future__ import annotations

from functions.files.domain import PER_OWNER
from functions.services.domain import MAX_FILES, MAX_UPLOAD_MB
from functions.services.lint_base import Found, Looked, rule, twice
from functions.services.lint_fields import documents_by_id


@rule("document-unknown")
def document_unknown(file: Looked) -> Found:
    """A file question takes a document of the list."""
    for one in file.places:
        if one.field.document and one.field.document not in documents_by_id(file):
            yield f"{one.path}.document", f'names the unknown document "{one.field.document}"'


@rule("document-not-taken")
def document_not_taken(file: Looked) -> Found:
    """Every document that the person hands in has its question."""
    if file.raw["form"] is None:
        return
    taken = {one.field.document for one in file.places}
    for name, document in documents_by_id(file).items():
        if name not in taken and document["source"] != "issuer":
            yield f"documents.{name}", "no question of the form takes this document"


@rule("document-taken-twice")
def document_taken_twice(file: Looked) -> Found:
    """A document is asked for once."""
    takers = [one for one in file.places if one.field.document]
    names = [str(one.field.document) for one in takers]
    for name in twice(names):
        second = takers[len(names) - 1 - names[::-1].index(name)]
        yield f"{second.path}.document", f'two questions take the document "{name}"'


@rule("document-held-already")
def document_held_already(file: Looked) -> Found:
    """Nobody hands in what an agency that takes part holds already (`source: issuer`)."""
    known = documents_by_id(file)
    for one in file.places:
        if known.get(one.field.document or "", {}).get("source") == "issuer":
            yield one.path, f'an agency holds "{one.field.document}" already; do not ask the person for it'


@rule("file-not-alone")
def file_not_alone(file: Looked) -> Found:
    """A file has a page of its own."""
    for one in file.places:
        if one.field.type == "file" and not one.page.single:
            yield one.path, "a file needs a page of its own, without a title"


@rule("file-above-cap")
def file_above_cap(file: Looked) -> Found:
    """No file is larger, and there are no more, than Townkit takes."""
    for name, document in documents_by_id(file).items():
        if document["max_mb"] > MAX_UPLOAD_MB:
            yield f"documents.{name}.max_mb", f"the limit may not be above {MAX_UPLOAD_MB} MB"
        if document["max_files"] > MAX_FILES:
            yield f"documents.{name}.max_files", f"there may not be more than {MAX_FILES} files"


@rule("too-many-files")
def too_many_files(file: Looked) -> Found:
    """All files of a case are read together."""
    documents = documents_by_id(file)
    total = sum(document["max_files"] for document in documents.values())
    if total > PER_OWNER:
        yield "documents", f"together these may be {total} files; a case takes {PER_OWNER}"


@rule("required-when-optional")
def required_when_optional(file: Looked) -> Found:
    """`required_when` narrows what is required."""
    for name, document in documents_by_id(file).items():
        if document["required_when"] and not document["required"]:
            yield (
                f"documents.{name}.required_when",
                "`required: false` and `required_when` contradict each other",
            )


@rule("wallet-type-missing")
def wallet_type_missing(file: Looked) -> Found:
    """What may come from the wallet says which kind of document it is."""
    for name, document in documents_by_id(file).items():
        if document["source"] == "wallet" and not document["wallet_type"]:
            yield f"documents.{name}.source", "a document from the wallet needs `wallet_type`"


@rule("gap-without-deadline")
def gap_without_deadline(file: Looked) -> Found:
    """What may follow later (`core: false`) has a time by which it must follow."""
    for name, document in documents_by_id(file).items():
        if not document["core"] and not (file.raw["clocks"] or {}).get("correction_days"):
            yield f"documents.{name}.core", "what may follow later needs `clocks.correction_days`"


@rule("kept-too-long")
def kept_too_long(file: Looked) -> Found:
    """A document is not kept longer than its case."""
    done = ((file.raw["privacy"] or {}).get("retention") or {}).get("done_days")
    for name, document in documents_by_id(file).items():
        if done and document["keep_days"] is not None and document["keep_days"] > done:
            yield f"documents.{name}.keep_days", f"it is kept longer than the case ({done} days)"


@rule("sensitive-without-retention")
def sensitive_without_retention(file: Looked) -> Found:
    """A specially sensitive document says how long it is kept."""
    known = documents_by_id(file)
    for one in file.places:
        document = known.get(one.field.document or "")
        if document and one.field.raw.get("sensitivity") == "special" and document["keep_days"] is None:
            yield f"documents.{document['id']}", "a specially sensitive document needs `keep_days`"

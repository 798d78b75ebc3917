"""Changing a draft: answers of a page, what was typed and not accepted, files, a new version of its form.

Each change is one conditional write of what it names and nothing else, so two devices that answer different
pages never undo each other; on the same page the second one is told (`Stale`). `rev` moves with every
change; a page's stamp is the `rev` of its last save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from pynamodb.exceptions import UpdateError
from pynamodb.transactions import TransactWrite

from functions.cases.domain import Document
from functions.cases.drafts import About, Draft, DraftItem, Typed, read_draft, to_json
from functions.core import keys
from functions.core.errors import Conflict, Invalid
from functions.core.i18n import N_

TRIES = 8
MAX_BYTES = (
    250_000  # of a draft; an item of the table holds 400 KB (DynamoDB quotas) and a case needs some more
)


class Stale(Conflict):
    """The page was answered on another device since it was shown here; nothing was written."""

    message = N_("This page was answered on another device meanwhile")


class Finished(Conflict):
    """The draft was sent meanwhile; nothing was written."""

    message = N_("This was already sent")


def save_answers(draft: Draft, page_id: str, answers: Mapping[str, Any], seen: str | None = None) -> None:
    """Keep a page's accepted answers; other pages of the draft are not touched. None takes an answer away.
    `seen` is the page's stamp when it was shown (None: not said). One call; two more for each time that
    another device saved another page at the same moment. Raises Stale, Finished, or Invalid when the draft
    would become too large."""
    check_size(draft, answers)
    changes = [
        DraftItem.answers[name].remove() if value is None else DraftItem.answers[name].set(to_json(value))
        for name, value in answers.items()
    ]
    for _ in range(TRIES):
        if seen is not None and draft.stamps.get(page_id, "") != seen:
            raise Stale
        stamps = DraftItem.stamps.set({**draft.stamps, page_id: str(draft.rev + 1)})
        try:
            _update(
                draft.id,
                [*changes, stamps, DraftItem.attempts[page_id].remove()],
                DraftItem.rev == draft.rev,
            )
            return
        except Stale:
            draft = _again(draft)
    raise Stale


def _again(draft: Draft) -> Draft:
    """The draft as it is now. Raises Finished when it was sent or is gone."""
    found = read_draft(draft.id)
    if found is None or found.done:
        raise Finished
    return found


def keep_attempt(draft: Draft, page_id: str, typed: Typed) -> None:
    """Keep what was typed and not accepted, to show it again. One call."""
    check_size(draft, typed)
    _update(draft.id, [DraftItem.attempts[page_id].set(to_json(typed))])


def forget_attempt(draft: Draft, page_id: str) -> None:
    """What was typed here gives way to what is kept. One call."""
    _update(draft.id, [DraftItem.attempts[page_id].remove()])


def forget_changes(draft: Draft) -> None:
    """The person has seen what a new version of the form changed. One call."""
    _update(draft.id, [DraftItem.changes.remove()])


def attach_file(draft_id: str, document: Document) -> None:
    """Keep a file that was handed in for its question, beside earlier ones. One call; a repeat changes
    nothing."""
    _update(draft_id, [DraftItem.files[document.id].set(to_json(asdict(document)))])


def attach_in(tx: TransactWrite, draft_id: str, document: Document) -> None:
    """The same in the caller's transaction, which fails at this operation when the draft was sent."""
    tx.update(
        DraftItem(keys.draft(draft_id), keys.META),
        actions=[DraftItem.files[document.id].set(to_json(asdict(document))), DraftItem.rev.add(1)],
        condition=DraftItem.done_at.does_not_exist() & DraftItem.pk.exists(),
    )


def detach_file(draft_id: str, file_id: str) -> None:
    """Forget one file. One call."""
    _update(draft_id, [DraftItem.files[file_id].remove()])


def adopt_version(draft: Draft, definition: str, changes: Mapping[str, Iterable[str]]) -> None:
    """Move a draft to a new version of its form and note what changed; `changes["dropped"]` are answers that
    fit no more. Nothing happens when another request did it first. One call."""
    noted = {name: list(fields) for name, fields in changes.items()}
    dropped = [DraftItem.answers[name].remove() for name in noted.get("dropped", ())]
    note = DraftItem.changes.set(noted) if noted else DraftItem.changes.remove()
    try:
        _update(
            draft.id,
            [*dropped, DraftItem.definition.set(definition), note],
            DraftItem.definition == draft.definition,
        )
    except Stale:
        return


def take_over(draft: Draft, about: About) -> None:
    """Somebody types for the person from here on: the channel and who it is are kept with the draft. One
    call."""
    _update(draft.id, [DraftItem.about.set(asdict(about))])


def delete_draft(draft_id: str) -> None:
    """Forget a draft for good. Its files follow in the night. One call."""
    DraftItem(keys.draft(draft_id), keys.META).delete()


def check_size(draft: Draft, more: Mapping[str, Any]) -> None:
    """Raise Invalid when the draft would grow beyond what can be kept."""
    size = len(to_json({**draft.answers, **more}).encode()) + len(to_json(draft.attempts).encode())
    if size > MAX_BYTES:
        raise Invalid(message=N_("You have written more than this form can keep. Shorten your answers."))


def _update(draft_id: str, actions: list[Any], condition: Any = None) -> None:
    open_still = DraftItem.done_at.does_not_exist() & DraftItem.pk.exists()
    item = DraftItem(keys.draft(draft_id), keys.META)
    try:
        item.change(
            [*actions, DraftItem.rev.add(1)], open_still if condition is None else open_still & condition
        )
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        raise (Finished if condition is None else Stale) from None

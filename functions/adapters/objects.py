"""Small documents of one city in object storage, under ``cities/<city>/``, with the open scope's session."""

from __future__ import annotations

from typing import Any, cast

from botocore.exceptions import ClientError

from functions.core.aws import scoped_client
from functions.core.scope import current_city
from functions.core.settings import settings

_GONE = {"NoSuchKey", "404", "NotFound"}
_THERE = {"PreconditionFailed", "412", "ConditionalRequestConflict"}


def _key(name: str) -> str:
    return f"cities/{current_city().id}/{name}"


def _client() -> Any:
    return scoped_client("s3")


def read(name: str) -> bytes | None:
    """The document, or None when there is none."""
    try:
        answer = _client().get_object(Bucket=settings().files_bucket, Key=_key(name))
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise
    return cast(bytes, answer["Body"].read())


def create(name: str, body: bytes, media_type: str) -> bool:
    """Write a document once; False (and nothing written) when it is there already."""
    try:
        _client().put_object(
            Bucket=settings().files_bucket, Key=_key(name), Body=body, ContentType=media_type, IfNoneMatch="*"
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in _THERE:
            return False
        raise
    return True


def write(name: str, body: bytes, media_type: str) -> None:
    """Write a document, whatever was there."""
    _client().put_object(Bucket=settings().files_bucket, Key=_key(name), Body=body, ContentType=media_type)


def remove(name: str) -> None:
    """Delete a document; one that is gone is no error."""
    _client().delete_object(Bucket=settings().files_bucket, Key=_key(name))


def names(prefix: str) -> list[str]:
    """All documents whose name begins with ``prefix``, in order."""
    start = _key("")
    found: list[str] = []
    pages = (
        _client()
        .get_paginator("list_objects_v2")
        .paginate(Bucket=settings().files_bucket, Prefix=_key(prefix))
    )
    for page in pages:
        found += [entry["Key"].removeprefix(start) for entry in page.get("Contents", ())]
    return sorted(found)

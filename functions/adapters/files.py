"""Files in object storage: the port, Amazon S3 behind it, and a fake. Everything is signed by the open
scope's session, so a key outside the city's prefix is refused by the storage itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

_GONE = {"NoSuchKey", "404", "NotFound"}


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form that posts a file straight to the storage: `fields` are hidden inputs, the file's input is
    named `file`."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies in the storage: its key, size in bytes, the first bytes for telling the type, and the name of
    this version of it: what is put there later under the same key has another one."""

    key: str
    size: int
    head: bytes
    version: str = ""


class Files(Protocol):
    """Object storage of the open scope's city."""

    def upload_form(self, prefix: str, limit: int, back: str, until: datetime) -> UploadForm:
        """A form for one file of at most `limit` bytes under `prefix` plus the file's own name; the
        browser comes back to `back`, or gets status 201 when `back` is empty. It is valid until `until`."""

    def look(self, prefix: str) -> Stored | None:
        """The file that lies under the prefix, or None."""

    def download_link(self, key: str, name: str, seconds: int, version: str = "") -> str:
        """An address on the storage's own origin that gives the file (this version of it) as an attachment
        called `name`."""

    def remove(self, key: str) -> None:
        """Delete; nothing happens when it is not there."""

    def keys_before(self, prefix: str, moment: datetime) -> Iterator[str]:
        """Keys under the prefix that were written before the moment."""

    def chunks(self, key: str, version: str = "") -> Iterator[bytes]:
        """The content, in parts. Raises FileGone."""

    def write(self, key: str, data: bytes) -> str:
        """Put a file there; answers its version. What was there before is gone for good."""

    def tags(self, key: str, version: str = "") -> dict[str, str]:
        """What others wrote on the file. Raises FileGone."""


class FileGone(Exception):
    """The file that was asked for is not there any more."""


class S3Files:
    """Amazon S3. `base_url` is the bucket as browsers see it, without a slash at the end."""

    HEAD_BYTES = 2048
    CHUNK_BYTES = 1024 * 1024

    def __init__(self, bucket: str, base_url: str) -> None:
        self.bucket, self.base_url = bucket, base_url

    def upload_form(self, prefix: str, limit: int, back: str, until: datetime) -> UploadForm:
        """A presigned POST (AWS Signature Version 4, browser-based uploads); no network call."""
        from botocore.auth import S3SigV4PostAuth
        from botocore.awsrequest import AWSRequest

        # S3 puts the name of the chosen file in place of ${filename}
        after = {"success_action_redirect": back} if back else {"success_action_status": "201"}
        fields = {"key": prefix + "${filename}", **after, "Content-Type": "application/octet-stream"}
        conditions: list[Any] = [
            {"bucket": self.bucket},
            ["starts-with", "$key", prefix],
            after,
            {"Content-Type": fields["Content-Type"]},
            ["content-length-range", 0, limit],
        ]
        request = AWSRequest(method="POST", url=self.base_url)
        request.context["s3-presign-post-fields"] = fields
        request.context["s3-presign-post-policy"] = {
            "expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "conditions": conditions,
        }
        S3SigV4PostAuth(_keys(), "s3", _region()).add_auth(request)
        return UploadForm(f"{self.base_url}/", request.context["s3-presign-post-fields"])

    def look(self, prefix: str) -> Stored | None:
        """Two calls: what is there, and its first bytes. (The name that the redirect carries is not relied
        on.)"""
        from functions.core.aws import scoped_client

        s3 = scoped_client("s3")
        listed = s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix, MaxKeys=1).get("Contents")
        if not listed:
            return None
        key, size = listed[0]["Key"], int(listed[0]["Size"])
        if not size:
            return Stored(key, 0, b"")
        answer = s3.get_object(Bucket=self.bucket, Key=key, Range=f"bytes=0-{self.HEAD_BYTES - 1}")
        return Stored(key, size, answer["Body"].read(), answer.get("VersionId", ""))

    def download_link(self, key: str, name: str, seconds: int, version: str = "") -> str:
        """A presigned GET; no network call."""
        from botocore.auth import S3SigV4QueryAuth
        from botocore.awsrequest import AWSRequest

        request = AWSRequest(
            method="GET",
            url=f"{self.base_url}/{quote(key)}",
            params={
                "response-content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
                "response-content-type": "application/octet-stream",
                **_version_of(version, "versionId"),
            },
        )
        S3SigV4QueryAuth(_keys(), "s3", _region(), expires=seconds).add_auth(request)
        return str(request.prepare().url)

    def remove(self, key: str) -> None:
        """One call."""
        from functions.core.aws import scoped_client

        scoped_client("s3").delete_object(Bucket=self.bucket, Key=key)

    def keys_before(self, prefix: str, moment: datetime) -> Iterator[str]:
        """One call per thousand keys."""
        from functions.core.aws import scoped_client

        pages = (
            scoped_client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        )
        for page in pages:
            for found in page.get("Contents", ()):
                if found["LastModified"] < moment:
                    yield str(found["Key"])

    def chunks(self, key: str, version: str = "") -> Iterator[bytes]:
        """One call."""
        which = _version_of(version)
        body = _or_gone(lambda s3: s3.get_object(Bucket=self.bucket, Key=key, **which))["Body"]
        while part := body.read(self.CHUNK_BYTES):
            yield part

    def write(self, key: str, data: bytes) -> str:
        """Three calls: the bucket keeps older versions for a month; a photo's place must go at once."""
        from functions.core.aws import scoped_client

        s3 = scoped_client("s3")
        old = _version(s3, self.bucket, key)
        put = s3.put_object(Bucket=self.bucket, Key=key, Body=data, ContentType="application/octet-stream")
        if old:
            s3.delete_object(Bucket=self.bucket, Key=key, VersionId=old)
        return str(put.get("VersionId", ""))

    def tags(self, key: str, version: str = "") -> dict[str, str]:
        """One call."""
        which = _version_of(version)
        found = _or_gone(lambda s3: s3.get_object_tagging(Bucket=self.bucket, Key=key, **which))["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in found}


def _version_of(version: str, name: str = "VersionId") -> dict[str, str]:
    """The parameter that names a version; none where a bucket keeps none."""
    return {name: version} if version else {}


def _or_gone(call: Callable[[Any], Any]) -> Any:
    from botocore.exceptions import ClientError

    from functions.core.aws import scoped_client

    try:
        return call(scoped_client("s3"))
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise FileGone from error
        raise


def _version(s3: Any, bucket: str, key: str) -> str:
    """The version that is there now; empty when there is none or the bucket keeps none."""
    from botocore.exceptions import ClientError

    try:
        return str(s3.head_object(Bucket=bucket, Key=key).get("VersionId") or "")
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return ""
        raise


def _keys() -> Any:
    from functions.core import sessions
    from functions.core.scope import current_scope

    return sessions.credentials(current_scope())


def _region() -> str:
    from functions.core import aws

    return aws.region()


@dataclass
class FakeFiles:
    """Keeps objects in memory, by key."""

    objects: dict[str, bytes] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    def upload_form(self, prefix: str, limit: int, back: str, until: datetime) -> UploadForm:
        """The fields in the clear."""
        policy = json.dumps({"limit": limit, "until": until.isoformat()})
        after = {"success_action_redirect": back} if back else {"success_action_status": "201"}
        return UploadForm("http://files.example/", {"key": prefix + "${filename}", **after, "policy": policy})

    def look(self, prefix: str) -> Stored | None:
        """From memory."""
        for key, data in self.objects.items():
            if key.startswith(prefix):
                return Stored(key, len(data), data[: S3Files.HEAD_BYTES])
        return None

    def download_link(self, key: str, name: str, seconds: int, version: str = "") -> str:
        """Not a real address."""
        which = f"&version={version}" if version else ""
        return f"http://files.example/{quote(key)}?name={quote(name)}&seconds={seconds}{which}"

    def remove(self, key: str) -> None:
        """From memory."""
        self.objects.pop(key, None)

    def keys_before(self, prefix: str, moment: datetime) -> Iterator[str]:
        """All of them: the fake keeps no times."""
        return (key for key in sorted(self.objects) if key.startswith(prefix))

    def chunks(self, key: str, version: str = "") -> Iterator[bytes]:
        """From memory, in small parts; it keeps no versions."""
        data = self._found(key)
        return (data[start : start + 1000] for start in range(0, len(data), 1000))

    def write(self, key: str, data: bytes) -> str:
        """Into memory."""
        self.objects[key] = data
        return ""

    def tags(self, key: str, version: str = "") -> dict[str, str]:
        """As a test put them there."""
        self._found(key)
        return self.labels.get(key, {})

    def _found(self, key: str) -> bytes:
        if key not in self.objects:
            raise FileGone
        return self.objects[key]

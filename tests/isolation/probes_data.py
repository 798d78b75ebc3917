"""Calls on a city's table and files: what a session exists for, tried from everywhere else."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from tests.isolation.actors import OWN, OWNER, Actor
from tests.isolation.probe import ROW, Place, Probe, RefusedError

NEW = {"pk": {"S": "ISOLATION"}, "sk": {"S": "NEW"}}
LISTED = {":key": {"S": "ISOLATION"}}


def _table(operation: str, **arguments: Any) -> Any:
    return lambda a, p: getattr(a.client("dynamodb"), operation)(TableName=p.table, **arguments)


def _transact(kind: str, **arguments: Any) -> Any:
    return lambda a, p: a.client("dynamodb").transact_write_items(
        TransactItems=[{kind: {"TableName": p.table, **arguments}}]
    )


def _both_tables(a: Actor, p: Place) -> Any:
    """One row of the caller's own city and one of the other, in one request: all of it must fail."""
    own = p.table.replace(p.city, p.cast.other)
    asked = {table: {"Keys": [ROW]} for table in (own, p.table)}
    return a.client("dynamodb").batch_get_item(RequestItems=asked)


def _both_written(a: Actor, p: Place) -> Any:
    own = p.table.replace(p.city, p.cast.other)
    puts = [{"Put": {"TableName": table, "Item": NEW}} for table in (own, p.table)]
    return a.client("dynamodb").transact_write_items(TransactItems=puts)


def _by_arn(a: Actor, p: Place) -> Any:
    """The table named by its ARN instead of its name."""
    arn = p.cast.stack.environment["TOWNKIT_CITY_TABLE_ARN_PREFIX"] + p.city
    return a.client("dynamodb").get_item(TableName=arn, Key=ROW)


UPDATE = {"UpdateExpression": "SET note = :key", "ExpressionAttributeValues": LISTED}
QUERY = {"KeyConditionExpression": "pk = :key", "ExpressionAttributeValues": LISTED}
INDEX = {**QUERY, "IndexName": "list", "KeyConditionExpression": "list_key = :key"}
CHECK = {"Key": ROW, "ConditionExpression": "attribute_exists(pk)"}

TABLE = {
    "get": _table("get_item", Key=ROW),
    "get by ARN": _by_arn,
    "put": _table("put_item", Item=NEW),
    "update": _table("update_item", Key=ROW, **UPDATE),
    "delete": _table("delete_item", Key=ROW),
    "query": _table("query", **QUERY),
    "query the index": _table("query", **INDEX),
    "scan": _table("scan"),
    "scan the index": _table("scan", IndexName="list"),
    "batch get": lambda a, p: a.client("dynamodb").batch_get_item(RequestItems={p.table: {"Keys": [ROW]}}),
    "batch put": lambda a, p: a.client("dynamodb").batch_write_item(
        RequestItems={p.table: [{"PutRequest": {"Item": NEW}}]}
    ),
    "batch delete": lambda a, p: a.client("dynamodb").batch_write_item(
        RequestItems={p.table: [{"DeleteRequest": {"Key": ROW}}]}
    ),
    "transaction get": lambda a, p: a.client("dynamodb").transact_get_items(
        TransactItems=[{"Get": {"TableName": p.table, "Key": ROW}}]
    ),
    "transaction put": _transact("Put", Item=NEW),
    "transaction update": _transact("Update", Key=ROW, **UPDATE),
    "transaction delete": _transact("Delete", Key=ROW),
    "transaction check": _transact("ConditionCheck", **CHECK),
}
ACROSS = {"batch get across cities": _both_tables, "transaction across cities": _both_written}

# The product never uses PartiQL and no session carries its actions, so the control is the owner's.
_WHERE = "WHERE pk = 'ISOLATION' AND sk = 'ROW'"
STATEMENTS = {
    "PartiQL select": f'SELECT * FROM "{{}}" {_WHERE}',
    "PartiQL insert": "INSERT INTO \"{}\" VALUE {{'pk': 'ISOLATION', 'sk': 'NEW'}}",
    "PartiQL update": f"UPDATE \"{{}}\" SET text = 'x' {_WHERE}",
    "PartiQL delete": f'DELETE FROM "{{}}" {_WHERE}',
}


def _statement(text: str) -> Any:
    return lambda a, p: a.client("dynamodb").execute_statement(Statement=text.format(p.table))


def _fresh_statement(text: str) -> Any:
    """As the owner, who may find the row of an earlier control there."""

    def call(a: Actor, p: Place) -> Any:
        a.client("dynamodb").delete_item(TableName=p.table, Key=NEW)
        return _statement(text)(a, p)

    return call


def _batch_statement(a: Actor, p: Place) -> Any:
    answer = a.client("dynamodb").batch_execute_statement(
        Statements=[{"Statement": STATEMENTS["PartiQL select"].format(p.table)}]
    )
    errors = [entry["Error"]["Code"] for entry in answer["Responses"] if "Error" in entry]
    if any("AccessDenied" in code for code in errors):  # AWS answers a batch entry by entry
        raise RefusedError(errors)
    return answer


def _statement_transaction(a: Actor, p: Place) -> Any:
    return a.client("dynamodb").execute_transaction(
        TransactStatements=[{"Statement": STATEMENTS["PartiQL select"].format(p.table)}]
    )


def _post(fields: dict[str, str], url: str) -> None:
    """A browser's multipart form with one small file."""
    line = "townkit-isolation"
    start = f"--{line}\r\nContent-Disposition: form-data; name="
    parts = [f'{start}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append(f'{start}"file"; filename="a.txt"\r\n\r\nhello\r\n')
    body = ("".join(parts) + f"--{line}--\r\n").encode()
    _send(urllib.request.Request(url, body, {"Content-Type": f"multipart/form-data; boundary={line}"}))


def _send(request: urllib.request.Request | str) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        error.read()
        if error.code == 403:
            raise RefusedError from error
        raise


def _form(a: Actor, p: Place) -> None:
    """A form for a file under the city's prefix, signed by the caller."""
    made = a.client("s3").generate_presigned_post(p.bucket, f"{p.prefix}isolation/form.txt", ExpiresIn=300)
    _post(made["fields"], made["url"])


def _bent_form(a: Actor, p: Place) -> None:
    """A form for the caller's own prefix with the key exchanged before it is sent."""
    home = p.city if a is p.cast.own else p.cast.other
    own = f"cities/{home}/isolation/"
    made = a.client("s3").generate_presigned_post(
        p.bucket, own + "${filename}", Conditions=[["starts-with", "$key", own]], ExpiresIn=300
    )
    _post({**made["fields"], "key": f"{p.prefix}isolation/bent.txt"}, made["url"])


def _link(method: str) -> Any:
    def call(a: Actor, p: Place) -> None:
        name = {"GET": "get_object", "PUT": "put_object"}[method]
        url = a.client("s3").generate_presigned_url(name, {"Bucket": p.bucket, "Key": p.key}, ExpiresIn=300)
        data = None if method == "GET" else p.city.encode()
        _send(urllib.request.Request(url, data, {"Content-Type": ""}, method=method))

    return call


def _parts(a: Actor, p: Place) -> None:
    """A file in parts, from the first call to the last."""
    s3, key = a.client("s3"), f"{p.prefix}isolation/parts.bin"
    upload = s3.create_multipart_upload(Bucket=p.bucket, Key=key)["UploadId"]
    tag = s3.upload_part(Bucket=p.bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    done = {"Parts": [{"ETag": tag, "PartNumber": 1}]}
    s3.complete_multipart_upload(Bucket=p.bucket, Key=key, UploadId=upload, MultipartUpload=done)


def _foreign_part(a: Actor, p: Place) -> None:
    """A part slipped into an upload that the city itself has begun."""
    key = f"{p.prefix}isolation/begun.bin"
    if "upload" not in p.made:
        begun = p.cast.own.client("s3").create_multipart_upload(Bucket=p.bucket, Key=key)
        p.made["upload"] = begun["UploadId"]
    a.client("s3").upload_part(Bucket=p.bucket, Key=key, UploadId=p.made["upload"], PartNumber=1, Body=b"x")


def _copied(a: Actor, p: Place) -> None:
    """The city's file copied to where the caller may write."""
    home = p.city if a is p.cast.own else p.cast.other
    target = f"cities/{home}/isolation/copy.txt"
    a.client("s3").copy_object(Bucket=p.bucket, Key=target, CopySource={"Bucket": p.bucket, "Key": p.key})


def _object(operation: str, **arguments: Any) -> Any:
    return lambda a, p: getattr(a.client("s3"), operation)(Bucket=p.bucket, Key=p.key, **arguments)


def _version_read(a: Actor, p: Place) -> None:
    """A file by the name of its version, which the city itself looks up."""
    if "version" not in p.made:
        head = p.cast.own.client("s3").head_object(Bucket=p.bucket, Key=p.key)
        p.made["version"] = head["VersionId"]
    a.client("s3").get_object(Bucket=p.bucket, Key=p.key, VersionId=p.made["version"])


def _listed(prefix: str, operation: str = "list_objects_v2") -> Any:
    return lambda a, p: getattr(a.client("s3"), operation)(
        Bucket=p.bucket, Prefix=prefix.format(city=p.city, begin=p.city[:3])
    )


OBJECTS = {
    "get": _object("get_object"),
    "get a part": _object("get_object", Range="bytes=0-1"),
    "head": _object("head_object"),
    "read tags": _object("get_object_tagging"),
    "get a version": _version_read,
    "put": _object("put_object", Body=b"x"),
    "delete": _object("delete_object"),
    "delete several": lambda a, p: _whole(
        a.client("s3").delete_objects(Bucket=p.bucket, Delete={"Objects": [{"Key": p.key}]})
    ),
    "copy out": _copied,
    "multipart": _parts,
    "a part of a begun upload": _foreign_part,
    "presigned POST": _form,
    "presigned POST with another key": _bent_form,
    "presigned GET": _link("GET"),
    "presigned PUT": _link("PUT"),
    "list": _listed("cities/{city}/"),
    "list, first version": _listed("cities/{city}/", "list_objects"),
    "list deeper": _listed("cities/{city}/isolation/"),
}
# Nobody in the product does these; the control is the owner's.
OBJECTS_OF_NOBODY = {
    "list everything": lambda a, p: a.client("s3").list_objects_v2(Bucket=p.bucket),
    "list all cities": _listed("cities/"),
    "list what begins alike": _listed("cities/{begin}"),
    "list versions": _listed("cities/{city}/", "list_object_versions"),
    "write tags": _object("put_object_tagging", Tagging={"TagSet": []}),
    "read the bucket's policy": lambda a, p: a.client("s3").get_bucket_cors(Bucket=p.bucket),
    "list buckets": lambda a, p: a.client("s3").list_buckets(),
}


def _whole(answer: dict[str, Any]) -> None:
    """DeleteObjects answers 200 and names what it refused."""
    errors = [entry["Code"] for entry in answer.get("Errors", [])]
    if "AccessDenied" in errors:
        raise RefusedError(errors)


DATA = [
    *(Probe("dynamodb", name, call, OWN) for name, call in TABLE.items()),
    *(Probe("s3", name, call, OWN) for name, call in OBJECTS.items()),
]
BEYOND = [
    *(Probe("dynamodb", name, call, OWNER) for name, call in ACROSS.items()),
    *(
        Probe("dynamodb", name, _statement(text), OWNER, control=_fresh_statement(text))
        for name, text in STATEMENTS.items()
    ),
    Probe("dynamodb", "PartiQL batch", _batch_statement, OWNER),
    Probe("dynamodb", "PartiQL transaction", _statement_transaction, OWNER),
    *(Probe("s3", name, call, OWNER) for name, call in OBJECTS_OF_NOBODY.items()),
]

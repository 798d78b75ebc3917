"""`townkit deploy`: uploads a package and brings the stack to it; the same steps for the local cloud
and for AWS."""

import hashlib
import json
import mimetypes
import secrets
import time
from typing import Any

from botocore.exceptions import ClientError

from infra.cli.connection import Connection
from infra.errors import InfraError
from infra.packaging.build import Package
from infra.packaging.template import place_code

POLL_SECONDS = {True: 0.1, False: 3.0}
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
# A first creation that failed leaves a stack that can only be deleted.
DEAD = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS", "CREATE_FAILED"}
FOREVER = "public, max-age=31536000, immutable"
UNCHANGED = "No updates are to be performed"


class DeployError(InfraError):
    """The stack did not get there; the message says which resource and why."""


def deploy(connection: Connection, package: Package, parameters: dict[str, str]) -> dict[str, str]:
    """Create or update the stack; returns its outputs. Raises DeployError."""
    bucket = _code_bucket(connection)
    # New pages name new style sheets, so those go first; only before the very first deployment there is no
    # bucket yet.
    _upload_assets(connection, package)
    _upload(connection, bucket, package.code_key, package.code.read_bytes)
    _upload(connection, bucket, package.layer_key, package.layer.read_bytes)
    _upload(connection, bucket, package.files_layer_key, package.files_layer.read_bytes)
    layers = {"DependencyLayer": package.layer_key, "FilesLayer": package.files_layer_key}
    template = json.dumps(place_code(package.template, bucket, package.code_key, layers)).encode()
    template_key = f"template/{hashlib.sha256(template).hexdigest()[:24]}.json"
    _upload(connection, bucket, template_key, lambda: template)
    names = secret_names(connection.stage)
    ensure_secret(connection, names["SecretParameter"])
    given = {"Stage": connection.stage, **names, **parameters}
    if not connection.local:
        given["EdgeSecret"] = ensure_secret(connection, names["EdgeSecretParameter"])
    else:
        ensure_secret(connection, names["EdgeSecretParameter"])
    _apply(connection, f"{connection.client('s3').meta.endpoint_url}/{bucket}/{template_key}", given)
    connection.outputs(refresh=True)
    _upload_assets(connection, package)
    return connection.outputs()


def secret_names(stage: str) -> dict[str, str]:
    """Template parameter -> name of the SSM parameter that holds the secret."""
    return {
        "SecretParameter": f"/townkit/{stage}/secret",
        "EdgeSecretParameter": f"/townkit/{stage}/edge-secret",
    }


def ensure_secret(connection: Connection, name: str) -> str:
    """The secret of that name; made when it is not there, never changed. CloudFormation cannot make a
    SecureString."""
    ssm = connection.client("ssm")
    try:
        return str(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        value = secrets.token_urlsafe(48)
        ssm.put_parameter(Name=name, Value=value, Type="SecureString")
        return value


def _code_bucket(connection: Connection) -> str:
    s3 = connection.client("s3")
    name = f"townkit-{connection.stage}-code-{connection.account}-{connection.region}"
    try:
        s3.head_bucket(Bucket=name)
    except ClientError:
        _create_bucket(s3, name, connection.region)
        blocked = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        )
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocked)
    return name


def _create_bucket(s3: Any, name: str, region: str) -> None:
    try:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    except ClientError as error:
        # S3's oldest region is the one that must not be named.
        if error.response["Error"]["Code"] != "InvalidLocationConstraint":
            raise
        s3.create_bucket(Bucket=name)


def _upload(connection: Connection, bucket: str, key: str, read: Any) -> None:
    s3 = connection.client("s3")
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        s3.put_object(Bucket=bucket, Key=key, Body=read())


def _upload_assets(connection: Connection, package: Package) -> None:
    exists = connection.local is None and _status(connection.client("cloudformation"), connection.stack)
    bucket = connection.outputs().get("AssetsBucketName") if exists else None
    for path in sorted(package.assets.iterdir()) if bucket else []:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        connection.client("s3").put_object(
            Bucket=bucket,
            Key=f"assets/{path.name}",
            Body=path.read_bytes(),
            ContentType=kind,
            CacheControl=FOREVER,
        )


def _apply(connection: Connection, template_url: str, parameters: dict[str, str]) -> None:
    stacks = connection.client("cloudformation")
    status = _status(stacks, connection.stack)
    if status in DEAD:
        stacks.delete_stack(StackName=connection.stack)
        _wait(connection, stacks)
        status = None
    request = {
        "StackName": connection.stack,
        "TemplateURL": template_url,
        "Capabilities": CAPABILITIES,
        "Parameters": _parameters(stacks, connection.stack if status else None, parameters),
    }
    try:
        stacks.update_stack(**request) if status else stacks.create_stack(**request)
    except ClientError as error:
        if UNCHANGED in str(error):
            return
        raise DeployError(f"The stack {connection.stack} cannot be deployed: {error}") from error
    final = _wait(connection, stacks)
    if final not in GOOD:
        raise DeployError(
            f"The stack {connection.stack} ended as {final}.{_reasons(stacks, connection.stack)}"
        )


def _parameters(stacks: Any, existing: str | None, given: dict[str, str]) -> list[dict[str, Any]]:
    known = stacks.describe_stacks(StackName=existing)["Stacks"][0].get("Parameters", []) if existing else []
    kept = {entry["ParameterKey"] for entry in known} - given.keys()
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(given.items())] + [
        {"ParameterKey": key, "UsePreviousValue": True} for key in sorted(kept)
    ]


def _status(stacks: Any, name: str) -> str | None:
    try:
        return str(stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def _wait(connection: Connection, stacks: Any) -> str | None:
    while True:
        status = _status(stacks, connection.stack)
        if not status or not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(POLL_SECONDS[connection.local is not None])


def _reasons(stacks: Any, name: str) -> str:
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    failed = [e for e in events if e["ResourceStatus"].endswith("FAILED") and e.get("ResourceStatusReason")]
    return "".join(f"\n  {e['LogicalResourceId']}: {e['ResourceStatusReason']}" for e in failed[:5])

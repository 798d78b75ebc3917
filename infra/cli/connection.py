"""The command line's way to an installation: clients of its account, its stack's outputs, its functions."""

import json
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.errors import InfraError, explain
from infra.settings import LOCAL_STAGE, Local

TIMEOUT_SECONDS = 150


class ConnectionFailedError(InfraError):
    """The installation cannot be reached, or refused; one sentence for the person at the terminal."""


class FunctionFailedError(ConnectionFailedError):
    """A function answered with an error; `kind` is its class, the message what it said."""

    def __init__(self, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind


class Connection:
    """One installation: the local cloud, or a stage in an AWS account."""

    def __init__(self, stage: str, session: boto3.Session, endpoint: str | None, local: Local | None) -> None:
        self.stage = stage
        self.local = local
        self.endpoint = endpoint
        self._session = session
        self._clients: dict[str, Any] = {}
        self._outputs: dict[str, str] | None = None

    @classmethod
    def to_local(cls, local: Local) -> "Connection":
        """The local cloud of a data folder, as its owner."""
        key, secret = local.administrator()
        session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name=local.region)
        return cls(local.stage, session, local.cloud_url, local)

    @classmethod
    def to_aws(cls, stage: str, profile: str | None, region: str | None) -> "Connection":
        """A stage in an AWS account. Raises ConnectionFailedError for an unknown profile or no region."""
        try:
            session = boto3.Session(profile_name=profile, region_name=region)
        except BotoCoreError as error:
            raise ConnectionFailedError(f"{error}.") from error
        if not session.region_name:
            raise ConnectionFailedError("No region: give --region, or set one in the profile.")
        if stage == LOCAL_STAGE:
            raise ConnectionFailedError(
                f"The stage {LOCAL_STAGE!r} is the local cloud's; give another --stage."
            )
        return cls(stage, session, None, None)

    @property
    def region(self) -> str:
        """The region that the installation lives in."""
        return str(self._session.region_name)

    @property
    def stack(self) -> str:
        """Name of the CloudFormation stack."""
        return f"townkit-{self.stage}"

    @cached_property
    def account(self) -> str:
        """The account's number."""
        return str(self.client("sts").get_caller_identity()["Account"])

    def client(self, service: str) -> Any:
        """A boto3 client, made once."""
        if service not in self._clients:
            config = Config(read_timeout=TIMEOUT_SECONDS, retries={"mode": "standard", "max_attempts": 8})
            self._clients[service] = self._session.client(service, endpoint_url=self.endpoint, config=config)
        return self._clients[service]

    def outputs(self, refresh: bool = False) -> dict[str, str]:
        """The stack's outputs. Raises ConnectionFailedError when there is no stack or no way to it."""
        if self._outputs is None or refresh:
            stacks = self._call("cloudformation", "describe_stacks", StackName=self.stack)["Stacks"]
            self._outputs = {
                entry["OutputKey"]: entry["OutputValue"] for entry in stacks[0].get("Outputs", [])
            }
        return self._outputs

    def api_host(self) -> str:
        """The host name of the API on the local cloud, as it is now."""
        return f"{self.outputs(refresh=True)['RestAPIId']}.execute-api.localhost"

    def invoke(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Call a function (`admin`, `provisioner` ...) and return its answer. Raises FunctionFailedError."""
        answer = self._call(
            "lambda",
            "invoke",
            FunctionName=f"townkit-{self.stage}-{function}",
            Payload=json.dumps(payload).encode(),
        )
        body = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            raise FunctionFailedError(str(body.get("errorMessage") or body), str(body.get("errorType") or ""))
        return body if isinstance(body, dict) else {"result": body}

    def _call(self, service: str, operation: str, **arguments: Any) -> Any:
        try:
            return getattr(self.client(service), operation)(**arguments)
        except ClientError as error:
            if "does not exist" in str(error) or "ResourceNotFound" in str(error):
                advice = (
                    f"The stack {self.stack} is not deployed here; run `townkit deploy --stage {self.stage}`."
                )
                raise ConnectionFailedError(advice) from error
            raise ConnectionFailedError(explain(error)) from error
        except BotoCoreError as error:
            raise ConnectionFailedError(explain(error)) from error

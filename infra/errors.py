"""What goes wrong for a reason that the person at the terminal can do something about."""

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from infra.settings import LOOPBACK, InfraError

__all__ = ["InfraError", "explain"]


def explain(error: BotoCoreError | ClientError) -> str:
    """One sentence for an error of the cloud's own clients."""
    if isinstance(error, EndpointConnectionError) and LOOPBACK in str(error):
        return "The local cloud does not answer; start it with `make run`."
    return f"{str(error).rstrip('.')}."

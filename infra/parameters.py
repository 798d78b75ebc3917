"""Values for the template's parameters: fixed by the data folder locally, given by the operator on AWS."""

from infra.cli.connection import Connection
from infra.settings import Local

DEMO_DOMAIN = "townkit.example"


def local_parameters(local: Local) -> dict[str, str]:
    """Everything on this machine; mail goes to a domain that cannot exist (RFC 2606)."""
    return {
        "PublicUrl": local.public_url,
        "FilesUrl": local.browser_cloud_url,
        "Scanner": "eicar",
        "MailFrom": f"noreply@{DEMO_DOMAIN}",
        "MailDomain": DEMO_DOMAIN,
        "MqttHost": "localhost",
        "MqttPort": str(local.mqtt_port),
        "SigninUrl": local.browser_cloud_url,
        "SigninBackUrl": local.cloud_url,
        "SigninKeysUrl": local.cloud_url,
        "RetrySeconds": "10",
        "ReadingsRetrySeconds": "10",
        "ReadingsWindow": "1",
    }


def aws_parameters(connection: Connection, given: dict[str, str]) -> dict[str, str]:
    """What can be derived on AWS; PublicUrl and MailFrom are the operator's to give, once."""
    found = {
        "MqttHost": str(
            connection.client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
        )
    }
    if "SigninIssuer" not in given:
        prefix = f"townkit-{connection.stage}-{connection.account}"
        # Where Cognito serves a pool's prefix domain; CloudFormation has no attribute for it.
        hosted = f"https://{prefix}.auth.{connection.region}.amazoncognito.com"
        found |= {"SigninUrl": hosted, "SigninBackUrl": hosted}
    if "MailFrom" in given:
        found["MailDomain"] = given["MailFrom"].rpartition("@")[2]
    return found

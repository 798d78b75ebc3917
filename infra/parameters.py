"""Values for the template's parameters: fixed by the data folder locally, given by the operator on AWS."""

from infra.settings import Local

DEMO_DOMAIN = "townkit.example"


def local_parameters(local: Local) -> dict[str, str]:
    """Everything on this machine; mail goes to a domain that cannot exist (RFC 2606)."""
    return {
        "PublicUrl": local.public_url,
        "FilesUrl": local.browser_cloud_url,
        "MailFrom": f"noreply@{DEMO_DOMAIN}",
        "MailDomain": DEMO_DOMAIN,
        "MqttHost": "localhost",
        "MqttPort": str(local.mqtt_port),
        "SigninUrl": local.browser_cloud_url,
        "SigninBackUrl": local.cloud_url,
        "SigninKeysUrl": local.cloud_url,
        "RetrySeconds": "10",
    }

"""What a city's devices need in AWS IoT: one policy and one thing group per city, a thing and a certificate
per device.

Control plane only, run by the provisioner function; it sees no data. Every step can be repeated. Private keys
pass through and are kept nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any

from functions.core.aws import own_client
from functions.core.errors import Invalid
from functions.core.i18n import N_
from functions.core.settings import settings

BAD_THING = N_("A thing's id has 2 to 48 characters: small letters, digits and hyphens")
THING = re.compile(r"[a-z][a-z0-9-]{0,46}[a-z0-9]")


def names(city_id: str) -> dict[str, str]:
    """The policies and the thing group that belong to a city; the manifest of what it owns lists them.
    ``claim`` is the policy of certificates with which devices claim their own."""
    name = city_prefix() + city_id
    return {"policy": name, "group": name, "claim": claim_prefix() + city_id}


def claim_prefix() -> str:
    """What the name of a city's claim policy begins with; the city's id follows."""
    return f"townkit-{settings().stage}-claim-"


def city_prefix() -> str:
    """What the name of a city's policy for its devices begins with; the city's id follows."""
    return f"townkit-{settings().stage}-city-"


def claim_template() -> str:
    """The fleet provisioning template of the installation (infra/template/claims.yaml)."""
    return f"townkit_{settings().stage}_devices"


def thing_name(city_id: str, thing: str) -> str:
    """Name of a thing and its MQTT client id; both are global in an account. Raises Invalid for what is not a
    thing id.
    """
    if not THING.fullmatch(thing):
        raise Invalid({"thing": BAD_THING}, BAD_THING)
    return f"{city_id}:{thing}"


def policy_document(city_id: str) -> dict[str, Any]:
    """A device connects under the name of the thing that its certificate belongs to, publishes to its city's
    part of the two rules, hears what is said to it alone, reads and answers its own shadow (AWS IoT Core
    developer guide, "Device Shadow MQTT topics"), and may ask for its next certificate, which the claims
    function gives it only when the city wants that. At most 2,048 characters (AWS IoT Core quotas).
    """
    me = "${iot:Connection.Thing.ThingName}"
    rules = [f"$aws/rules/{rule}/{city_id}/*" for rule in (settings().readings_rule, settings().urgent_rule)]
    shadow, asks = f"$aws/things/{me}/shadow", certificate_topics()
    hears = [f"townkit/{me}/*", f"{shadow}/*", *(f"{ask}/*" for ask in asks)]
    connect = _allow("iot:Connect", "client", [me])
    return _document(
        connect | {"Condition": {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}},
        _allow("iot:Publish", "topic", [*rules, f"{shadow}/get", f"{shadow}/update", *asks]),
        _allow("iot:Receive", "topic", hears),
        _allow("iot:Subscribe", "topicfilter", hears),
    )


def claim_document(city_id: str) -> dict[str, Any]:
    """A certificate that a city's devices are made with may only ask for a certificate of their own. Its
    client id is ``claim:<city>:...``, which no device's can be."""
    asks = certificate_topics()
    answers = [f"{ask}/{word}" for ask in asks for word in ("accepted", "rejected")]
    return _document(
        _allow("iot:Connect", "client", [f"claim:{city_id}:*"]),
        _allow("iot:Publish", "topic", asks),
        _allow("iot:Receive", "topic", answers),
        _allow("iot:Subscribe", "topicfilter", answers),
    )


def certificate_topics() -> tuple[str, str]:
    """Where a certificate is asked for, and where to say whose it is to be (AWS IoT Core developer guide,
    "Device provisioning MQTT API"). Answers come to the one that asked."""
    return "$aws/certificates/create/json", f"$aws/provisioning-templates/{claim_template()}/provision/json"


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(action: str, kind: str, resources: Iterable[str]) -> dict[str, Any]:
    """Plain ARNs: the tables' one names partition, region and account."""
    partition, _, region, account = settings().city_table_arn_prefix.split(":")[1:5]
    arn = f"arn:{partition}:iot:{region}:{account}"
    return {"Effect": "Allow", "Action": action, "Resource": [f"{arn}:{kind}/{name}" for name in resources]}


def ensure_city(city_id: str) -> None:
    """The city's policies in their present form, and its thing group."""
    iot, name = own_client("iot"), names(city_id)
    for policy, wanted in (
        (name["policy"], policy_document(city_id)),
        (name["claim"], claim_document(city_id)),
    ):
        document = json.dumps(wanted, separators=(",", ":"))
        try:
            iot.create_policy(policyName=policy, policyDocument=document)
        except iot.exceptions.ResourceAlreadyExistsException:
            _update_policy(iot, policy, document)
    with suppress(iot.exceptions.ResourceAlreadyExistsException):
        iot.create_thing_group(thingGroupName=name["group"])


def _update_policy(iot: Any, policy: str, document: str) -> None:
    if json.loads(iot.get_policy(policyName=policy)["policyDocument"]) == json.loads(document):
        return
    for version in iot.list_policy_versions(policyName=policy)["policyVersions"]:
        if not version["isDefaultVersion"]:  # AWS keeps five versions at most
            iot.delete_policy_version(policyName=policy, policyVersionId=version["versionId"])
    iot.create_policy_version(policyName=policy, policyDocument=document, setAsDefault=True)


def add_device(city_id: str, thing: str, keep: Collection[str] = ()) -> dict[str, str]:
    """A thing in the city's group with one new, active certificate; earlier ones of the thing are revoked,
    but for those to ``keep``.

    Returns ``certificate_id``, ``certificate`` and ``private_key`` (PEM), ``client_id``. Active comes last: a
    certificate that a crash leaves behind cannot connect."""
    iot, name = own_client("iot"), names(city_id)
    client_id = thing_name(city_id, thing)
    iot.create_thing(thingName=client_id)
    iot.add_thing_to_thing_group(thingGroupName=name["group"], thingName=client_id)
    revoke_device(city_id, thing, keep)
    made = iot.create_keys_and_certificate(setAsActive=False)
    arn = made["certificateArn"]
    iot.attach_policy(policyName=name["policy"], target=arn)
    iot.attach_thing_principal(thingName=client_id, principal=arn)
    iot.update_certificate(certificateId=made["certificateId"], newStatus="ACTIVE")
    return {
        "certificate_id": made["certificateId"],
        "certificate": made["certificatePem"],
        "private_key": made["keyPair"]["PrivateKey"],
        "client_id": client_id,
    }


def revoke_device(city_id: str, thing: str, keep: Collection[str] = ()) -> list[str]:
    """Revoke and detach every certificate of the thing but those to ``keep``; the ids. A thing that does not
    exist has none."""
    iot, policy = own_client("iot"), names(city_id)["policy"]
    client_id = thing_name(city_id, thing)
    try:
        principals = iot.list_thing_principals(thingName=client_id)["principals"]
    except iot.exceptions.ResourceNotFoundException:
        return []
    revoked = []
    for arn in principals:
        certificate = arn.rpartition("/")[2]
        if certificate in keep:
            continue
        iot.update_certificate(certificateId=certificate, newStatus="REVOKED")
        iot.detach_policy(policyName=policy, target=arn)
        iot.detach_thing_principal(thingName=client_id, principal=arn)
        revoked.append(certificate)
    return revoked


def add_claim(city_id: str) -> dict[str, str]:
    """A certificate that may do nothing but ask for a device's own certificate: ``certificate_id``,
    ``certificate``, ``private_key``. The policy on it says which city it belongs to."""
    iot = own_client("iot")
    made = iot.create_keys_and_certificate(setAsActive=False)
    iot.attach_policy(policyName=names(city_id)["claim"], target=made["certificateArn"])
    iot.update_certificate(certificateId=made["certificateId"], newStatus="ACTIVE")
    return {
        "certificate_id": made["certificateId"],
        "certificate": made["certificatePem"],
        "private_key": made["keyPair"]["PrivateKey"],
    }


def revoke_claim(city_id: str, certificate: str) -> list[str]:
    """A claim certificate of the city ends; devices that claimed with it keep theirs. Raises Invalid for any
    other certificate: this cannot end a device's, or another city's."""
    iot, policy = own_client("iot"), names(city_id)["claim"]
    try:
        arn = iot.describe_certificate(certificateId=certificate)["certificateDescription"]["certificateArn"]
    except iot.exceptions.ResourceNotFoundException:
        return []
    attached = [one["policyName"] for one in iot.list_attached_policies(target=arn)["policies"]]
    if attached and attached != [policy]:
        raise Invalid({"certificate": "this is not a claim certificate"}, "this is not a claim certificate")
    iot.update_certificate(certificateId=certificate, newStatus="REVOKED")
    iot.detach_policy(policyName=policy, target=arn)
    return [certificate]


def handle(event: dict[str, Any]) -> dict[str, Any]:
    """The provisioner's actions ``device-add`` and ``device-revoke``: ``{action, city, thing, keep?}``;
    ``claim-add`` and ``claim-revoke``: ``{action, city, certificate?}``."""
    city, keep = event["city"], event.get("keep", ())
    if event["action"] == "device-add":
        return dict(add_device(city, event["thing"], keep))
    if event["action"] == "device-revoke":
        return {"revoked": revoke_device(city, event["thing"], keep)}
    if event["action"] == "claim-add":
        return dict(add_claim(city))
    if event["action"] == "claim-revoke":
        return {"revoked": revoke_claim(city, event["certificate"])}
    raise Invalid({"action": str(event["action"])}, "there is no such action")

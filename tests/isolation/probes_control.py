"""Calls on what is not data: tables themselves, queues, things, parameters, functions, other roles."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

from functions.tenancy import city_table
from tests.isolation.actors import OPENERS, OWNER, Actor
from tests.isolation.probe import ROW, Place, Probe

# A worker drops it: there is no such city.
NOBODYS = json.dumps({"city": "nowhere", "kind": "mail", "id": "isolation"})
QUEUES = {
    "readings": "ReadingsQueueUrl",
    "urgent": "UrgentQueueUrl",
    "readings-dead": "ReadingsDeadLettersUrl",
    "tasks": "TasksQueueUrl",
    "tasks-dead": "TasksDeadLettersUrl",
    "refused": "RefusedQueueUrl",
}
SENDERS = {
    "readings": ("topic-rule", "api"),
    "urgent": ("topic-rule", "api", "tasks"),
    "readings-dead": ("topic-rule",),  # what a rule cannot hand to its queue
    "tasks": (*OPENERS, "nightly"),
    "refused": ("readings",),
}
# On the local cloud the topic rule acts as the account's owner, and sending a batch is an action of its own:
# the controls are the owner's, and nothing is said about those who may on AWS.
TAKERS = {"readings": ("readings",), "urgent": ("readings",), "tasks": ("tasks",)}
FUNCTIONS = ("api", "admin", "readings", "tasks", "nightly", "tick", "claims", "provisioner")


def _rightful(names: tuple[str, ...]) -> dict[str, Any]:
    return {"rightful": names[0] if names else OWNER, "also": frozenset(names[1:])}


def _table(operation: str, **arguments: Any) -> Any:
    return lambda a, p: getattr(a.client("dynamodb"), operation)(TableName=p.table, **arguments)


def _doomed_table(a: Actor, p: Place) -> None:
    """Deleting a table named like a city's: one that was made for it, since the control really deletes it."""
    if "doomed" not in p.made:
        p.made["doomed"] = p.table + "-doomed"
        p.cast.owner.client("dynamodb").create_table(**city_table.definition(p.made["doomed"]))
    a.client("dynamodb").delete_table(TableName=p.made["doomed"])


def _registry(operation: str, **arguments: Any) -> Any:
    return lambda a, p: getattr(a.client("dynamodb"), operation)(
        TableName=p.output("PlatformTableName"), **arguments
    )


ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST"}
READERS = (*OPENERS, "nightly")
TABLES = [
    Probe("dynamodb", "describe the table", _table("describe_table"), "provisioner"),
    Probe("dynamodb", "describe its time to live", _table("describe_time_to_live"), "provisioner"),
    Probe("dynamodb", "describe its backups", _table("describe_continuous_backups"), "provisioner"),
    Probe("dynamodb", "change the table", _table("update_table", **ON_DEMAND), "provisioner"),
    Probe("dynamodb", "delete a city's table", _doomed_table, OWNER, last=True),
    Probe("dynamodb", "list tables", lambda a, p: a.client("dynamodb").list_tables(), OWNER),
    Probe("dynamodb", "read the registry", _registry("get_item", Key=ROW), **_rightful(READERS)),
    Probe("dynamodb", "scan the registry", _registry("scan"), "admin", frozenset({"nightly"})),
    Probe("dynamodb", "write the registry", _registry("put_item", Item={**ROW, "ttl": {"N": "1"}}), "admin"),
]  # fmt: skip


def _sent(queue: str) -> Any:
    return lambda a, p: a.client("sqs").send_message(QueueUrl=p.output(QUEUES[queue]), MessageBody=NOBODYS)


def _sent_together(queue: str) -> Any:
    entries = [{"Id": "1", "MessageBody": NOBODYS}]
    return lambda a, p: a.client("sqs").send_message_batch(QueueUrl=p.output(QUEUES[queue]), Entries=entries)


def _taken(queue: str) -> Any:
    return lambda a, p: a.client("sqs").receive_message(QueueUrl=p.output(QUEUES[queue]), VisibilityTimeout=0)


def _looked(queue: str) -> Any:
    return lambda a, p: a.client("sqs").get_queue_attributes(
        QueueUrl=p.output(QUEUES[queue]), AttributeNames=["ApproximateNumberOfMessages"]
    )


def _changed(queue: str) -> Any:
    return lambda a, p: a.client("sqs").set_queue_attributes(
        QueueUrl=p.output(QUEUES[queue]), Attributes={"DelaySeconds": "0"}
    )


def _queued(queue: str) -> list[Probe]:
    senders, takers = SENDERS.get(queue, ()), _rightful(TAKERS.get(queue, ()))
    by_rule = {"rightful": OWNER, "also": frozenset(senders)}
    sending = by_rule if "topic-rule" in senders else _rightful(senders)
    return [
        Probe("sqs", f"send to {queue}", _sent(queue), **sending),
        Probe("sqs", f"send a batch to {queue}", _sent_together(queue), OWNER, frozenset(senders)),
        Probe("sqs", f"receive from {queue}", _taken(queue), **takers),
        Probe("sqs", f"look at {queue}", _looked(queue), **takers),
        Probe("sqs", f"change {queue}", _changed(queue), OWNER),
    ]


QUEUED = [probe for queue in QUEUES for probe in _queued(queue)]


def _iot(operation: str, **arguments: Any) -> Any:
    """``{city}`` and ``{new}`` in an argument stand for the city's name of things and for a new one."""

    def call(a: Actor, p: Place) -> Any:
        filled = {k: v.format(**_names(p)) if isinstance(v, str) else v for k, v in arguments.items()}
        return getattr(a.client("iot"), operation)(**filled)

    return call


def _names(p: Place) -> dict[str, str]:
    city = f"townkit-{p.cast.stack.local.stage}-city-{p.city}"
    if "certificate" not in p.made:
        made = p.cast.owner.client("iot").create_keys_and_certificate(setAsActive=False)
        thing = f"{p.city}:isolation"
        p.cast.owner.client("iot").create_thing(thingName=thing)
        p.made |= {
            "certificate": made["certificateArn"],
            "certificate_id": made["certificateId"],
            "made": thing,
        }
    new = uuid4().hex[:8]
    return {"city": city, "new": f"{city}-{new}", "thing": f"{p.city}:{new}", **p.made}


def _published(a: Actor, p: Place) -> Any:
    topic = f"$aws/rules/{p.output('ReadingsRuleName')}/{p.city}/isolation/readings"
    return a.client("iot-data").publish(topic=topic, payload=b"{}")


_EVERYTHING = {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}
ANYTHING = (
    json.dumps({"Version": "2012-10-17", "Statement": [_EVERYTHING]}).replace("{", "{{").replace("}", "}}")
)
PROVISIONERS = {
    "create a policy": _iot("create_policy", policyName="{new}", policyDocument=ANYTHING),
    "read the city's policy": _iot("get_policy", policyName="{city}"),
    "attach the city's policy": _iot("attach_policy", policyName="{city}", target="{certificate}"),
    "detach the city's policy": _iot("detach_policy", policyName="{city}", target="{certificate}"),
    "create a thing of the city": _iot("create_thing", thingName="{thing}"),
    "bind a certificate to a thing": _iot(
        "attach_thing_principal", thingName="{made}", principal="{certificate}"
    ),
    "describe a thing of the city": _iot("describe_thing", thingName="{made}"),
    "put a thing into the city's group": _iot(
        "add_thing_to_thing_group", thingGroupName="{city}", thingName="{made}"
    ),
    "make a certificate": _iot("create_keys_and_certificate"),
    "revoke a certificate": _iot("update_certificate", certificateId="{certificate_id}", newStatus="REVOKED"),
}
THINGS = [
    *(Probe("iot", name, call, "provisioner") for name, call in PROVISIONERS.items()),
    Probe("iot", "publish as a device of the city", _published, OWNER),
    Probe("iot", "list things", _iot("list_things"), OWNER),
    Probe("iot", "list certificates", _iot("list_certificates"), OWNER),
    Probe("iot", "read the topic rule", _iot("get_topic_rule", ruleName="townkit_local_readings"), OWNER),
]


def _assumed(function: str) -> Any:
    def call(a: Actor, p: Place) -> Any:
        arn = p.output("TenantDataRoleArn").replace("tenant-data", function)
        return a.client("sts").assume_role(RoleArn=arn, RoleSessionName="isolation")

    return call


def _tenant(tagged: bool) -> Any:
    def call(a: Actor, p: Place) -> Any:
        tags = {"Tags": [{"Key": "city", "Value": p.city}]} if tagged else {}
        return a.client("sts").assume_role(
            RoleArn=p.output("TenantDataRoleArn"), RoleSessionName="isolation", **tags
        )

    return call


def _tagged_by_api(_: Actor, p: Place) -> Any:
    return _tenant(True)(p.cast.role("api"), p)


ASSUMED = [
    Probe("sts", "open a session of the city", _tenant(True), "api", frozenset(OPENERS)),
    Probe("sts", "open a session without a city", _tenant(False), OWNER, control=_tagged_by_api),
    *(
        Probe("sts", f"become {function}", _assumed(function), OWNER)
        for function in (*FUNCTIONS, "topic-rule")
    ),
]


def _parameter(name: str) -> Any:
    return lambda a, p: a.client("ssm").get_parameter(
        Name=p.cast.stack.environment[f"TOWNKIT_{name}_PARAMETER"], WithDecryption=True
    )


def _ssm(operation: str, **arguments: Any) -> Any:
    return lambda a, p: getattr(a.client("ssm"), operation)(**arguments)


NEW_PARAMETER = {"Name": "/townkit/isolation", "Value": "x", "Type": "String", "Overwrite": True}
PARAMETERS = [
    Probe("ssm", "read the signing secret", _parameter("SECRET"), "api", frozenset({"admin", "tasks"})),
    Probe("ssm", "read the edge's secret", _parameter("EDGE_SECRET"), "api"),
    Probe("ssm", "read all parameters", _ssm("get_parameters_by_path", Path="/", Recursive=True), OWNER),
    Probe("ssm", "list parameters", _ssm("describe_parameters"), OWNER),
    Probe("ssm", "write a parameter", _ssm("put_parameter", **NEW_PARAMETER), OWNER),
]


def _function(operation: str, function: str, **arguments: Any) -> Any:
    return lambda a, p: getattr(a.client("lambda"), operation)(
        FunctionName=f"townkit-{p.cast.stack.local.stage}-{function}", **arguments
    )


def _invoked(function: str) -> Probe:
    call = _function("invoke", function, InvocationType="DryRun")
    if function != "provisioner":
        return Probe("lambda", f"invoke {function}", call, OWNER)
    # the console makes certificates, the worker ends them
    return Probe("lambda", "invoke provisioner", call, "admin", frozenset({"api", "tasks"}))


INVOKED = [
    *(_invoked(function) for function in FUNCTIONS),
    Probe("lambda", "read a function's settings", _function("get_function_configuration", "admin"), OWNER),
    Probe(
        "lambda",
        "change a function",
        _function("update_function_configuration", "nightly", MemorySize=256),
        OWNER,
    ),
    Probe("lambda", "list functions", lambda a, p: a.client("lambda").list_functions(), OWNER),
]


def _mailed(a: Actor, p: Place) -> Any:
    return a.client("ses").send_email(
        Source=p.cast.stack.environment["TOWNKIT_MAIL_FROM"],
        Destination={"ToAddresses": ["nobody@isolation.example"]},
        Message={"Subject": {"Data": "isolation"}, "Body": {"Text": {"Data": "isolation"}}},
    )


def _role(a: Actor, p: Place) -> Any:
    return a.client("iam").get_role(RoleName=p.output("TenantDataRoleArn").rpartition("/")[2])


def _staff(a: Actor, p: Place) -> Any:
    return a.client("cognito-idp").list_users(UserPoolId=p.output("StaffPoolId"))


def _log(a: Actor, p: Place) -> Any:
    group = f"/aws/lambda/townkit-{p.cast.stack.local.stage}-api"
    return a.client("logs").describe_log_streams(logGroupName=group)


def _stack(a: Actor, p: Place) -> Any:
    return a.client("cloudformation").describe_stacks(StackName=p.cast.stack.connection.stack)


ELSE = [
    Probe("ses", "send mail", _mailed, "tasks"),
    Probe("iam", "read a role", _role, OWNER),
    Probe("iam", "list roles", lambda a, p: a.client("iam").list_roles(), OWNER),
    Probe("cognito", "list staff sign-ins", _staff, OWNER),
    Probe("logs", "read the log", _log, OWNER),
    Probe("cloudformation", "read the stack", _stack, OWNER),
]

OF_A_CITY = [replace(probe, held=True) for probe in (*TABLES, *THINGS, *ASSUMED)]
SHARED = [replace(probe, shared=True, held=True) for probe in (*QUEUED, *PARAMETERS, *INVOKED, *ELSE)]

"""Sending text messages to mobile phones: the port, Amazon SNS behind it, and a fake that keeps what was
sent. Which numbers may be written to, and how many messages a day, is decided before (functions/people)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sms:
    """One message. ``to`` is a number in E.164 form (ITU-T E.164: ``+`` and up to 15 digits)."""

    to: str
    text: str


class SmsNotAccepted(Exception):
    """The service did not take the message; the same message may be taken later."""


class SmsSender(Protocol):
    """Sends text messages."""

    def send(self, sms: Sms) -> None:
        """Hand the message over. Raises SmsNotAccepted."""


class SnsSms:
    """Amazon SNS, direct publishing to a phone number, as the function itself."""

    def send(self, sms: Sms) -> None:
        """One message of the kind that is delivered before advertising (``Transactional``)."""
        from botocore.exceptions import BotoCoreError, ClientError

        from functions.core.aws import own_client

        kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        try:
            own_client("sns").publish(PhoneNumber=sms.to, Message=sms.text, MessageAttributes=kind)
        except (BotoCoreError, ClientError) as error:
            raise SmsNotAccepted(type(error).__name__) from error


@dataclass
class FakeSms:
    """Keeps what was sent; refuses while `failing`."""

    sent: list[Sms] = field(default_factory=list)
    failing: bool = False

    def send(self, sms: Sms) -> None:
        """Keep the message, or raise SmsNotAccepted."""
        if self.failing:
            raise SmsNotAccepted("failing")
        self.sent.append(sms)

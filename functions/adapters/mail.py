"""Sending mail: the port, Amazon SES behind it, and a fake that keeps what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """One plain-text message. `sender_name` is shown beside the installation's own address."""

    to: str
    subject: str
    body: str
    sender_name: str
    reply_to: str = ""


class MailNotAccepted(Exception):
    """The mail service did not take the message; the same message may be taken later."""


class Mailer(Protocol):
    """Sends mail."""

    def send(self, mail: Mail) -> None:
        """Hand the message over. Raises MailNotAccepted."""


class SesMailer:
    """Amazon SES (API version 2), as the function itself."""

    def __init__(self, sender_address: str) -> None:
        self.sender_address = sender_address

    def send(self, mail: Mail) -> None:
        """One message to one address, UTF-8."""
        from email.headerregistry import Address

        from botocore.exceptions import BotoCoreError, ClientError

        from functions.core.aws import own_client

        user, _, domain = self.sender_address.partition("@")
        request = {
            "FromEmailAddress": _ascii(Address(mail.sender_name, user, domain)),
            "Destination": {"ToAddresses": [mail.to]},
            "Content": {
                "Simple": {
                    "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": mail.body, "Charset": "UTF-8"}},
                }
            },
        }
        if mail.reply_to:
            request["ReplyToAddresses"] = [mail.reply_to]
        try:
            own_client("sesv2").send_email(**request)
        except (BotoCoreError, ClientError) as error:
            raise MailNotAccepted(type(error).__name__) from error


def _ascii(address: object) -> str:
    """SES takes 7-bit senders: a name in other letters is written as an encoded word (RFC 2047)."""
    from email.header import Header
    from email.utils import formataddr

    name, spec = getattr(address, "display_name", ""), getattr(address, "addr_spec", "")
    return formataddr((Header(name, "utf-8").encode(maxlinelen=None) if not name.isascii() else name, spec))


@dataclass
class FakeMailer:
    """Keeps what was sent; refuses while `failing`."""

    sent: list[Mail] = field(default_factory=list)
    failing: bool = False

    def send(self, mail: Mail) -> None:
        """Keep the message, or raise MailNotAccepted."""
        if self.failing:
            raise MailNotAccepted("failing")
        self.sent.append(mail)

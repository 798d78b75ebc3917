"""`/_local/mail`: mail and text messages that the local cloud kept instead of sending them, newest first.
On a laptop only."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web
from jinja2 import Environment

from infra.demo import SignIn

TEMPLATE = Path(__file__).with_name("mail.html")


class MailPage:
    """Reads what the local cloud kept and shows it."""

    def __init__(self, cloud_url: str, signins: list[SignIn]) -> None:
        self._source = f"{cloud_url}/_ministack/ses/messages"
        self._texts = f"{cloud_url}/_ministack/sns/sms-messages"
        self._template = Environment(autoescape=True).from_string(TEMPLATE.read_text(encoding="utf-8"))
        self.signins = signins

    async def show(self, request: web.Request) -> web.Response:
        """The page."""
        async with ClientSession() as session, session.get(self._source) as answer:
            by_account: dict[str, list[dict[str, Any]]] = (await answer.json())["messages"]
        kept = [mail for mails in by_account.values() for mail in mails]
        newest = sorted(kept, key=lambda mail: -mail["Timestamp"])
        for mail in newest:
            mail["sent"] = datetime.fromtimestamp(mail["Timestamp"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        page = self._template.render(messages=newest, texts=await self.texts(), signins=self.signins)
        return web.Response(text=page, content_type="text/html")

    async def texts(self) -> list[dict[str, Any]]:
        """Text messages, newest first; the local cloud keeps them by number and does not say when."""
        async with ClientSession() as session, session.get(self._texts) as answer:
            by_number: dict[str, list[dict[str, Any]]] = (await answer.json())["sms_messages"]
        return [text for texts in by_number.values() for text in reversed(texts)]

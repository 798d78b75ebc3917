"""`/_local/mail`: the mail that the local cloud kept instead of sending it, newest first. Exists on a laptop only."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from aiohttp import ClientSession, web

from infra.demo import SignIn

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Captured mail (local)</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font-family: system-ui, sans-serif; line-height: 1.5; max-width: 46rem; margin: 0 auto; padding: 1rem; color: #0b0c0c }}
article {{ border-top: 2px solid #0b0c0c; margin-top: 1.5rem }} h2 {{ font-size: 1.15rem; margin-bottom: 0 }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; background: #f3f2f1; padding: .75rem; font: inherit }}
td, th {{ text-align: left; padding: .1rem 1rem .1rem 0 }}
</style></head><body><main>
<h1>Captured mail</h1><p>Nothing leaves this machine. <a href="/_local/mail">Look again</a></p>
{messages}
<h2>Demo sign-ins</h2><table><tr><th scope="col">Console</th><th scope="col">E-mail</th><th scope="col">Password</th></tr>
{signins}</table></main></body></html>
"""


class MailPage:
    """Reads what the local cloud kept and shows it."""

    def __init__(self, cloud_url: str, signins: list[SignIn]) -> None:
        self._source = f"{cloud_url}/_ministack/ses/messages"
        self.signins = signins

    async def show(self, request: web.Request) -> web.Response:
        """The page."""
        async with ClientSession() as session, session.get(self._source) as answer:
            by_account: dict[str, list[dict[str, Any]]] = (await answer.json())["messages"]
        messages = sorted((m for kept in by_account.values() for m in kept), key=lambda m: -m["Timestamp"])
        html = "\n".join(map(_article, messages)) or "<p>No mail yet.</p>"
        rows = "\n".join(map(_row, self.signins))
        return web.Response(text=PAGE.format(messages=html, signins=rows), content_type="text/html")


def _row(signin: SignIn) -> str:
    return (
        f'<tr><td><a href="{escape(signin.console)}">{escape(signin.city)}</a></td><td>{escape(signin.email)}</td>'
        f"<td>{escape(signin.password)}</td></tr>"
    )


def _article(mail: dict[str, Any]) -> str:
    sent = datetime.fromtimestamp(mail["Timestamp"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    text = mail["BodyText"] or mail["BodyHtml"] or ""
    return (
        f"<article><h2>{escape(mail['Subject'])}</h2><p>To {escape(', '.join(mail['To']))}, {sent}</p>"
        f"<pre>{escape(text)}</pre></article>"
    )

"""Operations on webhooks."""

from __future__ import annotations

from functions.api import webhooks
from functions.api.dispatch import Call
from functions.api.views import webhook_view
from functions.api.webhook_domain import secret_text
from functions.web.responses import Json


def list_webhooks(call: Call) -> Json:
    """Those of this key."""
    return Json({"webhooks": [webhook_view(one) for one in webhooks.list_webhooks(call.key)]})


def create_webhook(call: Call) -> Json:
    """A new one, with the secret that its messages are signed with."""
    asked = call.body()
    made = webhooks.register(call.ctx, call.key, asked.url, asked.note)
    secret = secret_text(webhooks.secret_of(call.ctx, made.id))
    return Json({**webhook_view(made), "secret": secret}, status=201)


def delete_webhook(call: Call) -> Json:
    """Gone from now on."""
    webhooks.remove(call.ctx, call.values["webhook"], call.key)
    return Json({"removed": call.values["webhook"]})

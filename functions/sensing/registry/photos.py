"""The photo of a device in its place: handed in like any file, straight to the storage, and looked at before
it is given out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from functions.adapters.files import Files
from functions.adapters.queue import Queue
from functions.core.context import Context
from functions.core.errors import Invalid, NotFound
from functions.core.i18n import N_
from functions.files import service as files
from functions.sensing.registry import service
from functions.sensing.registry.domain import Device

PHOTO: dict[str, Any] = {"id": "photo", "accept": ["jpeg", "png"], "max_mb": 10}
NOT_TAKEN = N_("The photo was not taken. It must be a JPEG or PNG picture of at most 10 MB.")


def owner(thing: str) -> str:
    """Whose file it is, for the files feature."""
    return f"device.{thing}"


def upload_form(ctx: Context, thing: str, storage: Files | None = None) -> dict[str, Any]:
    """Where a script sends the photo: ``{file, url, fields}``."""
    return files.script_form(ctx, owner(thing), PHOTO, storage)


def keep(
    ctx: Context, thing: str, file_id: str, storage: Files | None = None, queue: Queue | None = None
) -> Device:
    """The photo that was sent becomes the device's. Doing it twice changes nothing. Raises Invalid."""
    taken = files.take_upload(ctx, owner(thing), PHOTO, file_id, storage, queue)
    if isinstance(taken, files.Refused):
        raise Invalid({"photo": NOT_TAKEN}, NOT_TAKEN)
    return service.change(ctx, thing, "device-photo", lambda device: replace(device, photo=taken.id))


def link(ctx: Context, device: Device) -> str:
    """A link of five minutes to the photo. Raises NotFound, NotGivenOut."""
    found = files.files_of(owner(device.thing)).get(device.photo)
    if found is None:
        raise NotFound
    return files.link(ctx, found, knowing=True)

"""Addresses of style sheets and scripts, with a hash of the content in the name: they may be cached for ever.

A bundle is its parts joined. The edge serves the files that `write_assets` makes at packaging; the functions
carry `manifest.json` only. In the checkout the names are computed from the files.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from functions.core import paths

BUNDLES: dict[str, tuple[str, ...]] = {
    "app.css": (
        "vendor/govuk-frontend/govuk-frontend.min.css",
        "app.css",
        "fields.css",
        "guide.css",
        "apply.css",
        "desk.css",
    ),
    "app.js": ("app.js", "read-aloud.js", "fields.js", "guide.js"),
    "upload.js": ("upload.js",),
    "exit.js": ("exit.js",),
    "devices.js": ("devices.js",),
    "install.js": ("install.js",),
    "install.css": ("install.css",),
    "icon.svg": ("icon.svg",),
}
FOREVER = "public, max-age=31536000, immutable"


def asset(name: str) -> str:
    """The address of a bundle, `/assets/<name>.<hash>.<ext>`; an unknown name raises KeyError."""
    return f"/assets/{manifest()[name]}"


@cache
def manifest() -> dict[str, str]:
    """Bundle name -> name with the hash."""
    packaged = _folder() / "manifest.json"
    if packaged.exists():
        names: dict[str, str] = json.loads(packaged.read_text(encoding="utf-8"))
        return names
    return {name: hashed_name(name, content(name)) for name in BUNDLES}


def content(name: str) -> bytes:
    """The bytes of a bundle."""
    return b"\n".join((_folder() / part).read_bytes() for part in BUNDLES[name])


def hashed_name(name: str, data: bytes) -> str:
    """`app.css` -> `app.<10 hex digits of its content>.css`."""
    stem, _, extension = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(data).hexdigest()[:10]}.{extension}"


def write_assets(target: Path) -> dict[str, str]:
    """Write every bundle under its hashed name, with `manifest.json` beside them; returns the manifest."""
    target.mkdir(parents=True, exist_ok=True)
    names = {name: hashed_name(name, content(name)) for name in BUNDLES}
    for name, hashed in names.items():
        (target / hashed).write_bytes(content(name))
    (target / "manifest.json").write_text(json.dumps(names, sort_keys=True), encoding="utf-8")
    return names


def _folder() -> Path:
    return paths.root() / "templates" / "assets"

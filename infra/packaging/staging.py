"""The build folder: copies of what the functions read at run time, laid out as Chalice packs it.

Copies and not links, because Chalice packs a link under `vendor/` into the layer, and then every edit
rebuilds that.
"""

import hashlib
import importlib
import importlib.util
import json
import os
import shutil
from pathlib import Path

from infra.messages import compile_catalogues
from infra.settings import ROOT

COPIED = ("functions", "templates")
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc", "assets", "i18n")
PROFILE_CODE = ("profiles", "schema_profile", "schema_rules", "units")
CONFIGURATION = {
    "version": "2.0",
    "app_name": "townkit",
    "api_gateway_endpoint_type": "REGIONAL",
    "manage_iam_role": False,
    # Replaced by each function's own role in infra/template/functions.yaml.
    "iam_role_arn": "see infra/template/functions.yaml",
}


def stage_code(folder: Path, app: Path = ROOT / "app.py") -> None:
    """Fill an emptied build folder from the checkout; `app` is the composition root to pack."""
    shutil.rmtree(folder, ignore_errors=True)
    library = folder / "chalicelib"
    library.mkdir(parents=True)
    (library / "__init__.py").touch()
    shutil.copyfile(app, folder / "app.py")
    for name in COPIED:
        shutil.copytree(ROOT / name, library / name, ignore=NOT_COPIED)
    compile_catalogues(ROOT / "templates" / "i18n", library / "templates" / "i18n")
    _pack_profiles(library / "templates" / "devices")
    _precompile_pages(library / "templates" / "compiled")
    write_assets(folder / "assets")
    manifest = library / "templates" / "assets" / "manifest.json"
    manifest.parent.mkdir()
    shutil.copyfile(folder / "assets" / "manifest.json", manifest)
    (folder / "requirements.txt").touch()
    configuration = folder / ".chalice" / "config.json"
    configuration.parent.mkdir()
    configuration.write_text(json.dumps(CONFIGURATION))


def write_assets(folder: Path) -> None:
    """Write style sheets and scripts under their hashed names, as the edge serves them."""
    importlib.import_module("functions.web.assets").write_assets(folder)


def _pack_profiles(folder: Path) -> None:
    """The catalogue of device profiles as one file, so that no function reads YAML to know a device. Kept by
    what it was made from: reading all profiles takes seconds."""
    from functions.sensing import profiles

    code = [ROOT / "functions" / "sensing" / f"{name}.py" for name in PROFILE_CODE]
    made_from = sorted((*profiles.folder().rglob("*.yaml"), *code))
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in made_from)).hexdigest()
    kept = ROOT / ".local" / "profiles" / f"{digest}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")  # replaced in one step: another process may do the same
        part.write_text(profiles.pack(), encoding="utf-8")
        part.replace(kept)
    shutil.copyfile(kept, folder / profiles.PACKED)


def _precompile_pages(folder: Path) -> None:
    if importlib.util.find_spec("functions.web.precompile"):
        importlib.import_module("functions.web.precompile").compile_templates(folder)

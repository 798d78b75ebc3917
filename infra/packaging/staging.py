"""The build folder: copies of what the functions read at run time, laid out as Chalice packs it.

Copies and not links, because Chalice packs a link under `vendor/` into the layer, and then every edit
rebuilds that.
"""

import importlib
import importlib.util
import json
import shutil
from importlib import metadata
from pathlib import Path

from infra.messages import compile_catalogues
from infra.packaging.kept import kept_folder
from infra.settings import ROOT

COPIED = ("functions", "templates")
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc", "assets", "i18n")
PROFILE_CODE = ("profiles", "schema_profile", "schema_rules", "units")
PAGES = (".html", ".txt")
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
    """The catalogue of device profiles as one file, so that no function reads YAML to know a device."""
    from functions.sensing import profiles

    code = [ROOT / "functions" / "sensing" / f"{name}.py" for name in PROFILE_CODE]

    def pack(target: Path) -> None:
        (target / profiles.PACKED).write_text(profiles.pack(), encoding="utf-8")

    kept = kept_folder("profiles", [*profiles.folder().rglob("*.yaml"), *code], pack)
    shutil.copyfile(kept / profiles.PACKED, folder / profiles.PACKED)


def _precompile_pages(folder: Path) -> None:
    if importlib.util.find_spec("functions.web.precompile") is None:
        return
    precompile = importlib.import_module("functions.web.precompile")
    versions = f"{metadata.version('jinja2')} {metadata.version('govuk-frontend-jinja')}"
    made_from = [path for path in (ROOT / "templates").rglob("*") if path.suffix in PAGES]
    code = (ROOT / "functions" / "web").glob("*.py")
    kept = kept_folder("pages", [*made_from, *code], precompile.compile_templates, versions)
    shutil.copytree(kept, folder)

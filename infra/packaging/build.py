"""`townkit package`: build folder -> Chalice -> template, code archive, layer archive under
build/<stage>/."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.errors import InfraError
from infra.packaging.archive import compile_folder, digest, write_archive
from infra.packaging.layer import build_layer
from infra.packaging.staging import stage_code
from infra.packaging.target import target_for
from infra.packaging.template import write_merge_template
from infra.settings import ROOT

FILES_REQUIREMENTS = ROOT / "layers" / "files" / "requirements.txt"


class PackageError(InfraError):
    """Chalice could not package the app; the message is its own."""


@dataclass(frozen=True)
class Package:
    """What a deployment uploads. Keys carry the content's hash, so that equal content is equal everywhere."""

    template: dict[str, Any]
    code: Path
    code_key: str
    layer: Path
    layer_key: str
    files_layer: Path
    files_layer_key: str
    assets: Path


def package(stage: str, app: Path = ROOT / "app.py", folder: Path | None = None) -> Package:
    """Package one composition root for a stage. Raises PackageError, LayerError, TemplateError."""
    target = target_for(stage)
    build = folder or ROOT / "build" / stage
    layer, files_layer = build_layer(target), build_layer(target, FILES_REQUIREMENTS)
    staged = build / "app"
    stage_code(staged, app)
    write_merge_template(build / "merge.json", target)
    template = _chalice(staged, build / "merge.json", build / "chalice")
    code = build / "code.zip"
    _pack_code(build / "chalice" / "deployment.zip", build / "code", code, target.has_this_python)
    (build / "template.json").write_text(json.dumps(template, indent=1, sort_keys=True))
    return Package(
        template=template,
        code=code,
        code_key=f"code/{digest(code)}.zip",
        layer=layer,
        layer_key=f"layer/{layer.name}",
        files_layer=files_layer,
        files_layer_key=f"layer/{files_layer.name}",
        assets=staged / "assets",
    )


def _chalice(staged: Path, merge: Path, out: Path) -> dict[str, Any]:
    shutil.rmtree(out, ignore_errors=True)
    command = [
        sys.executable,
        "-c",
        "from sys import exit; from chalice.cli import main; exit(main())",
        "--project-dir",
        str(staged),
    ]
    command += ["package", "--stage", "packaged", "--merge-template", str(merge), str(out)]
    # Chalice imports the app to see its routes; it must find the copies, and needs no account to look at
    # them.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "PYTHON"))}
    environment |= {"AWS_DEFAULT_REGION": "packaging", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=staged, env=environment)
    if done.returncode:
        raise PackageError(f"Chalice cannot package {staged}: {_last_line(done.stderr or done.stdout)}")
    template: dict[str, Any] = json.loads((out / "sam.json").read_text())
    return template


def _last_line(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.strip()), "it says nothing")


def _pack_code(source: Path, folder: Path, path: Path, with_bytecode: bool) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(source) as archive:
        archive.extractall(folder)
    if with_bytecode:
        compile_folder(folder)
    write_archive(folder, path)

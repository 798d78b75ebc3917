"""A layer: what a requirements file asks for, built by pip apart from the code, kept until an input changes.

It carries its own botocore, because the one in the Lambda runtime is older than pynamodb and our tests know,
but only the descriptions of the services that we call. chalice is left out: its packager puts its own runtime
beside app.py, and the rest of it is a command line.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.errors import InfraError
from infra.locks import exclusive
from infra.packaging.archive import compile_folder, write_archive
from infra.packaging.descriptions import slim
from infra.packaging.target import Target
from infra.settings import ROOT

CACHE = ROOT / ".local" / "layers"
KEPT = 8
NOT_PACKED = {"chalice"}
SERVICES = {"dynamodb", "s3", "sqs", "sts", "ssm", "sesv2", "ses", "iot", "iot-data", "lambda", "sns"}
# What the expression engine's command line brings, which we never import.
COMMAND_LINES = (
    "annotated_doc",
    "click",
    "markdown_it",
    "mdurl",
    "prompt_toolkit",
    "pygments",
    "rich",
    "shellingham",
    "typer",
    "wcwidth",
)
# Data for telling a number's region or carrier in words (we check and format numbers only); boto3 on top of
# the botocore that the functions call themselves.
LEFT_OUT = (
    "aws_lambda_powertools/event_handler",
    "bin",
    "boto3",
    "phonenumbers/carrierdata",
    "phonenumbers/geodata",
    "s3transfer",
)
# Of the image library: formats that nobody may hand in, fonts, colour management, windows, and what it brings
# along for them.
NOT_OUR_IMAGES = (
    *(
        f"PIL/_{name}.*.so"
        for name in ("avif", "imagingcms", "imagingft", "imagingmorph", "imagingtk", "webp")
    ),
    *(f"pillow.libs/lib{name}*" for name in ("avif", "brotli", "freetype", "harfbuzz", "lcms2", "png16")),
    *(f"pillow.libs/lib{name}*" for name in ("sharpyuv", "webp")),
)
# Of these folders only what is named: the logger's one helper, and the languages that pages speak.
ONLY = {
    "aws_lambda_powertools/utilities": {"__init__.py", "jmespath_utils"},
    "holidays/locale": {"en_US", "zh_CN"},
}
# Hundreds of small modules of which a process reads one or two: bytecode would only be more files to unpack.
WITHOUT_BYTECODE = (
    "holidays/countries",
    "holidays/financial",
    "phonenumbers/data",
    "phonenumbers/shortdata",
    "stdnum",
)


class LayerError(InfraError):
    """A requirement has no wheel that fits the target; the message is pip's."""


def build_layer(target: Target, requirements: Path = ROOT / "requirements.txt") -> Path:
    """Path of the layer's archive; built only when requirements, Python or platform changed. Raises
    LayerError."""
    wanted = wanted_requirements(requirements)
    inputs = repr((wanted, target, _recipe()))
    path = CACHE / f"layer-{hashlib.sha256(inputs.encode()).hexdigest()[:24]}.zip"
    with exclusive(CACHE / "lock"):
        if not path.exists():
            _build(wanted, target, path)
            _forget_old()
        path.touch()
    return path


def _build(wanted: list[str], target: Target, path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        folder = Path(scratch) / "python"
        _install(wanted, target, folder)
        _prune(folder)
        if target.has_this_python:
            compile_folder(folder)
            _prune_bytecode(folder)
        finished = Path(scratch) / "layer.zip"
        write_archive(folder, finished, "python/")
        finished.replace(path)


def wanted_requirements(path: Path) -> list[str]:
    """The requirement lines that go into the layer."""
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return sorted(line for line in lines if line and _name(line) not in NOT_PACKED)


def _name(requirement: str) -> str:
    end = next((i for i, letter in enumerate(requirement) if letter in "[<>=!~; "), len(requirement))
    return requirement[:end].lower()


def _recipe() -> str:
    recipe = (Path(__file__), Path(__file__).with_name("descriptions.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in recipe)).hexdigest()


def _forget_old() -> None:
    by_use = sorted(CACHE.glob("layer-*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in by_use[KEPT:]:
        path.unlink(missing_ok=True)


def _install(wanted: list[str], target: Target, folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-compile",
    ]
    command += ["--only-binary", ":all:", "--target", str(folder)]
    if not target.is_this_machine:
        command += ["--implementation", "cp", "--python-version", target.python]
        command += [f"--platform={platform}" for platform in target.wheels]
    done = subprocess.run([*command, *wanted], capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [
            done.stderr.strip()
        ]
        raise LayerError(
            f"The layer for Python {target.python} on {target.architecture} cannot be built: {lines[0]}"
        )


def _prune(folder: Path) -> None:
    for name in (*LEFT_OUT, *COMMAND_LINES):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in [found for pattern in NOT_OUR_IMAGES for found in folder.glob(pattern)]:
        path.unlink()
    for name, kept in ONLY.items():
        for entry in (folder / name).iterdir() if (folder / name).is_dir() else ():
            if entry.name not in kept:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for stub in [*folder.rglob("*.pyi"), *folder.rglob("py.typed")]:
        stub.unlink()
    if (folder / "botocore").is_dir():
        slim(folder / "botocore" / "data", SERVICES)
    for cache in list(folder.rglob("__pycache__")):
        shutil.rmtree(cache)


def _prune_bytecode(folder: Path) -> None:
    for name in WITHOUT_BYTECODE:
        for cache in list((folder / name).rglob("__pycache__")):
            shutil.rmtree(cache)

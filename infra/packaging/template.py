"""The template: Chalice's own, with the fragments of infra/template merged in by Chalice."""

import json
from pathlib import Path
from typing import Any

import yaml

from infra.errors import InfraError
from infra.packaging.target import Target
from infra.settings import ROOT

FRAGMENTS = ROOT / "infra" / "template"
FUNCTIONS = ("APIHandler", "Admin", "Provisioner", "Readings", "Tasks", "Nightly", "Tick", "Claims")
LAYERS = {
    "DependencyLayer": "What requirements.txt asks for",
    "FilesLayer": "What layers/files/requirements.txt asks for",
}


class TemplateError(InfraError):
    """Two fragments define the same thing; the message names it."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`, `!Sub` ...)."""


def _intrinsic(loader: _Loader, suffix: str, node: Any) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def load_fragments(folder: Path = FRAGMENTS) -> dict[str, Any]:
    """All fragments as one template. Raises TemplateError."""
    merged: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yaml")):
        fragment = yaml.load(path.read_text(), Loader=_Loader)  # a subclass of SafeLoader
        for section, entries in fragment.items():
            known = merged.setdefault(section, {})
            if twice := known.keys() & entries.keys():
                raise TemplateError(f"{path.name} defines {', '.join(sorted(twice))} a second time.")
            known.update(entries)
    return merged


def write_merge_template(path: Path, target: Target) -> None:
    """What Chalice merges into its template for a target."""
    template = load_fragments()
    for name in FUNCTIONS:
        properties = template["Resources"][name].setdefault("Properties", {})
        properties |= {"Runtime": f"python{target.python}", "Architectures": [target.architecture]}
    for name, description in LAYERS.items():
        template["Resources"][name] = {
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {
                "Description": description,
                "CompatibleRuntimes": [f"python{target.python}"],
                "CompatibleArchitectures": [target.architecture],
                "Content": {"S3Bucket": "placed-by-townkit-deploy", "S3Key": "placed-by-townkit-deploy"},
            },
        }
    path.write_text(json.dumps(template))


def place_code(
    template: dict[str, Any], bucket: str, code_key: str, layer_keys: dict[str, str]
) -> dict[str, Any]:
    """The template with its code and its layers (by their names in LAYERS) found in a bucket."""
    placed: dict[str, Any] = json.loads(json.dumps(template))
    for resource in placed["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": code_key}
    for name, key in layer_keys.items():
        content = placed["Resources"][name]["Properties"]["Content"]
        content |= {"S3Bucket": bucket, "S3Key": key}
    return placed

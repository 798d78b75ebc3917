"""What `townkit package` writes: archives that can be made again, one layer for many edits, any partition."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.packaging import layer
from infra.packaging.archive import digest, write_archive
from infra.packaging.build import PackageError, package
from infra.packaging.target import Target, target_for
from infra.packaging.template import TemplateError, load_fragments, place_code

STAGES = ("local", "prod")
REGION = re.compile(r"\b(us|eu|ap|cn|sa|ca|me|af|il|mx)-(gov-)?(north|south|east|west|central)\w*-\d\b")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return {stage: package(stage, folder=tmp_path_factory.mktemp(stage)) for stage in STAGES}


@pytest.mark.parametrize("stage", STAGES)
def test_template_names_no_partition_region_or_domain(packages: dict[str, Any], stage: str) -> None:
    """So it packages for aws-cn too: whatever differs there comes from pseudo parameters."""
    text = json.dumps(packages[stage].template)
    principals = set(re.findall(r'"(\w+\.amazonaws\.com)"', text))
    assert principals <= {
        f"{s}.amazonaws.com" for s in ("lambda", "apigateway", "iot", "cloudfront", "events")
    }
    rest = re.sub(r'"(malware-protection-plan\.)?\w+\.amazonaws\.com"', "", text)
    assert "amazonaws" not in rest
    assert "arn:aws" not in rest
    assert not REGION.search(rest)


def test_same_source_gives_the_same_archive(packages: dict[str, Any], tmp_path: Path) -> None:
    again = package("local", folder=tmp_path)
    assert again.code_key == packages["local"].code_key
    assert again.layer_key == packages["local"].layer_key


def test_code_archive_has_functions_beside_templates_and_no_dependencies(packages: dict[str, Any]) -> None:
    names = zipfile.ZipFile(packages["local"].code).namelist()
    assert "chalicelib/functions/core/settings.py" in names
    assert "chalicelib/templates/i18n/zh_Hans.mo" in names
    assert "chalicelib/templates/assets/manifest.json" in names
    assert "chalicelib/templates/devices/catalogue.json" in names
    assert not any(name.startswith(("boto", "pynamodb", "vendor")) or name.endswith(".po") for name in names)


def test_packaged_app_starts_with_its_layer_alone(packages: dict[str, Any], tmp_path: Path) -> None:
    """Without this checkout and its virtual environment: only the archives that are deployed."""
    for archive in (packages["local"].layer, packages["local"].code):
        zipfile.ZipFile(archive).extractall(tmp_path)
    folders = [str(tmp_path), str(tmp_path / "python")]
    script = f"import sys; sys.path[:0] = {folders}; import app; print(app.app.app_name)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout == "townkit\n", done.stderr


def test_only_the_tasks_worker_carries_the_image_library(packages: dict[str, Any]) -> None:
    template = packages["prod"].template
    assert template["Globals"]["Function"]["Layers"] == [{"Ref": "DependencyLayer"}]
    carry = {
        n for n, r in template["Resources"].items() if "FilesLayer" in json.dumps(r.get("Properties", {}))
    }
    assert carry == {"Tasks"}
    assert not any("PIL/" in name for name in zipfile.ZipFile(packages["prod"].layer).namelist())


def test_aws_stages_run_on_arm_and_a_python_that_aws_offers(packages: dict[str, Any]) -> None:
    target = target_for("prod")
    functions = [
        r["Properties"] for r in packages["prod"].template["Resources"].values()
        if r["Type"] == "AWS::Serverless::Function"
    ]  # fmt: skip
    assert len(functions) == 8
    assert {(f["Runtime"], *f["Architectures"]) for f in functions} == {(f"python{target.python}", "arm64")}
    compiled = [n for n in zipfile.ZipFile(packages["prod"].layer).namelist() if n.endswith(".so")]
    assert compiled
    assert all("aarch64" in name or "abi3" in name for name in compiled)


def test_api_stays_below_the_number_of_paths_that_api_gateway_allows(packages: dict[str, Any]) -> None:
    """300 resources an API (Amazon API Gateway quotas, REST APIs); Chalice spends one for each path node."""
    paths = packages["prod"].template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    nodes = {tuple(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 2)}
    assert len(nodes) < 250


def test_every_function_has_a_role_of_its_own(packages: dict[str, Any]) -> None:
    roles = [
        r["Properties"]["Role"]["Fn::GetAtt"][0] for r in packages["prod"].template["Resources"].values()
        if r["Type"] == "AWS::Serverless::Function"
    ]  # fmt: skip
    assert len(set(roles)) == len(roles)


def test_layer_stays_the_same_when_code_changes(packages: dict[str, Any], tmp_path: Path) -> None:
    edited = tmp_path / "app.py"
    edited.write_text((layer.ROOT / "app.py").read_text() + "\n# edited\n")
    again = package("local", edited, tmp_path / "build")
    assert again.layer_key == packages["local"].layer_key
    assert again.code_key != packages["local"].code_key


def test_requirement_without_a_fitting_wheel_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer, "CACHE", tmp_path / "cache")
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("cryptography>=50,<51\n")
    with pytest.raises(layer.LayerError, match=r"Python 3\.12 on arm64"):
        layer.build_layer(Target("3.12", "arm64", ("manylinux_2_17_s390x",)), requirements)


def test_app_that_does_not_import_is_an_error_that_names_the_reason(tmp_path: Path) -> None:
    broken = tmp_path / "app.py"
    broken.write_text("import no_such_module\n")
    with pytest.raises(PackageError, match="no_such_module"):
        package("local", broken, tmp_path / "build")


def test_archive_bytes_do_not_depend_on_time(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    write_archive(folder, tmp_path / "one.zip")
    (folder / "a.txt").touch()
    write_archive(folder, tmp_path / "two.zip")
    assert digest(tmp_path / "one.zip") == digest(tmp_path / "two.zip")


def test_fragments_that_define_the_same_thing_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("Resources: {Queue: {Type: AWS::SQS::Queue}}\n")
    with pytest.raises(TemplateError, match=r"b\.yaml defines Queue"):
        load_fragments(tmp_path)


def test_placing_code_changes_a_copy(packages: dict[str, Any]) -> None:
    template = packages["prod"].template
    layers = {"DependencyLayer": "layer/2.zip", "FilesLayer": "layer/3.zip"}
    placed = place_code(template, "bucket", "code/1.zip", layers)
    assert placed["Resources"]["Admin"]["Properties"]["CodeUri"] == {"Bucket": "bucket", "Key": "code/1.zip"}
    assert template["Resources"]["Admin"]["Properties"]["CodeUri"] == "./deployment.zip"


# The expression engine's command line is replaced before its import; pinyin is only looked up where a city's
# file is compiled, on the operator's machine.
NOT_AS_THEY_ARE = {"cel", "pypinyin"}


def test_everything_that_a_function_may_import_later_is_in_the_layer(
    packages: dict[str, Any], tmp_path: Path
) -> None:
    """What is imported only when it is needed would otherwise be missed only when it is needed."""
    for archive in (packages["local"].layer, packages["local"].files_layer, packages["local"].code):
        zipfile.ZipFile(archive).extractall(tmp_path)
    folders = [str(tmp_path / "chalicelib"), str(tmp_path), str(tmp_path / "python")]
    lines = ["import sys, importlib", f"sys.path[:0] = {folders}"]
    modules = sorted(_imported_by_functions() - NOT_AS_THEY_ARE)
    lines += [
        "from functions.services.expressions import Facts, compile",
        "assert compile('1 < 2').attempt(Facts({}, None)) is True",
    ]
    lines += [f"importlib.import_module({name!r})" for name in modules]
    lines += [
        "from aws_lambda_powertools.logging import Logger; Logger(service='x')",
        "import holidays; assert holidays.country_holidays('CN', years=2026, language='zh_CN')",
        "import holidays; assert holidays.country_holidays('US', years=2026)",
        "import phonenumbers as p; assert p.is_valid_number(p.parse('+13145551234'))",
        "from stdnum.cn import ric",
        "import io; from PIL import Image; picture = io.BytesIO()",
        "Image.new('RGB', (9, 9)).save(picture, 'JPEG')",
        "from functions.files import images; assert images.prepare(picture.getvalue(), 'jpeg')",
    ]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "\n".join(lines)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def _imported_by_functions() -> set[str]:
    """Modules that any file of functions/ imports, at its top or later."""
    found = set()
    for path in (layer.ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    return found


def test_what_a_queue_does_not_take_from_a_topic_rule_is_kept(packages: dict[str, Any]) -> None:
    """A device has been told that its message was taken."""
    resources = packages["prod"].template["Resources"].values()
    rules = [
        one["Properties"]["TopicRulePayload"] for one in resources if one["Type"] == "AWS::IoT::TopicRule"
    ]
    kept = {"Ref": "ReadingsDeadLetters"}
    assert [rule["ErrorAction"]["Sqs"]["QueueUrl"] for rule in rules] == [kept, kept]

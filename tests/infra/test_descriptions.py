"""The layer's botocore knows less by heart and does the same."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import botocore
import botocore.session
import pytest

from infra.packaging.descriptions import OPERATIONS, slim

KEPT = {"dynamodb", "sesv2", "ssm", "sts"}
WHOLE = Path(botocore.__file__).parent / "data"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("botocore") / "data"
    folder.mkdir()
    for name in KEPT | {"sqs"}:
        shutil.copytree(WHOLE / name, folder / name)
    for path in WHOLE.glob("*.json"):
        shutil.copyfile(path, folder / path.name)
    slim(folder, KEPT)
    return folder


def client(service: str, data: Path | None, region: str):
    session = botocore.session.Session()
    if data:
        loader = session.get_component("data_loader")
        loader.search_paths[:] = [str(data)]
    return session.create_client(
        service, region_name=region, aws_access_key_id="key", aws_secret_access_key="secret"
    )


def test_services_that_nobody_calls_are_gone(data: Path) -> None:
    assert {entry.name for entry in data.iterdir() if entry.is_dir()} == KEPT


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1", "xx-local-1"])
@pytest.mark.parametrize("service", sorted(KEPT))
def test_a_client_calls_the_same_address_with_the_same_operations(
    data: Path, service: str, region: str
) -> None:
    small, whole = client(service, data, region), client(service, None, region)
    assert small.meta.endpoint_url == whole.meta.endpoint_url
    wanted = OPERATIONS.get(service) or set(whole.meta.service_model.operation_names)
    assert set(small.meta.service_model.operation_names) == wanted


@pytest.mark.parametrize("service", sorted(KEPT))
def test_every_operation_has_the_same_input_and_output(data: Path, service: str) -> None:
    small, whole = (client(service, at, "eu-west-1").meta.service_model for at in (data, None))
    for name in small.operation_names:
        for side in ("input_shape", "output_shape"):
            ours, theirs = (getattr(model.operation_model(name), side) for model in (small, whole))
            assert members(ours) == members(theirs), name


def members(shape, depth: int = 4):
    if shape is None or not depth:
        return None
    if shape.type_name == "structure":
        return {name: members(one, depth - 1) for name, one in shape.members.items()}, shape.required_members
    if shape.type_name == "list":
        return [members(shape.member, depth - 1)]
    return shape.type_name, dict(shape.serialization)


def test_no_texts_for_people_are_left(data: Path) -> None:
    for path in data.glob("*/*/service-2.json.gz"):
        assert '"documentation":"' not in gzip.decompress(path.read_bytes()).decode()
    services = [
        name
        for part in json.loads((data / "endpoints.json").read_text())["partitions"]
        for name in part["services"]
    ]
    assert "dynamodb" in services and "email" in services and "ec2" not in services

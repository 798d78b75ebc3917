"""`townkit lint`, `plan`, `apply`, `cities`, `export`, `upgrade` against the world in moto."""

from __future__ import annotations

import copy
import io
import json
import shutil
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from functions.tenancy import upgrade as upgrading
from functions.tenancy.admin import handle_admin
from infra.cli import main
from infra.cli.connection import FunctionFailedError
from tests.tenancy.conftest import TENANTS, real_config
from tests.world import World


class InPlace:
    """A connection that calls the admin function in this process, through JSON as the real one does."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def invoke(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Like infra.cli.connection.Connection."""
        assert function == "admin"
        event = json.loads(json.dumps(payload))
        self.events.append(event)
        try:
            answer: dict[str, Any] = json.loads(json.dumps(handle_admin(event)))
        except Exception as error:
            raise FunctionFailedError(str(error), type(error).__name__) from error
        return answer


@pytest.fixture
def townkit(land: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command line; answers its result. ``townkit.events`` is what was asked of the admin function."""
    connection = InPlace()
    monkeypatch.setattr("infra.cli.options.connection_for", lambda *options: connection)

    def run(*arguments: object) -> Any:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    run.events = connection.events  # type: ignore[attr-defined]
    return run


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command line that must not ask anybody anything."""

    class Nobody:
        def invoke(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
            raise AssertionError(f"asked for {payload['action']}")

    monkeypatch.setattr("infra.cli.options.connection_for", lambda *options: Nobody())
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


FOUNDERS = date(2027, 4, 30)
OAKVILLE = TENANTS / "oakville.yaml"


def test_lint_says_that_a_good_file_is_good(offline):
    result = offline("lint", OAKVILLE)
    assert (result.exit_code, result.output) == (0, f"{OAKVILLE}: nothing to complain about\n")


@pytest.mark.parametrize("command", ["lint", "plan", "apply"])
@pytest.mark.parametrize(
    "content", [b"id: [", b"\xff\xfe", b"id: a\nid: b\n", b"colour: red\n", b"x" * 1_000_001]
)
def test_bad_input_is_one_sentence_exit_code_1_and_nothing_asked(offline, tmp_path, command, content):
    path = tmp_path / "city.yaml"
    path.write_bytes(content)
    result = offline(command, path)
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert result.output.startswith(f"Error: {path}")


@pytest.mark.parametrize("command", ["lint", "plan", "apply"])
def test_a_file_with_an_error_of_meaning_changes_nothing(offline, command):
    path = TENANTS.parent / "tests" / "bad" / "contrast-low.yaml"
    result = offline(command, path)
    assert result.exit_code == 1
    assert f"{path}:21:3: error contrast-low: brand_text on brand has a contrast of 3.33" in result.output
    assert "nothing was changed" in result.output


def test_a_warning_is_shown_and_stops_nothing(offline):
    result = offline("lint", TENANTS.parent / "tests" / "bad" / "device-outside.yaml")
    assert result.exit_code == 0
    assert "warning device-outside" in result.output


def test_plan_shows_changes_with_exit_code_2_and_nothing_to_do_with_0(townkit):
    first = townkit("plan", OAKVILLE)
    assert first.exit_code == 2
    assert "+ city oakville: Oakville (demo)" in first.output
    assert townkit("apply", OAKVILLE).exit_code == 0
    second = townkit("plan", OAKVILLE)
    assert (second.exit_code, second.output) == (0, "oakville: nothing to do\n")


def test_plan_shows_a_change_as_a_line(townkit, tmp_path):
    townkit("apply", OAKVILLE)
    path = changed_file(tmp_path, lambda data: data["colours"].update(brand="#004400"))
    result = townkit("plan", path)
    assert result.exit_code == 2
    assert '  ~ colours.brand: "#1b5e20" -> "#004400"\n' in result.output
    assert "steps: configuration, staff, live" in result.output


def test_apply_shows_every_step_and_the_second_time_does_nothing(townkit):
    result = townkit("apply", OAKVILLE)
    steps = [line.split(":")[0].strip() for line in result.output.splitlines()[1:-1]]
    assert steps == ["table", "files", "devices", "configuration", "staff", "live"]
    assert result.output.endswith("oakville: live\n")
    assert townkit("apply", OAKVILLE).output == "oakville: nothing to do\n"


def test_apply_says_which_step_failed_and_why_and_cities_repeats_it(townkit, monkeypatch):
    def broken(city_id: str) -> dict[str, Any]:
        raise RuntimeError("no more tables")

    monkeypatch.setattr("functions.tenancy.provisioner.ensure_table", broken)
    result = townkit("apply", OAKVILLE)
    assert result.exit_code == 1
    assert result.output.endswith("Error: The step table failed: RuntimeError: no more tables\n")
    listed = townkit("cities").output
    assert "oakville             onboarding" in listed
    assert "failed: table (for configuration 1): RuntimeError: no more tables" in listed


def test_cities_lists_nothing_and_then_what_is_live(townkit):
    assert townkit("cities").output == "There are no cities yet.\n"
    townkit("apply", OAKVILLE)
    assert (
        townkit("cities").output
        == "oakville             live        configuration 1        Oakville (demo)\n"
    )


def test_export_gives_the_file_and_the_logo_back(townkit, tmp_path):
    townkit("apply", OAKVILLE)
    result = townkit("export", "oakville", "--out", tmp_path / "deep" / "oakville.yaml")
    assert result.exit_code == 0
    assert (tmp_path / "deep" / "oakville.yaml").read_bytes() == OAKVILLE.read_bytes()
    assert (tmp_path / "deep/logos/oakville.svg").read_bytes() == (
        TENANTS / "logos/oakville.svg"
    ).read_bytes()
    assert townkit("plan", tmp_path / "deep" / "oakville.yaml").exit_code == 0


def test_export_of_an_unknown_city_is_one_sentence(townkit):
    result = townkit("export", "nowhere")
    assert (result.exit_code, result.output) == (1, "Error: There is no city of that name\n")


def changed_file(folder, change):
    """Oakville's file with its data changed, in a folder with its logo."""
    yaml = YAML()
    data = yaml.load(OAKVILLE.read_text(encoding="utf-8"))
    change(data)
    shutil.copytree(TENANTS / "logos", folder / "logos", dirs_exist_ok=True)
    path = folder / "oakville.yaml"
    out = io.StringIO()
    yaml.dump(data, out)
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "currency": st.just("USD"),
        "logo": st.none(),
        "brand": st.sampled_from(["#004400", "#330066", "#222222"]),
        "holiday": st.dates().filter(lambda day: 2026 <= day.year <= 2030 and day != FOUNDERS),
        "name": st.text(
            st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30
        ),
        "drafts": st.integers(14, 90),
        "hours": st.tuples(st.integers(6, 11), st.integers(12, 23)),
        "member": st.from_regex(r"[a-z]{1,10}", fullmatch=True).filter(
            lambda name: name not in ("admin", "clerk")
        ),
    },
)


def change_with(values):
    """A function that puts drawn values into the data of a file."""

    def change(data):
        for key, value in values.items():
            if key == "logo":
                del data["logo"]
            elif key == "brand":
                data["colours"]["brand"] = value
            elif key == "holiday":
                data["calendar"]["holidays"].append(
                    {"date": value.isoformat(), "name": {"en": "x", "zh-Hans": "休"}}
                )
            elif key == "name":
                data["departments"]["city-clerk"]["names"]["en"] = f"City {value}".strip()
            elif key == "drafts":
                data["privacy"]["retention"]["drafts"] = value
            elif key == "hours":
                data["calendar"]["week"]["fri"] = [[f"{value[0]:02}:00", f"{value[1]:02}:00"]]
            elif key == "member":
                member = copy.deepcopy(data["staff"][1])
                member["email"] = f"{value}@somewhere.example"
                data["staff"].append(member)

    return change


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES)
def test_export_after_any_apply_has_nothing_to_do(townkit, tmp_path_factory, values):
    path = changed_file(tmp_path_factory.mktemp("file"), change_with(values))
    applied = townkit("apply", path)
    assert applied.exit_code == 0, applied.output
    out = tmp_path_factory.mktemp("export") / "oakville.yaml"
    assert townkit("export", "oakville", "--out", out).exit_code == 0
    assert out.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
    again = townkit("plan", out)
    assert (again.exit_code, again.output) == (0, "oakville: nothing to do\n")


def own_items(city_id: str) -> int:
    """What an apply leaves in a city's table: the configuration, its staff, the versions of its services."""
    config = real_config(city_id)
    return 1 + len(config["staff"]) + len(config["services"])


def test_upgrade_of_a_current_city_changes_nothing_and_reports(townkit):
    townkit("apply", OAKVILLE)
    result = townkit("upgrade")
    assert (result.exit_code, result.output) == (
        0,
        f"oakville: structure changed: nothing; items: {own_items('oakville')} seen, 0 changed\n",
    )


def test_upgrade_brings_items_table_and_index_to_the_current_definition(townkit, land, monkeypatch):
    townkit("apply", OAKVILLE)
    table = "townkit-test-city-oakville"
    for n in range(250):
        old = {"pk": {"S": f"CASE#{n:04}"}, "sk": {"S": "META"}, "v": {"N": "1"}, "state": {"S": "submitted"}}
        land.dynamodb.put_item(TableName=table, Item=old)
    land.dynamodb.update_table(
        TableName=table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "list"}}]
    )
    monkeypatch.setitem(upgrading.MIGRATIONS, ("CASE#.*", 1), lambda item: {**item, "colour": {"S": "blue"}})
    monkeypatch.setitem(
        upgrading.MIGRATIONS,
        ("CASE#.*", 2),
        lambda item: {**item, "colour": {"S": item["colour"]["S"].upper()}},
    )
    result = townkit("upgrade", "oakville")
    seen = 250 + own_items("oakville")
    assert result.output == f"oakville: structure changed: index list; items: {seen} seen, 250 changed\n"
    item = land.dynamodb.get_item(TableName=table, Key={"pk": {"S": "CASE#0007"}, "sk": {"S": "META"}})[
        "Item"
    ]
    assert (item["v"]["N"], item["colour"]["S"], item["state"]["S"]) == ("3", "BLUE", "submitted")
    indexes = land.dynamodb.describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]
    assert [index["IndexName"] for index in indexes] == ["list"]


def test_an_upgrade_that_was_stopped_goes_on_where_it_was(townkit, land, monkeypatch):
    townkit("apply", OAKVILLE)
    table = "townkit-test-city-oakville"
    for n in range(250):
        item = {"pk": {"S": f"CASE#{n:04}"}, "sk": {"S": "META"}, "v": {"N": "1"}}
        land.dynamodb.put_item(TableName=table, Item=item)
    monkeypatch.setitem(upgrading.MIGRATIONS, ("CASE#.*", 1), lambda item: item)
    first = handle_admin({"action": "upgrade-items", "city": "oakville"})
    assert (first["done"], first["seen"]) == (False, upgrading.PAGE)
    seen = 250 + own_items("oakville")
    assert f"items: {seen} seen, 250 changed" in townkit("upgrade", "oakville").output


def test_an_item_that_changed_while_it_was_upgraded_is_left_alone(townkit, land, monkeypatch):
    townkit("apply", OAKVILLE)
    table = "townkit-test-city-oakville"
    key = {"pk": {"S": "CASE#1"}, "sk": {"S": "META"}}
    land.dynamodb.put_item(TableName=table, Item={**key, "v": {"N": "1"}})

    def meanwhile(item):
        land.dynamodb.put_item(TableName=table, Item={**key, "v": {"N": "2"}, "by": {"S": "somebody else"}})
        return item

    monkeypatch.setitem(upgrading.MIGRATIONS, ("CASE#.*", 1), meanwhile)
    assert "0 changed" in townkit("upgrade", "oakville").output
    assert land.dynamodb.get_item(TableName=table, Key=key)["Item"]["by"]["S"] == "somebody else"


def test_a_city_that_cannot_be_upgraded_keeps_no_other_from_it(townkit, monkeypatch):
    townkit("apply", OAKVILLE)
    townkit("apply", TENANTS / "qinghe.yaml")
    whole = upgrading.upgrade_structure

    def broken(city_id: str) -> dict[str, Any]:
        if city_id == "oakville":
            raise RuntimeError("the table is locked")
        return whole(city_id)

    monkeypatch.setattr(upgrading, "upgrade_structure", broken)
    result = townkit("upgrade")
    assert result.exit_code == 1
    assert "oakville: failed: the table is locked" in result.output
    seen = own_items("qinghe")
    assert f"qinghe: structure changed: nothing; items: {seen} seen, 0 changed" in result.output


def test_schema_check_is_silent_when_the_file_is_current(offline):
    result = offline("schema", "--check")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize("command", ["lint", "plan", "apply", "cities", "export", "upgrade", "schema"])
def test_every_command_explains_itself(offline, command):
    result = offline(command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.sensing import profiles
from functions.sensing.domain import Rule, readings_of, step
from functions.sensing.senml import resolve
from infra.cli import devices
from infra.simulator import model

NOW = 1_790_000_000.0
RULE = {"id": "high-water", "metric": "level", "kind": "above", "level": 3.5, "clear": 3.2}


def thing(profile_id="river-level", rules=(RULE,)):
    return {"thing": "river-1", "profile": profiles.load(profile_id), "rules": list(rules), "topic": "t"}


@pytest.mark.parametrize("profile_id", profiles.profile_ids())
@given(st.integers(0, 86_400))
def test_every_simulated_pack_is_taken_as_it_is(profile_id, second):
    pack = model.pack(thing(profile_id, ()), [NOW - 60, NOW], "seed", NOW, True)
    found, strange = readings_of(resolve(json.dumps(pack), NOW), profiles.load(profile_id)["quantities"])
    assert strange == []
    assert len(found) == 2 * len(profiles.load(profile_id)["quantities"])


def test_the_same_seed_gives_the_same_values_and_another_one_others():
    first, second, other = (model.pack(thing(), [NOW], seed, NOW, False) for seed in ("a", "a", "b"))
    assert first == second != other


@pytest.mark.parametrize("interval", [1, 5, 10, 15])
def test_an_alarm_comes_soon_and_ends_again(interval):
    rule = Rule("high-water", "level", "above", 3.5, 3.2, readings=3)
    memory, changes = 0, []
    for second in range(0, 400, interval):
        (row, *_) = model.pack(thing(), [NOW + second], "townkit", NOW, True)
        memory, change = step(rule, memory, row["v"])
        if change:
            changes.append((change, second))
    assert [change for change, _ in changes] == ["raised", "cleared"]
    assert changes[0][1] <= 90


def test_a_device_without_rules_never_rises():
    values = [model.pack(thing(rules=()), [NOW + s], "x", NOW, True)[0]["v"] for s in range(0, 7200, 60)]
    assert max(values) < 3.2


def test_the_files_of_a_device_are_for_its_owner_and_come_with_a_command_line(tmp_path):
    answer = {
        "private_key": "secret\n", "certificate": "c\n", "client_id": "oakville:x", "profile": "river-level",
        "topic": "$aws/rules/r/oakville/x/data", "host": "localhost", "port": "8883",
        "quantities": {"level": {"unit": "m", "range": [-5, 30]}},
    }  # fmt: skip
    devices.write_files(tmp_path / "x", answer, "root\n")
    assert (tmp_path / "x" / "key.pem").stat().st_mode & 0o777 == 0o600
    readme = (tmp_path / "x" / "README.txt").read_text()
    assert "mosquitto_pub -h localhost -p 8883 --cafile ca.pem" in readme
    assert """-t '$aws/rules/r/oakville/x/data' -m '[{"n":"level","u":"m","v":1}]'""" in readme

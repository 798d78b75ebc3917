from infra.cli import devices


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

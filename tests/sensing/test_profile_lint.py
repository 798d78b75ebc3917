import pytest

from functions.sensing import profile_lint, profiles

BINS = (profiles.folder() / "waste-bin.yaml").read_text(encoding="utf-8")
HOME = (profiles.folder() / "home-motion.yaml").read_text(encoding="utf-8")
TRUCK = (profiles.folder() / "muck-truck.yaml").read_text(encoding="utf-8")
CHARGING = (profiles.folder() / "charging-point.yaml").read_text(encoding="utf-8")
WATER = (profiles.folder() / "tap-water.yaml").read_text(encoding="utf-8")


def codes(text):
    return {finding.code for finding in profile_lint.check_file("x.yaml", text.encode())}


@pytest.mark.parametrize("path", sorted(profiles.folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_nothing_is_to_be_said_about_a_profile_that_ships(path):
    assert profile_lint.show(path.name, path.read_bytes()) == []


@pytest.mark.parametrize(
    ("code", "text", "right", "wrong"),
    [
        ("text-missing", BINS, "{en: Waste bin, zh-Hans: 智能垃圾桶}", "{en: Waste bin}"),
        ("unit-unknown", BINS, "unit: kg", "unit: stone"),
        ("unit-unknown", BINS, "unit: kg", "unit: kg\n    ucum: lb"),
        ("icon-unknown", BINS, "icon: bin", "icon: dragon"),
        ("name-unclear", BINS, "  weight:\n", "  ts:\n"),
        ("rule-repeated", BINS, "- id: fire", "- id: full"),
        ("rule-without-quantity", BINS, "metric: temperature\n    levels", "metric: heat\n    levels"),
        ("rule-without-quantity", TRUCK, "[lid-is-open, moving]", "[lid-is-open, offline]"),
        ("limit-out-of-range", BINS, "clear: 20", "clear: -20"),
        ("basis-missing", WATER, "basis: Quoted from memory of GB 5749. Confirm", "basis: ''  #"),
        ("command-unknown", CHARGING, '{name: charging, value: "off"}', '{name: charging, value: "no"}'),
        ("command-unknown", CHARGING, '{name: charging, value: "off"}', '{name: x, value: "off"}'),
        ("health-unclear", HOME, "retention: personal", "retention: event"),
        ("decoder-impossible", HOME, "bits: [7, 1]", "bits: [7, 2]"),
        ("decoder-impossible", HOME, "metric: door, byte", "metric: window, byte"),
        ("mapping-impossible", BINS, "path: temperature, unit: Cel", "path: temperature, unit: m"),
        ("attribute-unknown", BINS, "weight: cargoWeight", "mass: cargoWeight"),
        ("sample-unsound", BINS, "raises: [full, fire]", "raises: [full, fire, offline]"),
        ("rule-unproved", BINS, "raises: [full, fire]", "raises: [full]"),
    ],
)
def test_each_check_finds_what_it_is_for(code, text, right, wrong):
    assert right in text
    assert code in codes(text.replace(right, wrong, 1))


def test_a_finding_says_where_it_stands_and_a_file_that_is_no_profile_is_one_line():
    text = BINS.replace("unit: kg", "unit: stone")
    line = text[: text.index("unit: stone")].count("\n") + 1
    assert profile_lint.show("bin.yaml", text.encode())[0].startswith(
        f"bin.yaml:{line}:5: error unit-unknown:"
    )
    for broken in (b"", b"- 1", b"a: [", b"format: 2", BINS.replace("lane: urgent", "lane: fast").encode()):
        [said] = profile_lint.show("bin.yaml", broken)
        assert said.startswith("bin.yaml")

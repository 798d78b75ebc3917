"""Reading a city's file: whatever the bytes are, the answer is a model or one clear sentence with a place."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.tenancy.loader import load_city, parse_city
from functions.tenancy.schemas import CityFile, json_schema
from functions.tenancy.source import MAX_BYTES, MAX_NODES, Refused, read

TENANTS = Path(__file__).parents[2] / "tenants"
OAKVILLE = (TENANTS / "oakville.yaml").read_bytes()


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        parse_city("city.yaml", content)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"id: [1\nname",
            "city.yaml:2:5: this is not valid YAML: expected ',' or ']', but got '<stream end>'",
        ),
        (
            b"a: 1\n\tb: 2",
            "city.yaml:2:1: this is not valid YAML: found character '\\t' that cannot start any token",
        ),
        (b"", "city.yaml: the file is empty"),
        (b"- a\n- b\n", "city.yaml:1:1: the file must be a mapping with keys such as id: and names:"),
        (b"id: \xff", "city.yaml:1:5: the file is not UTF-8 text"),
        (b"id: a\nid: b\n", 'city.yaml:2:1: the key "id" stands here a second time (first in line 1)'),
        (b"a: 1\n---\nb: 2\n", "city.yaml:2:1: this is not valid YAML: but found another document"),
        (b"a: !!python/object/apply:os.system [ls]\n", "city.yaml:1:4: the tag tag:yaml.org,2002:python/"),
        (b"1: a\n", "city.yaml:1:1: the key 1 must be a text; put it in quotes"),
        (b"x: &x {a: 1}\ny:\n  <<: *x\n", 'city.yaml:3:3: "<<" (merge) is not part of YAML 1.2'),
        (b'a: "\\ud800"\n', "city.yaml:1:4: this text contains half of a character"),
        (b"a: \x07\n", "city.yaml:1:4: the file contains U+0007"),
        (b"[" * 5000, "city.yaml:1:41: this is nested too deeply; at most 40 levels are allowed"),
        (b"a: &a [*a]\n", "city.yaml:1:4: this is nested too deeply"),
    ],
)
def test_broken_yaml_is_refused_with_its_place(content, sentence):
    said = refusal(content)
    assert said.startswith(sentence)
    assert "\n" not in said


def test_a_file_over_a_megabyte_is_refused_before_it_is_read():
    assert "at most 1,000,000 are allowed" in refusal(b"#" * (MAX_BYTES + 1))


def test_anchors_that_expand_beyond_the_limit_are_refused():
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    assert f"anchors expand this file to more than {MAX_NODES:,} values" in refusal("\n".join(lines).encode())


def test_a_file_with_too_many_values_is_refused_without_building_it():
    assert "the file has more than 50,000 values" in refusal(b"- a\n" * 200_000)


def test_a_small_anchor_is_fine():
    assert read("x", b"a: &hours [1, 2]\nb: *hours\n").data == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (b"country: us", b"countri: us", 'unknown key "countri"; did you mean "country"?'),
        (b"  email: hello@", b"  emial: hello@", 'unknown key "emial"; did you mean "email"?'),
        (b"      clear: 3.2", b"      cleer: 3.2", 'unknown key "cleer"; did you mean "clear"?'),
        (b"demo: true", b"demo: yes", '"demo" is "yes", but it must be true or false'),
        (b"lat: 30.512", b"lat: north", '"centre.lat" is "north", but it must be a number'),
        (b"lat: 30.512", b"lat: 95", '"centre.lat" is 95, but it must be 90.0 or less'),
        (b"lat: 30.512", b"lat: .nan", '"centre.lat" is NaN, but it must be a finite number'),
        (b"drafts: 14", b'drafts: "14"', '"privacy.retention.drafts" is "14", but it must be a whole number'),
        (
            b"date: 2027-04-30",
            b"date: 2027-02-30",
            '"calendar.holidays.0.date" is "2027-02-30", but it must be a date',
        ),
        (b"id: oakville\n", b"", '"id" is missing'),
        (
            b'["08:00", "12:00"], ["13:00"',
            b'["8:00", "12:00"], ["13:00"',
            '"calendar.week.mon.0.0" is "8:00", but it must',
        ),
        (b"schema: 1", b"schema: 2", '"schema" is 2, but it must be 1'),
        (b'brand: "#1b5e20"', b"brand: green", '"colours.brand" is "green", but it must look like'),
        (b"{above: 3.5, severity: high}", b"{severity: high}", "a level has either above or below"),
        (b"      clear: 3.2\n", b"      clear: 3.9\n", "clear lies on the good side of the weakest level"),
    ],
)
def test_a_wrong_shape_is_one_sentence_with_line_and_column(before, after, sentence):
    assert before in OAKVILLE
    said = refusal(OAKVILLE.replace(before, after, 1))
    assert sentence in said
    line = said.split(":")[1]
    assert line.isdigit()
    assert "\n" not in said


def test_the_place_is_the_line_of_the_wrong_key():
    said = refusal(OAKVILLE.replace(b"      clear: 3.2", b"      cleer: 3.2"))
    line = next(n for n, text in enumerate(OAKVILLE.decode().splitlines(), 1) if "clear: 3.2" in text)
    assert said.startswith(f"city.yaml:{line}:7: ")


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(Refused, match="the file cannot be read: No such file"):
        load_city(tmp_path / "nowhere.yaml")


@settings(deadline=None)
@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbfid: 1")
@example(b"%YAML 1.1\n---\na: 0o7\n")
@example(b"a: 0b\n")
@example(b"? ? a\n")
@example(b"!<tag:yaml.org,2002:int> x")
def test_garbage_never_ends_in_a_traceback(content):
    with pytest.raises(Refused):
        parse_city("garbage.yaml", content)


yaml_like = st.text(alphabet="ab:-?[]{}&*!|>'\"%@`#,\n\t 01.~<=\\\u4e2d\x85\u2028", max_size=120)


@settings(deadline=None)
@given(yaml_like)
def test_text_that_looks_like_yaml_never_ends_in_a_traceback(text):
    with pytest.raises(Refused):
        parse_city("garbage.yaml", text.encode())


@settings(deadline=None, max_examples=60)
@given(position=st.integers(0, len(OAKVILLE) - 1), new=st.binary(max_size=4), cut=st.integers(0, 6))
def test_a_damaged_real_file_is_a_model_or_one_sentence(position, new, cut):
    damaged = OAKVILLE[:position] + new + OAKVILLE[position + cut :]
    try:
        city, _ = parse_city("damaged.yaml", damaged)
        assert isinstance(city, CityFile)
    except Refused as error:
        assert "\n" not in str(error)


def test_the_json_schema_in_the_tree_is_current():
    assert (TENANTS / "schema.json").read_text(encoding="utf-8") == json_schema(), "run `townkit schema`"


def test_the_json_schema_refuses_unknown_keys_and_tells_what_fields_mean():
    schema = json.loads(json_schema())
    assert schema["additionalProperties"] is False
    assert schema["properties"]["zone"]["description"].startswith("IANA")
    assert all(part.get("additionalProperties") is False for part in schema["$defs"].values())


def test_tenant_files_name_the_schema_for_editors():
    for path in TENANTS.glob("*.yaml"):
        assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=./schema.json\n")

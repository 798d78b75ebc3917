"""The plan: readable lines for what changes, and nothing for what does not."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.tenancy.plan import differences
from tests.tenancy.conftest import real_config


def changed(path, value):
    """Oakville with one value changed."""
    config = copy.deepcopy(real_config("oakville"))
    part = config
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return config


def test_the_same_configuration_has_no_differences():
    assert differences(real_config("oakville"), copy.deepcopy(real_config("oakville"))) == []


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("colours", "brand"), "#004400", '~ colours.brand: "#1b5e20" -> "#004400"'),
        (
            ("departments", "city-clerk", "phone"),
            None,
            '~ departments.city-clerk.phone: "+1 512 555 0101" -> null',
        ),
        (("plan", "limits", "staff"), 41, "~ plan.limits.staff: 40 -> 41"),
        (("logo",), None, "~ logo: (4 values) -> null"),
    ],
)
def test_a_changed_value_is_one_line_with_before_and_after(path, value, line):
    assert differences(real_config("oakville"), changed(path, value)) == [line]


def test_somebody_who_leaves_and_somebody_who_comes_are_told_by_name():
    staff = real_config("oakville")["staff"]
    new = {"email": "new@oakville.example", "name": "New (demo)", "roles": ["admin"], "departments": []}
    lines = differences(real_config("oakville"), changed(("staff",), [new, *staff[1:]]))
    assert lines == [
        "- staff.admin@oakville.example: (4 values)",
        "+ staff.new@oakville.example: (4 values)",
    ]


def test_a_member_whose_role_changes_is_told_by_address_not_by_position():
    staff = copy.deepcopy(real_config("oakville")["staff"])
    staff[1]["roles"] = ["admin"]
    lines = differences(real_config("oakville"), changed(("staff",), staff))
    assert lines == ['~ staff.clerk@oakville.example.roles: ["clerk"] -> ["admin"]']


def test_a_new_order_of_named_entries_is_a_difference_too():
    staff = real_config("oakville")["staff"]
    assert differences(real_config("oakville"), changed(("staff",), staff[::-1]))


def test_legal_pages_are_told_as_a_whole():
    config = copy.deepcopy(real_config("oakville"))
    config["legal"]["terms"]["en"]["title"] = "Terms"
    assert differences(real_config("oakville"), config) == ["~ legal pages: terms (en)"]


def test_a_new_city_is_told_in_a_few_lines():
    lines = differences(None, real_config("qinghe"))
    assert lines[0] == "+ city qinghe: 清河市（演示）"
    assert all(line.startswith("+ ") for line in lines)
    assert len(lines) == 5


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    st.sampled_from(
        ["colours", "contact", "calendar", "departments", "staff", "services", "devices", "privacy", "x"]
    ),
    json_values,
)
def test_two_configurations_have_no_difference_exactly_when_they_are_the_same(key, value):
    live = real_config("oakville")
    file = {**live, key: value}
    assert (differences(live, file) == []) == (live == file)

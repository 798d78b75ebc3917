"""Groups and tables: rows come and go by buttons of the page, and nothing that was typed gets lost."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from functions.services import fields
from functions.services.domain import Field
from functions.web.rendering import environment
from tests.services.fields.rows import CELLS, COSTS, RULES, text

US = RULES["en"]
PEOPLE = Field({"id": "people", "type": "group", "label": text("People"), "fields": CELLS, "max_items": 3})
PLAIN = Field({
    "id": "plain", "type": "table", "label": text("Plain"), "max_items": 50,
    "fields": [{"id": "word", "type": "text", "label": text("Word"), "optional": True},
               {"id": "amount", "type": "money", "label": text("Amount"), "optional": True}],
})  # fmt: skip
WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
AMOUNTS = st.integers(0, 10**9)


def names(typed: dict[str, str]) -> list[str]:
    """Who stands in each row."""
    return [typed.get(f"people.{index}.who", "") for index in range(int(typed["people-rows"]))]


def people(*who: str) -> dict[str, str]:
    """A page with these rows typed."""
    return fields.shown(PEOPLE, [{"who": one} for one in who], US)


def press(command: str, typed: dict[str, str]) -> tuple[dict[str, str], str] | None:
    """What happens when a button of the page is pressed."""
    form = {name: [said] for name, said in typed.items()} | {"_rows": [command]}
    return fields.change_rows([PEOPLE], form, fields.read(PEOPLE, form, US))


def test_add_another_gives_an_empty_row_and_keeps_the_others() -> None:
    turned = press("add people", people("Ana"))
    assert turned is not None
    assert names(turned[0]) == ["Ana", ""]
    assert turned[1] == "people.1"


def test_there_are_never_more_rows_than_the_definition_allows() -> None:
    turned = press("add people", people("Ana", "Ben", "Cyd"))
    assert turned is not None and names(turned[0]) == ["Ana", "Ben", "Cyd"]
    view = fields.view(PEOPLE, turned[0], US)
    assert view["add"] == ""


def test_removing_a_row_moves_the_later_ones_up_with_all_their_parts() -> None:
    typed = people("Ana", "Ben", "Cyd") | {"people.2.born-year": "2015", "people.2.kinds": "a\nb"}
    form = {name: said.split("\n") for name, said in typed.items()} | {"_rows": ["remove people 0"]}
    turned = fields.change_rows([PEOPLE], form, fields.read(PEOPLE, form, US))
    assert turned is not None and names(turned[0]) == ["Ben", "Cyd"]
    assert (turned[0]["people.1.born-year"], turned[0]["people.1.kinds"]) == ("2015", "a\nb")
    assert not [name for name in turned[0] if name.startswith("people.2.")]


def test_the_last_row_is_emptied_and_stays() -> None:
    turned = press("remove people 0", people("Ana"))
    assert turned is not None and names(turned[0]) == [""]


@pytest.mark.parametrize(
    "command",
    ["", "add", "add other", "remove people", "add people; drop", "remove people 99", "explode people"],
)
def test_a_forged_command_changes_no_row(command: str) -> None:
    turned = press(command, people("Ana", "Ben"))
    assert turned is None or names(turned[0]) in (["Ana", "Ben"], ["Ben"])


@pytest.mark.parametrize("said", ["999999999", "-1", "1e3", "٣", "<b>", "50"])
def test_a_forged_number_of_rows_is_no_more_work_than_the_most_rows(said: str) -> None:
    typed = fields.read(PEOPLE, {"people-rows": [said]}, US)
    assert len(typed) <= 50 * 5 + 1
    assert fields.check(PEOPLE, typed, US, required=False) == (None, ())


def test_fixed_rows_can_neither_be_added_nor_removed() -> None:
    table = Field({"id": "t", "type": "table", "label": text("T"), "fields": CELLS[:1], "rows": COSTS})
    typed = fields.shown(table, None, US)
    assert fields.grow(table, typed) == fields.shrink(table, typed, 0) == typed
    assert not fields.view(table, typed, US)["add"]


def test_a_table_whose_columns_find_no_room_side_by_side_is_shown_row_by_row() -> None:
    def laid_out(columns: list[dict[str, Any]]) -> str:
        table = Field({"id": "t", "type": "table", "label": text("T"), "fields": columns})
        return str(fields.view(table, fields.shown(table, None, US), US)["component"])

    column = {"type": "text", "label": text("Word")}
    assert laid_out([{**column, "id": f"c{n}"} for n in range(4)]) == "table"
    assert laid_out([{**column, "id": f"c{n}"} for n in range(5)]) == "group"
    assert laid_out([{**column, "id": "when", "type": "date"}]) == "group"


def test_the_problem_of_a_cell_says_in_which_row_it_is() -> None:
    typed = people("Ana", "Ben") | {"people.1.born-year": "2015"}
    _, problems = fields.check(PEOPLE, typed, US)
    assert [fields.sentence(PEOPLE, one) for one in problems] == [
        "Entry 2 – Born: The date must include a month"
    ]


def test_the_enter_key_goes_on_and_never_removes_a_row() -> None:
    template = environment().from_string(
        '{% from "apply/fields/question.html" import question %}{{ question(view, {}) }}'
    )
    shown = BeautifulSoup(template.render(view=fields.view(PEOPLE, people("Ana", "Ben"), US)), "html.parser")
    first = shown.find("button")
    assert first is not None and not first.get("name") and first["tabindex"] == "-1"
    assert [one["value"] for one in shown.find_all("button", attrs={"name": "_rows"})] == [
        "remove people 0", "remove people 1", "add people",
    ]  # fmt: skip


ROWS_OF_ANY = st.lists(
    st.fixed_dictionaries({"word": WORDS}, optional={"amount": AMOUNTS}), min_size=1, max_size=12
)


@given(rows=ROWS_OF_ANY)
def test_rows_shown_and_read_again_are_the_same(rows: list[dict[str, Any]]) -> None:
    rows = [{**row, "word": fields.check(PLAIN.fields[0], {"word": row["word"]}, US)[0]} for row in rows]
    typed = fields.shown(PLAIN, rows, US)
    again = fields.read(PLAIN, {name: [said] for name, said in typed.items()}, US)
    assert fields.check(PLAIN, again, US) == (rows, ())


@given(rows=ROWS_OF_ANY, data=st.data())
def test_adding_and_removing_rows_keeps_the_others(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    typed = fields.shown(PLAIN, rows, US)
    at = data.draw(st.integers(0, len(rows) - 1))
    left = fields.shrink(PLAIN, fields.grow(PLAIN, typed), at)
    expected = fields.shown(PLAIN, [*rows[:at], *rows[at + 1 :], {}], US)
    assert {name: said for name, said in left.items() if said} == {
        name: said for name, said in expected.items() if said
    }

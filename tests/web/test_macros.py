"""The parts that pages share."""

from __future__ import annotations

from functions.web.rendering import environment
from tests.web.pages import make_context, parse


def made(source: str, **data):
    """The macro call, rendered and parsed."""
    template = '{% from "macros/page.html" import ' + source.split("(")[0].split()[-1] + " %}"
    call = source if source.startswith("{%") else "{{ " + source + " }}"
    return parse(environment().from_string(template + call).render(data))


def test_the_error_summary_links_each_field_with_the_same_words():
    document = made(
        "error_summary(errors, {'birth': 'birth-day'})", errors={"name": "Enter a name", "birth": "Old"}
    )
    assert [(a["href"], a.get_text()) for a in document.find_all("a")] == [
        ("#name", "Enter a name"),
        ("#birth-day", "Old"),
    ]
    assert document.h2.get_text(strip=True) == "There is a problem"


def test_no_errors_no_summary():
    assert made("error_summary(errors)", errors={}).get_text(strip=True) == ""


def test_a_form_posts_with_its_token_and_leaves_validation_to_the_server():
    ctx = make_context()
    ctx.__dict__["csrf"] = "token-of-the-session"
    call = '{% call form(ctx, "/x", busy="Wait") %}<b>in</b>{% endcall %}'
    form = parse(
        environment().from_string('{% from "macros/page.html" import form %}' + call).render(ctx=ctx)
    ).form
    assert (form["method"], form["action"]) == ("post", "/x")
    assert form.has_attr("novalidate") and form.has_attr("data-once")
    assert form.find("input", {"name": "_csrf"})["value"] == "token-of-the-session"
    assert form.b and form.find(role="status")


def test_an_upload_form_carries_the_stores_fields_before_the_file():
    source = (
        '{% from "macros/page.html" import upload_form %}'
        '{% call upload_form("https://files", {"key": "k", "policy": "p"}, "Wait") %}'
        '<input type="file">{% endcall %}'
    )
    form = parse(environment().from_string(source).render()).form
    assert form["enctype"] == "multipart/form-data"
    assert [field.get("name") for field in form.find_all("input")] == ["key", "policy", None]


def test_a_change_link_says_what_it_changes():
    rows = [
        {"key": "Name", "value": "Ann", "change": "/change", "context": "your name"},
        {"key": "Note", "value": ""},
    ]
    document = made("summary_list(rows)", rows=rows)
    assert document.a.get_text(" ", strip=True) == "Change your name"
    assert [
        dd.get_text(strip=True) for dd in document.find_all("dd", class_="govuk-summary-list__value")
    ] == [
        "Ann",
        "Not provided",
    ]


def test_a_table_keeps_its_meaning_on_a_phone():
    document = made("table('Readings', ['Time', 'Value'], [['10:00', '5'], ['11:00', '6']])")
    assert document.table["role"] == "table"
    assert [cell["data-label"] for cell in document.find_all("td")] == ["Value", "Value"]
    assert [cell["scope"] for cell in document.find_all("th")] == ["col", "col", "row", "row"]


def test_values_in_macros_are_escaped():
    rows = [{"key": "<i>", "value": "<script>"}]
    assert made("summary_list(rows)", rows=rows).find(["i", "script"]) is None
    assert made("confirmation('<i>', '<i>', '<script>')").find(["i", "script"]) is None


def test_a_success_banner_is_announced_and_an_ordinary_one_is_a_region():
    assert made("notification('Saved', 'success')").div["role"] == "alert"
    assert made("notification('Note')").div["role"] == "region"


def test_the_pager_shows_only_where_there_is_more():
    assert not made("pager()").nav
    assert [a["href"] for a in made("pager('?', '?after=x')").find_all("a")] == ["?", "?after=x"]

"""The table behind the matrix: for each type of question a definition, answers as people type them and what
becomes of them. A type without a row fails tests/services/fields/test_matrix.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from functions.services.fields import Rules

BBOX = (-97.9, 30.1, -97.5, 30.5)
TODAY = date(2026, 11, 20)


def number(module: str) -> dict[str, Any]:
    """A number of the country's profile."""
    return {"module": module, "label": {"en": module}, "hint": {"en": "as printed"}}


RULES = {
    "en": Rules("us", TODAY, number("us.ssn"), (), number("us.ein"), "USD", BBOX),
    "zh-Hans": Rules("cn", TODAY, number("cn.ric"), (), number("cn.uscc"), "CNY", BBOX),
}


def text(en: str, zh: str = "") -> dict[str, str]:
    """A text in both languages."""
    return {"en": en, "zh-Hans": zh or en}


OPTIONS = [{"id": "a", "label": text("Apples", "苹果")}, {"id": "b", "label": text("Pears & <b>", "梨")}]
STREETS = [{"id": f"s{n}", "label": text(f"Street {n}", f"第{n}街")} for n in range(20)]
CELLS = [
    {"id": "who", "type": "name", "label": text("Who", "谁")},
    {"id": "born", "type": "date", "label": text("Born", "出生日期"), "optional": True},
    {
        "id": "kinds",
        "type": "checkboxes",
        "label": text("Kinds", "种类"),
        "options": OPTIONS,
        "optional": True,
    },
]
COLUMNS = [
    {"id": "what", "type": "text", "label": text("What", "名称")},
    {"id": "cost", "type": "money", "label": text("Cost", "金额"), "optional": True},
]


@dataclass(frozen=True)
class Row:
    """`good`, `chinese`: (part -> typed, stored answer). `bad`: (part -> typed, code, part to go to). A part
    is what follows the question's id in an input's name: `""`, `-day`, `.0.who`. `printed` and `exported` are
    made of the first good answer, `value` is what expressions see of it."""

    definition: dict[str, Any] = field(default_factory=dict)
    good: tuple[tuple[dict[str, str], Any], ...] = ()
    bad: tuple[tuple[dict[str, str], str, str], ...] = ()
    chinese: tuple[tuple[dict[str, str], Any], ...] = ()
    printed: tuple[str, str] = ("", "")
    exported: dict[str, str] = field(default_factory=dict)
    value: Any = None
    asks: bool = True


def one(typed: str, stored: Any) -> tuple[dict[str, str], Any]:
    """An answer of one input."""
    return {"": typed}, stored


def no(typed: str, code: str) -> tuple[dict[str, str], str, str]:
    """A refusal of one input."""
    return {"": typed}, code, ""


def day(year: str, month: str, day: str, end: str = "") -> dict[str, str]:
    """The parts of a date."""
    return {f"{end}-year": year, f"{end}-month": month, f"{end}-day": day}


SPAN = {**day("2026", "1", "2", "-from"), **day("2026", "3", "4", "-to")}
ACCOUNT = {"-holder": "Maria  Garcia", "-account": "ie29 AIBK 9311 5212 3456 78", "-bank": "", "-code": ""}
FREE = {
    "scheme": "free", "holder": "Maria Garcia", "account": "12345678", "bank": "Town Bank",
    "code": "021000021",
}  # fmt: skip
IBAN = {"scheme": "iban", "holder": "Maria Garcia", "account": "IE29AIBK93115212345678"}
PEOPLE = {
    "-rows": "2",
    ".0.who": "Ana  Ruiz", **day("2015", "5", "4", ".0.born"), ".0.kinds": "b\na",
    ".1.who": "Ben", **day("", "", "", ".1.born"), ".1.kinds": "",
}  # fmt: skip
COSTS = [{"id": "rent", "label": text("Rent", "房租")}, {"id": "heat", "label": text("Heat", "取暖")}]
BILLS = {"-rows": "2", ".0.what": "flat", ".0.cost": "500", ".1.what": "gas", ".1.cost": ""}
PLACE = {"-text": "Old bridge", "-lat": "30.2672", "-lon": "-97.7431"}

ROWS: dict[str, Row] = {
    "text": Row(
        {"validate": {"min_length": 2, "max_length": 20}},
        (one("  a   word ", "a word"),),
        (no("x" * 21, "length"), no("x", "length")),
        (one(" 中文　字 ", "中文 字"),),
        ("a word", "a word"),
        {"q": "a word"},
        "a word",
    ),
    "textarea": Row(
        {},
        (one("one\r\ntwo  ", "one\ntwo"),),
        (no("x" * 2001, "length"),),
        (one("第一行\n第二行", "第一行\n第二行"),),
        ("one\ntwo", "one\ntwo"),
        {"q": "one\ntwo"},
        "one\ntwo",
    ),
    "number": Row(
        {"validate": {"min": 0, "max": 2000000, "decimals": 2}, "unit": text("m²", "平方米")},
        (one("1,234.50", "1234.5"), one(" 12,5 m² ", "12.5"), one("0007", "7"), one("1 000", "1000")),
        (
            no("many", "format"), no("1.234", "format"), no("-1", "min"), no("3000000", "max"),
            no("1e5", "format"),
        ),
        (
            one("１２．５ 平方米", "12.5"), one("三千五百", "3500"), one("1.5万", "15000"),
            one("一百二十万", "1200000"),
        ),
        ("1,234.5 m²", "1,234.5 平方米"),
        {"q": "1234.5"},
        1234.5,
    ),
    "money": Row(
        {"validate": {"max": 1000000}},
        (one("1,234.5", 123450), one("$99", 9900), one("USD 0.05", 5)),
        (no("free", "format"), no("1.005", "format"), no("-5", "min"), no("10000.01", "max")),
        (one("￥１２．５０元", 1250), one("壹仟贰佰元整", 120000), one("人民币 3 元", 300)),
        ("$1,234.50", "¥1,234.50"),
        {"q": "1234.50"},
        123450,
    ),
    "date": Row(
        {"validate": {"past": True}},
        (
            (day("1985", "3", "27"), "1985-03-27"), (day("1985", "March", "27th"), "1985-03-27"),
            (day("1985-03-27", "", ""), "1985-03-27"),
        ),
        (
            (day("1985", "2", "29"), "format", "-month"), (day("2026", "11", "21"), "past", "-month"),
            (day("85", "1", "1"), "format", "-year"), (day("1985", "", "1"), "format", "-month"),
        ),
        (
            (day("一九八五年", "三月", "二十七日"), "1985-03-27"),
            (day("１９８５", "３", "２７"), "1985-03-27"),
        ),
        ("27 March 1985", "1985年3月27日"),
        {"q": "1985-03-27"},
        "1985-03-27",
    ),
    "time": Row(
        {},
        (one("9:30", "09:30"), one("9.30 pm", "21:30"), one("0930", "09:30"), one("12 am", "00:00")),
        (no("25:00", "format"), no("9", "format"), no("9:75", "format"), no("soon", "format")),
        (
            one("下午3点半", "15:30"), one("１５：３０", "15:30"), one("上午十点一刻", "10:15"),
            one("凌晨12点", "00:00"),
        ),
        ("09:30", "09:30"),
        {"q": "09:30"},
        "09:30",
    ),
    "date_range": Row(
        {},
        ((SPAN, {"from": "2026-01-02", "to": "2026-03-04"}),),
        (
            (SPAN | day("2025", "3", "4", "-to"), "min", "-to-month"),
            (SPAN | day("", "", "", "-to"), "missing", "-to-month"),
            (SPAN | day("2026", "13", "4", "-from"), "format", "-from-month"),
        ),
        ((SPAN | day("二〇二六", "一", "二", "-from"), {"from": "2026-01-02", "to": "2026-03-04"}),),
        ("2 January 2026 to 4 March 2026", "2026年1月2日至2026年3月4日"),
        {"q-from": "2026-01-02", "q-to": "2026-03-04"},
        {"from": "2026-01-02", "to": "2026-03-04"},
    ),
    "yes_no": Row(
        {}, (one("yes", "yes"), one("No", "no")), (no("perhaps", "choice"),),
        (one("是", "yes"), one("否", "no")),
        ("Yes", "是"), {"q": "yes"}, "yes",
    ),
    "radios": Row(
        {"options": OPTIONS}, (one("b", "b"),), (no("c", "choice"), no("Apples", "choice")),
        (one(" a ", "a"),),
        ("Pears & <b>", "梨"), {"q": "b"}, "b",
    ),
    "checkboxes": Row(
        {"options": OPTIONS}, (one("b\na", ["a", "b"]), one("b", ["b"])), (no("a\nc", "choice"),),
        (one("a", ["a"]),), ("Apples, Pears & <b>", "苹果、梨"), {"q": "a; b"}, ["a", "b"],
    ),
    "select": Row(
        {"options": STREETS}, (one("s19", "s19"), one("street 12", "s12")), (no("Street", "choice"),),
        (one("第12街", "s12"),), ("Street 19", "第19街"), {"q": "s19"}, "s19",
    ),
    "name": Row(
        {"parts": ["given", "family"], "semantic": "name"},
        (
            ({"-full": " Maria  Garcia ", "-given": "Maria", "-family": ""},
             {"full": "Maria Garcia", "given": "Maria"}),
        ),
        (
            ({"-full": "", "-given": "Maria", "-family": ""}, "missing", "-full"),
            ({"-full": "x" * 121, "-given": "", "-family": ""}, "length", "-full"),
        ),
        (({"-full": "阿卜杜勒·热合曼", "-given": "", "-family": ""}, {"full": "阿卜杜勒·热合曼"}),),
        ("Maria Garcia\nGiven names: Maria", "Maria Garcia\n名：Maria"),
        {"q": "Maria Garcia", "q-given": "Maria", "q-family": ""},
        "Maria Garcia",
    ),
    "address": Row(
        {"landmark": True},
        (({"-lines": "12 Oak Street\nOakville", "-landmark": ""}, "12 Oak Street\nOakville"),
         ({"-lines": "", "-landmark": "the red barn"}, {"landmark": "the red barn"})),
        (({"-lines": "x" * 401, "-landmark": ""}, "length", "-lines"),),
        (({"-lines": "", "-landmark": "村口大槐树旁"}, {"landmark": "村口大槐树旁"}),),
        ("12 Oak Street, Oakville", "12 Oak Street, Oakville"),
        {"q": "12 Oak Street, Oakville", "q-landmark": ""},
        "12 Oak Street\nOakville",
    ),
    "email": Row(
        {"semantic": "email"}, (one(" Maria@Example.com. ", "Maria@Example.com"),),
        (no("maria", "format"), no("a@b..com", "format"), no("a@c.com\nBcc: d@e.com", "format")),
        (one("wang＠例子.测试", "wang@例子.测试"),), ("Maria@Example.com", "Maria@Example.com"),
        {"q": "Maria@Example.com"}, "Maria@Example.com",
    ),
    "phone": Row(
        {"semantic": "phone"},
        (one("(202) 555-0143", "+12025550143"), one("+86 10 1234 5678", "+861012345678")),
        (no("12", "format"), no("call me", "format")), (one("０１０ １２３４ ５６７８", "+861012345678"),),
        ("+12025550143", "+12025550143"), {"q": "+12025550143"}, "+12025550143",
    ),
    "identity_number": Row(
        {}, (one("536-90 4399", "536904399"),), (no("536 90 439", "check"), no("<script>", "format")),
        (one("１１０１０５ 19491231 002x", "11010519491231002X"),), ("536904399", "536904399"),
        {"q": "536904399"}, "536904399",
    ),
    "organisation_number": Row(
        {}, (one("91-1144442", "911144442"),), (no("071144442", "check"), no("EIN?", "format")),
        (one("91110000 600037341l", "91110000600037341L"),), ("911144442", "911144442"),
        {"q": "911144442"}, "911144442",
    ),
    "vehicle_plate": Row(
        {}, (one(" abc-12 34 ", "ABC1234"),), (no("?", "format"), no("A" * 13, "format")),
        (one("京Ａ·１２３４５", "京A12345"), one("沪AD12345", "沪AD12345")), ("ABC1234", "ABC1234"),
        {"q": "ABC1234"}, "ABC1234",
    ),
    "bank_account": Row(
        {},
        (
            (ACCOUNT, IBAN),
            (ACCOUNT | {"-account": "1234 5678", "-bank": "Town Bank", "-code": "021-000-021"}, FREE),
        ),
        (
            (ACCOUNT | {"-account": "IE29 AIBK 9311 5212 3456 79"}, "check", "-account"),
            (ACCOUNT | {"-account": "12345678"}, "missing", "-bank"),
            (ACCOUNT | {"-holder": ""}, "missing", "-holder"),
            (ACCOUNT | {"-account": ""}, "missing", "-account"),
            (ACCOUNT | {"-account": "mine!", "-bank": "Town Bank"}, "format", "-account"),
            (ACCOUNT | {"-code": "?"}, "format", "-code"),
        ),
        (
            (
                ACCOUNT | {"-holder": "王小明", "-account": "６２２２ 0202", "-bank": "演示银行"},
                {"scheme": "free", "holder": "王小明", "account": "62220202", "bank": "演示银行"},
            ),
        ),
        ("Maria Garcia\nIE29 AIBK 9311 5212 3456 78", "Maria Garcia\nIE29 AIBK 9311 5212 3456 78"),
        {"q-holder": "Maria Garcia", "q-account": "IE29AIBK93115212345678", "q-bank": "", "q-code": ""},
        "IE29AIBK93115212345678",
    ),
    "file": Row({"document": "proof"}, asks=False),
    "declaration": Row(
        {}, (one("yes", "yes"),), ((({"": ""}), "missing", ""),), (one("yes", "yes"),), ("Yes", "是"),
        {"q": "yes"}, "yes",
    ),
    "map_point": Row(
        {},
        (
            (PLACE, {"lat": 30.2672, "lon": -97.7431, "text": "Old bridge"}),
            (
                PLACE | {"-text": "", "-lat": "30.2672, -97.7431", "-lon": ""},
                {"lat": 30.2672, "lon": -97.7431},
            ),
            (PLACE | {"-lat": "", "-lon": ""}, {"text": "Old bridge"}),
            (
                PLACE | {"-lat": "30°15'36\" N", "-lon": "97.7 W"},
                {"lat": 30.26, "lon": -97.7, "text": "Old bridge"},
            ),
        ),
        (
            (PLACE | {"-lat": "91"}, "format", "-lat"), (PLACE | {"-lon": ""}, "format", "-lon"),
            (PLACE | {"-lat": "39.9", "-lon": "116.4"}, "check", "-lat"),
        ),
        ((PLACE | {"-text": "老桥", "-lat": "北纬３０．２６°", "-lon": "西经97.7"},
          {"lat": 30.26, "lon": -97.7, "text": "老桥"}),),
        ("Old bridge\n30.26720, -97.74310", "Old bridge\n30.26720, -97.74310"),
        {"q-text": "Old bridge", "q-lat": "30.2672", "q-lon": "-97.7431"},
        {"lat": 30.2672, "lon": -97.7431, "text": "Old bridge"},
    ),
    "group": Row(
        {"fields": CELLS, "min_items": 1, "max_items": 3},
        ((PEOPLE, [{"who": "Ana Ruiz", "born": "2015-05-04", "kinds": ["a", "b"]}, {"who": "Ben"}]),
         (PEOPLE | {".1.who": ""}, [{"who": "Ana Ruiz", "born": "2015-05-04", "kinds": ["a", "b"]}])),
        (
            (PEOPLE | {".0.who": ""}, "missing", ".0.who"),
            (PEOPLE | {".0.born-month": "13"}, "format", ".0.born-month"),
            (PEOPLE | {"-rows": "4", ".2.who": "C", ".3.who": "D"}, "count", "-add"),
        ),
        ((PEOPLE | {".0.who": "王小明", ".1.who": ""},
          [{"who": "王小明", "born": "2015-05-04", "kinds": ["a", "b"]}]),),
        ("Who: Ana Ruiz; Born: 4 May 2015; Kinds: Apples, Pears & <b>\nWho: Ben",
         "谁：Ana Ruiz；出生日期：2015年5月4日；种类：苹果、梨\n谁：Ben"),
        {"q": "2", "q.who": "Ana Ruiz | Ben", "q.born": "2015-05-04 | ", "q.kinds": "a; b | "},
        [{"who": "Ana Ruiz", "born": "2015-05-04", "kinds": ["a", "b"]}, {"who": "Ben"}],
    ),
    "table": Row(
        {"fields": COLUMNS, "rows": COSTS},
        ((BILLS, [{"what": "flat", "cost": 50000}, {"what": "gas"}]),),
        (
            (BILLS | {".0.cost": "dear"}, "format", ".0.cost"),
            (BILLS | {".1.what": ""}, "missing", ".1.what"),
        ),
        (
            (
                BILLS | {".0.what": "公寓", ".0.cost": "５００元", ".1.what": "燃气"},
                [{"what": "公寓", "cost": 50000}, {"what": "燃气"}],
            ),
        ),
        (
            "Rent: What: flat; Cost: $500.00\nHeat: What: gas",
            "房租：名称：flat；金额：¥500.00\n取暖：名称：gas",
        ),
        {"q.rent.what": "flat", "q.rent.cost": "500.00", "q.heat.what": "gas", "q.heat.cost": ""},
        [{"what": "flat", "cost": 50000}, {"what": "gas"}],
    ),
    "calculated": Row(
        {"value": "1 + 1", "unit": text("days", "天")}, (({}, 1234.5),),
        printed=("1,234.5 days", "1,234.5 天"), exported={"q": "1234.5"}, value=1234.5, asks=False,
    ),
    "statement": Row({"text": text("Read this.\n\nThen <b>go</b> on.", "请阅读。")}, asks=False),
    "rating": Row(
        {}, (one("4", 4),), (no("6", "choice"), no("0", "choice")), (one("５", 5),),
        ("Satisfied (4 of 5)", "满意 (5 分制，4 分)"), {"q": "4"}, 4,
    ),
}  # fmt: skip

"""What devices send wrong: refused as a whole, with a reason for its maker, in both languages."""

import json

import pytest

from functions.core import i18n
from functions.core.i18n import fill, t
from functions.sensing.senml import SenmlError
from functions.sensing.sources.payload import read

NOW = 1_790_000_000_000
WATER = {"level": {"unit": "m", "range": [0, 12]}, "battery": {"unit": "%EL"}}


@pytest.mark.parametrize(
    ("message", "english", "chinese"),
    [
        (b"", "not JSON", "不是 JSON"),
        (b'{"level": 1.4', "line 1, column 14", "第 1 行第 14 列"),
        (b"{'level': 1.4}", "line 1, column 2", "第 1 行第 2 列"),
        (b'\xff{"level": 1}', "not UTF-8", "UTF-8"),
        (b'{"level": "\\ud800"}', "not UTF-8", "UTF-8"),
        (b'{"level": NaN}', "NaN is not a JSON number", "NaN 不是 JSON 数字"),
        (b'[{"n":"level","v":Infinity}]', "Infinity is not a JSON number", "Infinity 不是 JSON 数字"),
        (b'{"level": 1e999}', "too large", "过大"),
        (b'{"level": 1' + b"0" * 5000 + b"}", "too long", "过长"),
        (b'{"level": 1, "level": 2}', "same field twice", "重复"),
        (b"[" * 5000, "nested too deeply", "嵌套"),
        (b" " * 65_537, "at most 65536", "65536"),
        (json.dumps([{"n": "level", "v": 1}] * 1001).encode(), "at most 1000", "1000"),
        (b'[{"n":"level","u":"psi","v":1}]', "psi, which cannot become m", "psi，无法换算为 m"),
        (b'[{"n":"level","u":"Cel","v":1}]', "Cel, which cannot become m", "Cel，无法换算为 m"),
        (b'{"level": "high"}', "level is not a number", "level 不是数字"),
        (b'{"level": {"value": 1}}', "level is not a number", "level 不是数字"),
        (b'[{"n":"level","v":"1.4"}]', "v is not a number", "v 不是数字"),
        (b'[{"n":"level","v":1,"u":5}]', "u is not text", "u 不是文本"),
        (b'[{"n":"level","bver":11,"v":1}]', "version 11", "版本 11"),
        (b'[{"n":"level","v":1,"crit_":1}]', "must be understood", "crit_"),
        (b'[{"n":"../../level","v":1}]', "not a SenML name", "不是有效的 SenML 名称"),
        (b'[{"n":"level\\u0000","v":1}]', "not a SenML name", "不是有效的 SenML 名称"),
        (b'{"../../etc/passwd": 1}', "has no quantity ../../etc/passwd", "../../etc/passwd"),
        (b'[{"n":"level","t":1740000000,"v":1}]', "579 days ago", "579 天"),
        (b'[{"n":"level","t":301,"v":1}]', "301 seconds in the future", "301 秒"),
        (b'{"ts": 1790000000, "level": 1}', "not in milliseconds", "毫秒"),
        (b'{"n": "level", "v": 1}', "JSON array of records", "数组"),
        (b"7", "JSON array of records", "数组"),
        (b"{}", "empty", "空"),
    ],
)
def test_a_bad_message_is_refused_with_a_reason_in_both_languages(message, english, chinese):
    with pytest.raises(SenmlError) as caught:
        read(message, NOW, WATER)
    assert english in str(caught.value)
    with i18n.use_language("zh-Hans"):
        text = fill(t(caught.value.message), caught.value.params)
    assert chinese in text

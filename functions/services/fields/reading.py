"""Reading kindly what people type, paste and dictate: blanks, full-width signs, Chinese numerals. Nothing
here refuses anything."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

# control characters, signs that turn the direction of writing, and blanks that nobody sees
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212\u00ad]")
_DIGITS = {
    **dict.fromkeys("〇零○", 0),
    **{sign: value for value, sign in enumerate("一二三四五六七八九", 1)},
    **{sign: value for value, sign in enumerate("壹贰叁肆伍陆柒捌玖", 1)},
    "两": 2,
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}


def clean(text: str) -> str:
    """The text without what cannot be seen, one kind of line end, no blanks around it."""
    return _HIDDEN.sub(
        "", unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    ).strip()


def line(text: str) -> str:
    """A text of one line: every run of blanks is one space."""
    return " ".join(clean(text).split())


def plain(text: str) -> str:
    """Full-width letters, digits and signs as the plain ones, on one line."""
    return " ".join(unicodedata.normalize("NFKC", clean(text)).split())


def compact(text: str) -> str:
    """Plain signs without the blanks and dashes that people put between them."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", clean(text)))


def chinese_number(text: str) -> int | None:
    """`三千五百`, `二〇二六`, `壹万贰仟`, `廿一` as a number; None when it is not one."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if not text or not all(sign in _DIGITS or sign in _TENS or sign in _MYRIADS for sign in text):
        return None
    if all(sign in _DIGITS for sign in text):
        return int("".join(str(_DIGITS[sign]) for sign in text))
    total = section = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _TENS:
            section += (digit or 1) * _TENS[sign]
            digit = 0
        else:
            whole = total if _MYRIADS[sign] > 10**4 else 0  # 一万亿: what stands before 亿 counts as a whole
            total = total - whole + (whole + section + digit) * _MYRIADS[sign]
            section = digit = 0
    return total + section + digit


def numeral(text: str) -> str:
    """Chinese numerals as digits; any other text as it is."""
    found = chinese_number(text)
    return text if found is None else str(found)


def decimal_number(text: str) -> Decimal | None:
    """A number as people write it: `1,234.50`, `1 234,5`, `１２`, `3.5万`, `三千五百`, `12。`; None when it
    is none, or when a point could mean two things."""
    text = compact_number(text)
    factor = 1
    if len(text) > 1 and text[-1] in _MYRIADS and text[0].isdigit():
        text, factor = text[:-1], _MYRIADS[text[-1]]
    text = numeral(text)
    if re.fullmatch(r"[+-]?[0-9]{1,3}([,'][0-9]{3})+(\.[0-9]*)?", text):
        text = re.sub(r"[,']", "", text)
    elif re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,2}", text):
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?[0-9]+,[0-9]{1,2}", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})", text):
        return None
    return Decimal(text) * factor


def compact_number(text: str) -> str:
    """Plain signs without blanks; the signs for minus become `-`, a full stop at the end is dropped."""
    text = unicodedata.normalize("NFKC", clean(text))
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", re.sub(r"[\s\u00ad]", "", text))
    return text.rstrip("。.,;")

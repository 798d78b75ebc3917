"""Posted forms: parsed within limits, and values and errors put back into the page."""

from __future__ import annotations

from urllib.parse import parse_qsl

from functions.core.errors import Invalid

CONTENT_TYPE = "application/x-www-form-urlencoded"
MAX_BYTES = 256 * 1024
MAX_FIELDS = 500


def parse(body: bytes, content_type: str) -> dict[str, list[str]]:
    """Field name -> its values in order, empty ones included; line ends are one `\\n`.

    Raises Invalid for another content type, more than MAX_BYTES or MAX_FIELDS, or bytes that are not UTF-8.
    """
    if not body:
        return {}
    if content_type.partition(";")[0].strip().lower() != CONTENT_TYPE or len(body) > MAX_BYTES:
        raise Invalid
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:  # UnicodeDecodeError included
        raise Invalid from error
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(_clean(value))
    return form


def _clean(value: str) -> str:
    """One kind of line end, and no control characters that no keyboard types."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in value if char >= " " or char in "\n\t")

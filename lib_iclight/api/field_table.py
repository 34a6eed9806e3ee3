"""The table of the request's fields in docs/api.md: ``python -m lib_iclight.api.field_table`` prints it."""

from __future__ import annotations

import json

from ..fields import Field, Kind
from ..request import FIELDS
from ..support.json_values import plain_number


def markdown() -> str:
    """The table in Markdown, one line per field."""
    rows = [f"| `{name}` | {_values(field)} | {_default(field)} |" for name, field in FIELDS.items()]
    return "\n".join(["| field | values | default |", "|---|---|---|", *rows, ""])


def _values(field: Field) -> str:
    if field.kind is Kind.STRENGTH:
        share = f"{field.words}, 0 to 1" if field.words else "a strength from 0 to 1"
        return f"`false`, or {share} (`true` means 1)"
    if field.kind is Kind.DRAWN:
        return f"{_names(field)}, or {field.words}"
    return "; ".join(part for part in (_kind(field), field.words) if part)


def _kind(field: Field) -> str:
    if field.limits is not None:
        low, high = field.limits
        return f"{low:g} to {high:g}"
    return {Kind.SWITCH: "bool", Kind.PICTURE: "base64 or data URL"}.get(field.kind, _names(field))


def _names(field: Field) -> str:
    return ", ".join(f'`"{name}"`' for name in field.choices)


def _default(field: Field) -> str:
    if field.default_words:
        return field.default_words
    value = bool(field.default) if field.kind is Kind.STRENGTH else field.default
    if isinstance(value, float):
        value = plain_number(value)
    return f"`{json.dumps(value)}`"


if __name__ == "__main__":
    print(markdown(), end="")

"""Reads requests: from the API's dict and from the values of the page's controls."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from . import legacy_names
from .errors import ICLightError
from .light import description
from .light.description import LightDescription
from .light.maps import EDITOR
from .namesakes import switch_of
from .request import FIELDS, PICTURES, PLACED, Request
from .subject import placement
from .subject.placement import Placement
from .support.json_values import shown, well_formed

_LONGEST_NAME = 100


def from_api(values: Mapping[str, Any], overrides: Mapping[str, Any] = MappingProxyType({})) -> Request:
    """Validate the API's dict, which may use huchenlei's field names.

    Pictures are checked but left out: only those that a run uses are opened, see :func:`picture_sources`.

    Args:
        values: the dict.
        overrides: what X/Y/Z axes have set in place of its own; alone they ask for nothing.

    Raises:
        ICLightError: an unknown field, or a value of the wrong kind or out of range; the message names the field.
    """
    for name in values:
        if not isinstance(name, str) or (name not in FIELDS and not legacy_names.is_known(name)):
            raise ICLightError(f"IC Light has no field {shown(name)}.{_suggestion(str(name)[:_LONGEST_NAME])}")
    return _validated(legacy_names.translated({**values, "enabled": switch_of(values), **overrides}))


def from_page(values: Sequence[Any], names: Sequence[str]) -> Request:
    """Validate the values of the accordion's controls, in the order of ``names``; pictures are left out.

    Drawings have controls of their own, ``light_editor`` and ``placement_editor``, which count only if ``light`` is
    "editor" and ``placement`` is "placed".
    """
    given = dict(zip(names, values, strict=False))
    drawn, placed = given.pop("light_editor", None), given.pop("placement_editor", None)
    if given.get("light") == EDITOR:
        given["light"] = _drawn_light(drawn) if given.get("enabled") else None
    if given.get("placement") == PLACED:
        given["placement"] = _drawn_placement(placed) if given.get("enabled") else None
    return _validated(given)


def picture_sources(values: Mapping[str, Any]) -> dict[str, Any]:
    """The unopened pictures in validated values, by field: base64 text or a data URL (API), a slot's value (page)."""
    named = {legacy_names.NAMES.get(name, name): value for name, value in values.items()}
    return {name: value for name, value in named.items() if name in PICTURES and _is_given(name, value)}


def _drawn_light(text: Any) -> LightDescription:
    if not text:
        raise ICLightError(
            "The light is set to Editor, but nothing is drawn in the light editor. Draw a light there, or choose "
            "another light."
        )
    try:
        return description.parse(text)
    except ICLightError as error:
        raise ICLightError(f"{error} Draw a light in the light editor, or choose another light.") from error


def _drawn_placement(text: Any) -> str | Placement:
    try:
        return placement.parse(text) if text else Placement()
    except ICLightError as error:
        raise ICLightError(f"{error} Drag the subject in the light editor, or choose another placement.") from error


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name, FIELDS, n=1)
    return f" Did you mean {close[0]!r}?" if close else f" Its fields are: {', '.join(FIELDS)}."


def _validated(values: dict[str, Any]) -> Request:
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if not _is_given(name, value):
            continue
        if isinstance(value, str):
            well_formed(value, name)
        checked[name] = FIELDS[name].check(name, value)
    return Request(**{name: value for name, value in checked.items() if name not in PICTURES})


def _is_given(name: str, value: Any) -> bool:
    is_empty = isinstance(value, str) and not value
    return value is not None and not (is_empty and FIELDS[name].may_be_empty)

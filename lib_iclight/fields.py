"""What a field of the request is. The fields themselves, one entry each, are in :class:`lib_iclight.request.Request`.

A field is declared with one of the functions below. Its entry is all that there is to write: validation, the page, the
API's schema, the table of docs/api.md, generation parameters, settings, X/Y/Z plots and examples are made from it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from .errors import ICLightError
from .support import json_values
from .support.json_values import shown

Check = Callable[[str, Any], Any]
"""Gives the checked value of the field of that name, or raises an ICLightError that begins with the name."""


class Kind(Enum):
    """What values a field has; its control, its column in docs/api.md and its X/Y/Z values follow from it."""

    SWITCH = "true or false"
    NUMBER = "a number"
    STRENGTH = "a number from 0 to 1, or true or false"
    CHOICE = "one of some names"
    TEXT = "a name that is not known beforehand"
    PICTURE = "a picture"
    DRAWN = "one of some names, or a description, which the page's editor draws"
    REMOVAL = "true, false or always"


class Part(Enum):
    """The parts of the page's accordion from top to bottom, which is the order of the script's arguments too."""

    HEAD = "the accordion's own switch"
    PICTURES = "foreground and background"
    MODE = "mode and model"
    LIGHT = "where the light comes from"
    LIGHT_MAP = "a light map of one's own"
    PLACEMENT = "where the subject stands"
    CUT_OUT = "how the subject is cut out"
    EDGE = "what is done to the cut-out's edge"
    RESULT = "painting or photograph, and how the light is put on the photograph"
    KEPT = "what keeps the subject itself"
    DETAILS = "how details are restored"
    RESULTS = "what comes beside the result"


@dataclasses.dataclass(frozen=True)
class Field:
    """One field.

    Attributes:
        kind: what values it has.
        check: checks a value that is given.
        default: the value where none is given.
        label: the name of its control.
        part: where its control is.
        words: what docs/api.md says of its values beside what follows from the kind, in Markdown.
        default_words: what docs/api.md says of its default, where that is not simply the value.
        choices: the names of a choice or of what is drawn.
        limits: the lowest and the highest number.
        step: the step of a slider.
        slider_from: where a slider begins, None for the lowest number.
        editor: the page's second control of what is drawn, which holds the drawing.
        infotext: its label in generation parameters, without the prefix; "" where no picture tells it.
        after_sampling: whether it changes the picture only after it was sampled.
        setting: the label of the setting that its control begins with, "" where there is none.
        page_default: the value of that setting at first, None where it is the default.
        axis: whether X/Y/Z plots have an axis for it.
        in_examples: whether worked examples decide it, be it by its default.
    """

    kind: Kind
    check: Check
    default: Any
    label: str
    part: Part
    words: str = ""
    default_words: str = ""
    choices: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None
    step: float = 0.05
    slider_from: float | None = None
    editor: str = ""
    infotext: str = ""
    after_sampling: bool = False
    setting: str = ""
    page_default: Any = None
    axis: bool = False
    in_examples: bool = True

    @property
    def may_be_empty(self) -> bool:
        """Whether empty text means that nothing is given."""
        return self.kind in (Kind.TEXT, Kind.PICTURE)

    @property
    def is_pasted(self) -> bool:
        """Whether the page's control may be set from generation parameters. They name pictures, but hold none."""
        return bool(self.infotext) and self.kind is not Kind.PICTURE


def custom(kind: Kind, check: Check, default: Any, **told: Any) -> Any:
    """Declare a field with a check of its own.

    Args:
        kind, check, default: as in :class:`Field`.
        told: the other attributes of :class:`Field`.

    Returns:
        The attribute of a dataclass; :func:`table` finds the :class:`Field` in it.
    """
    return dataclasses.field(default=default, metadata={_KEY: Field(kind, check, default, **told)})


def switch(default: bool = False, **told: Any) -> Any:
    """Declare a field that is true or false."""
    return custom(Kind.SWITCH, _checked_switch, default, **told)


def number(low: float, high: float, default: float, **told: Any) -> Any:
    """Declare a number from ``low`` to ``high``."""

    def check(name: str, value: Any) -> float:
        return json_values.number(value, name, low, high)

    return custom(Kind.NUMBER, check, float(default), limits=(low, high), **told)


def strength(**told: Any) -> Any:
    """Declare a number from 0 (off) to 1; false and true stand for these."""
    return custom(Kind.STRENGTH, _checked_strength, 0.0, limits=(0.0, 1.0), **told)


def choice(choices: tuple[str, ...], **told: Any) -> Any:
    """Declare one of some names, in capitals or not; the first is the default."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value.lower() not in choices:
            raise ICLightError(f"{name} must be one of: {', '.join(choices)}; not {shown(value)}.")
        return value.lower()

    return custom(Kind.CHOICE, check, choices[0], choices=choices, **told)


def text(default: str, **told: Any) -> Any:
    """Declare a name that is not known beforehand."""
    return custom(Kind.TEXT, _checked_text, default, **told)


def picture(**told: Any) -> Any:
    """Declare a picture, or none."""
    return custom(Kind.PICTURE, _checked_picture, None, **told)


def table(dataclass: type) -> Mapping[str, Field]:
    """The fields of a dataclass by name, in its order."""
    return MappingProxyType({each.name: each.metadata[_KEY] for each in dataclasses.fields(dataclass)})


_KEY = "ic_light"


def _checked_switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ICLightError(f"{name} must be true or false, not {shown(value)}.")
    return value


def _checked_strength(name: str, value: Any) -> float:
    return float(value) if isinstance(value, bool) else json_values.number(value, name, 0.0, 1.0)


def _checked_text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ICLightError(f"{name} must be text, not {shown(value)}.")
    return value.strip()


def _checked_picture(name: str, value: Any) -> Any:
    if isinstance(value, (bool, int, float, bytes, Mapping, list, tuple)):
        raise ICLightError(f"{name} must be a picture as base64 text or a data URL, not {type(value).__name__}.")
    return value

"""How a field of the request is declared. The fields themselves are in :class:`lib_iclight.request.Request`.

Each is declared once, with one of the functions below. Validation, the page, the API's schema, the table in
docs/api.md, generation parameters, settings, X/Y/Z plots and examples all follow from that entry.
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
"""Takes a field's name and a value; returns the checked value, or raises an ICLightError that begins with the name."""


class Kind(Enum):
    """What kind of values a field takes; its control, its entry in docs/api.md and its X/Y/Z values follow from it."""

    SWITCH = "true or false"
    NUMBER = "a number"
    STRENGTH = "a number from 0 to 1, or true or false"
    CHOICE = "one of some names"
    TEXT = "a name that is not known beforehand"
    PICTURE = "a picture"
    DRAWN = "one of some names, or a description, which the page's editor draws"
    REMOVAL = "true, false or always"


class Section(Enum):
    """The sections of the page's accordion from top to bottom, which is also the order of the script's arguments."""

    HEAD = "the accordion's own switch"
    PICTURES = "foreground and background"
    MODE = "mode and model"
    LIGHT = "where the light comes from"
    LIGHT_MAP = "the user's own light map"
    PLACEMENT = "where the subject stands"
    CUT_OUT = "how the subject is cut out"
    EDGE = "how the cut-out's edge is refined"
    RESULT = "painting or photograph, and how the light is put on the photograph"
    KEPT = "what keeps the subject as it was"
    DETAILS = "how details are restored"
    RESULTS = "what is shown beside the result"


@dataclasses.dataclass(frozen=True)
class Field:
    """One field.

    Attributes:
        kind: what kind of values it takes.
        check: validates a given value.
        default: the value if none is given.
        label: the label of its control.
        section: where in the accordion its control is.
        words: what docs/api.md says about its values beyond what follows from the kind, in Markdown.
        default_words: what docs/api.md says about its default, unless it is simply the value.
        choices: the names to choose from (CHOICE, DRAWN).
        limits: the lowest and the highest number.
        step: the step of its slider.
        slider_from: the lowest value of its slider, None for the lowest number.
        editor: for DRAWN, the page's second control, which holds the drawing.
        infotext: its label in generation parameters, without the prefix; "" if it is not written there.
        after_sampling: whether it changes the picture only after sampling.
        setting: the label of the setting for its control's initial value, "" if there is none.
        page_default: the initial value of that setting, None if it is the default.
        axis: whether X/Y/Z plots have an axis for it.
        in_examples: whether a worked example sets it, if only to its default.
    """

    kind: Kind
    check: Check
    default: Any
    label: str
    section: Section
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
        """Whether the page's control can be set from generation parameters, which name pictures but hold none."""
        return bool(self.infotext) and self.kind is not Kind.PICTURE


def custom(kind: Kind, check: Check, default: Any, **attributes: Any) -> Any:
    """Declare a field with a check of its own.

    Args:
        kind, check, default: as in :class:`Field`.
        attributes: the other attributes of :class:`Field`.

    Returns:
        A dataclass field whose metadata hold the :class:`Field`; :func:`table` finds it there.
    """
    return dataclasses.field(default=default, metadata={_KEY: Field(kind, check, default, **attributes)})


def switch(default: bool = False, **attributes: Any) -> Any:
    """Declare a field that is true or false."""
    return custom(Kind.SWITCH, _checked_switch, default, **attributes)


def number(low: float, high: float, default: float, **attributes: Any) -> Any:
    """Declare a number from ``low`` to ``high``."""

    def check(name: str, value: Any) -> float:
        return json_values.number(value, name, low, high)

    return custom(Kind.NUMBER, check, float(default), limits=(low, high), **attributes)


def strength(**attributes: Any) -> Any:
    """Declare a number from 0 (off) to 1; false and true stand for these."""
    return custom(Kind.STRENGTH, _checked_strength, 0.0, limits=(0.0, 1.0), **attributes)


def choice(choices: tuple[str, ...], **attributes: Any) -> Any:
    """Declare a choice from names, in upper or lower case; the first is the default."""

    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value.lower() not in choices:
            raise ICLightError(f"{name} must be one of: {', '.join(choices)}; not {shown(value)}.")
        return value.lower()

    return custom(Kind.CHOICE, check, choices[0], choices=choices, **attributes)


def text(default: str, **attributes: Any) -> Any:
    """Declare a name that is not known beforehand."""
    return custom(Kind.TEXT, _checked_text, default, **attributes)


def picture(**attributes: Any) -> Any:
    """Declare an optional picture."""
    return custom(Kind.PICTURE, _checked_picture, None, **attributes)


def table(dataclass: type) -> Mapping[str, Field]:
    """The fields of a dataclass by name, in order of declaration."""
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

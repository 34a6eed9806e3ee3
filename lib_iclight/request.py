"""What a user asked for, as one frozen, validated value, whether it came from the page or the API."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from . import field_checks, legacy_names
from .errors import ICLightError
from .fields import Kind, Section, choice, custom, number, picture, strength, switch, table, text
from .light import description
from .light.description import LightDescription
from .light.maps import EDITOR, LIGHTS, MAX_STRENGTH
from .models.library import AUTO_MODEL, MODES
from .namesakes import switch_of
from .picture.arrays import Picture
from .restore.photograph import LightTaken
from .subject import placement
from .subject.background_removal import DEFAULT_MODEL
from .subject.matte_refinement import MAX_FEATHER, MAX_SHRINK, MatteRefinement
from .subject.placement import PLACEMENTS, Placement
from .subject.prepare import ALWAYS, Removal
from .support.json_values import shown, well_formed

PLACED = "placed"
"""What the page calls a placement given as scale, x and y."""

PAINTING, PHOTOGRAPH = "painting", "photograph"
"""The results: the model's picture, or the photograph in that picture's light."""

_OF_THE_RESULT: dict[str, Any] = {"section": Section.RESULT, "after_sampling": True, "axis": True, "in_examples": False}
_LENGTH = "in pixels of a picture whose shorter side is 512"
_PLACED_LIMITS = ", ".join(f'"{name}": {low:g} to {high:g}' for name, (low, high) in placement.LIMITS.items())
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Request:
    """One relighting job. The field names are those of the API's dict; :mod:`lib_iclight.fields` explains the entries.

    To add a field, add its entry here and use its value where it matters. Only the pictures that a run uses are set,
    and they are already opened; see :func:`picture_sources`.
    """

    enabled: bool = switch(
        label="IC Light",
        section=Section.HEAD,
        default_words="`true` where any other field is given and not `null`, else `false`",
        # A picture whose parameters name a mode was made with IC Light.
        infotext="mode",
        in_examples=False,
    )
    mode: str = choice(
        MODES,
        label="Mode",
        section=Section.MODE,
        words="`fc` and `fcon` are conditioned on the foreground, `fbc` on foreground and background",
        infotext="mode",
        axis=True,
    )
    model: str = text(
        AUTO_MODEL,
        label="Model",
        section=Section.MODE,
        words="the name of a file in the model folders, with its subfolder "
        '(`"IC-Light/mine.safetensors"`) if another file has the same name; or `"auto"`; a missing file is refused',
        infotext="model",
        axis=True,
        in_examples=False,
    )
    foreground: Picture | None = picture(
        label="Foreground",
        section=Section.PICTURES,
        words="in img2img `null` means the init image",
        infotext="foreground",
        in_examples=False,
    )
    background: Picture | None = picture(
        label="Background",
        section=Section.PICTURES,
        words="for `fbc`",
        infotext="background",
        in_examples=False,
    )
    flip_background: bool = switch(
        label="Flip background",
        section=Section.PICTURES,
        words="mirrors the background left to right",
        infotext="flip background",
    )
    light: str | LightDescription = custom(
        Kind.DRAWN,
        field_checks.light,
        LIGHTS[0],
        label="Light",
        section=Section.LIGHT,
        words="a [light description](lights.md) as an object or as JSON text",
        choices=LIGHTS,
        editor="light_editor",
        infotext="direction",
        axis=True,
    )
    light_map: Picture | None = picture(
        label="Light map",
        section=Section.LIGHT_MAP,
        words="for the light `custom`",
        infotext="light map",
        in_examples=False,
    )
    light_strength: float = number(
        0.0,
        MAX_STRENGTH,
        default=1.0,
        label="Light strength",
        section=Section.LIGHT,
        words="1 is the reference ([what it scales](lights.md#the-lights-strength))",
        infotext="strength",
        setting="Default light strength",
        axis=True,
    )
    remove_background: Removal = custom(
        Kind.REMOVAL,
        field_checks.removal,
        True,
        label="Remove background",
        section=Section.CUT_OUT,
        words=f'`true`: if the picture is [not cut out already](subject.md); `false`: never; `"{ALWAYS}"`: in any case',
        infotext="remove background",
    )
    matting_model: str = text(
        DEFAULT_MODEL,
        label="Background remover",
        section=Section.CUT_OUT,
        words="a background remover's name, or the name of an `.onnx` file in `models/u2net`",
        infotext="background removal",
        setting="Default background remover",
        axis=True,
        in_examples=False,
    )
    alpha_matting: bool = switch(
        label="Follow hair and fur",
        section=Section.EDGE,
        words="makes the edge follow the picture (hair, fur)",
        infotext="alpha matting",
    )
    matte_threshold: float = number(
        0.0,
        1.0,
        default=0.0,
        label="Threshold",
        section=Section.EDGE,
        words="anything less opaque is removed; 0 is off",
        infotext="matte threshold",
    )
    matte_shrink: float = number(
        -MAX_SHRINK,
        MAX_SHRINK,
        default=0.0,
        label="Shrink",
        section=Section.EDGE,
        words=f"{_LENGTH}; negative values grow it",
        step=0.5,
        infotext="matte shrink",
    )
    matte_feather: float = number(
        0.0,
        MAX_FEATHER,
        default=0.0,
        label="Feather",
        section=Section.EDGE,
        words=_LENGTH,
        step=0.5,
        infotext="matte feather",
    )
    decontaminate: float = strength(
        label="Remove colour fringe",
        section=Section.EDGE,
        words="how much of the old background's colour is removed from the edge",
        infotext="decontaminate",
    )
    result: str = choice(
        (PAINTING, PHOTOGRAPH),
        label="Result",
        words="the model's picture, or [the photograph in its light](subject.md#your-photograph-in-the-new-light)",
        infotext="result",
        setting="Result by default",
        page_default=PHOTOGRAPH,
        **_OF_THE_RESULT,
    )
    photograph_strength: float = number(
        0.0,
        2.0,
        default=1.0,
        label="Relighting strength",
        words="how much of the painting's light the photograph gets; 0 is none",
        infotext="photograph strength",
        **_OF_THE_RESULT,
    )
    photograph_colour: float = number(
        0.0,
        1.0,
        default=0.5,
        label="Colour of the light",
        words="how much of the light's colour the photograph gets; 0 is its brightness alone",
        infotext="photograph colour",
        **_OF_THE_RESULT,
    )
    photograph_highlights: float = strength(
        label="Highlights and reflections",
        words="what the painting has and no light on the photograph can give: highlights, reflections, small shadows",
        infotext="photograph highlights",
        **_OF_THE_RESULT,
    )
    photograph_radius: float = number(
        0.25,
        4.0,
        default=1.0,
        label="Light radius",
        words="over 1 the photograph's light is smoother, under 1 it follows the painting into smaller places",
        step=0.25,
        infotext="photograph radius",
        **_OF_THE_RESULT,
    )
    reinforce_foreground: float = strength(
        label="Reinforce foreground", section=Section.KEPT, infotext="reinforce foreground"
    )
    restore_details: float = strength(
        label="Restore details",
        section=Section.DETAILS,
        infotext="restore details",
        after_sampling=True,
        setting="Default strength of Restore details",
        axis=True,
    )
    details_radius: float = number(
        0.1,
        16.0,
        default=4.0,
        label="Details radius",
        section=Section.DETAILS,
        words=_LENGTH,
        step=0.5,
        # A slider counts its steps from its minimum: starting from 0.1, it could not be set to 4.
        slider_from=0.5,
        infotext="details radius",
        after_sampling=True,
    )
    keep_colours: float = strength(
        label="Keep colours", section=Section.KEPT, infotext="keep colours", after_sampling=True, axis=True
    )
    keep_original: bool = switch(
        label="Keep the unrestored picture too",
        section=Section.DETAILS,
        words="adds, after all others, the paintings as they were before details and colours were restored",
    )
    placement: str | Placement = custom(
        Kind.DRAWN,
        field_checks.placement,
        PLACEMENTS[0],
        label="Placement",
        section=Section.PLACEMENT,
        words=f"`{{{_PLACED_LIMITS}}}`, see [placement](lights.md#where-the-subject-stands)",
        choices=PLACEMENTS,
        editor="placement_editor",
        infotext="placement",
        axis=True,
    )
    show_subject: bool = switch(
        label="Show the prepared subject among the results",
        section=Section.RESULTS,
        words="adds the prepared subject at the very end",
        setting="Show the prepared subject by default",
        in_examples=False,
    )

    @property
    def taken(self) -> LightTaken:
        """How the painting's light is put on the photograph."""
        values = (getattr(self, f"photograph_{name}") for name in ("strength", "colour", "highlights", "radius"))
        return LightTaken(*values)

    @property
    def light_name(self) -> str:
        """The light's name; "editor" for a description."""
        return EDITOR if isinstance(self.light, LightDescription) else self.light

    @property
    def placement_name(self) -> str:
        """The placement's name; "placed" if it is given as scale, x and y."""
        return PLACED if isinstance(self.placement, Placement) else self.placement

    @property
    def edge(self) -> MatteRefinement:
        """How the matte is refined."""
        return MatteRefinement(**{name.removeprefix("matte_"): getattr(self, name) for name in REFINEMENT_FIELDS})


FIELDS = table(Request)
"""The fields by name."""

PICTURES = tuple(name for name, each in FIELDS.items() if each.kind is Kind.PICTURE)
"""The fields that hold pictures."""

REFINEMENT_FIELDS = tuple(name for name, each in FIELDS.items() if each.section is Section.EDGE)
"""The fields that make up :attr:`Request.edge`, in which they are called so, without a ``matte_``."""


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

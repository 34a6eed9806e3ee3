"""What a user asked for: one frozen, validated value, from the page or from the API alike."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import legacy_names
from .errors import ICLightError
from .fields import Kind, Part, choice, custom, number, picture, strength, switch, table, text
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
"""What the page calls a placement that is given as scale, x and y."""

PAINTING, PHOTOGRAPH = "painting", "photograph"
"""The results: the model's picture, or the photograph in that picture's light."""

_OF_THE_RESULT: dict[str, Any] = {"part": Part.RESULT, "after_sampling": True, "axis": True, "in_examples": False}
_LENGTH = "in pixels of a picture whose shorter side is 512"
_PLACED_LIMITS = ", ".join(f'"{name}": {low:g} to {high:g}' for name, (low, high) in placement.LIMITS.items())
_LONGEST_NAME = 100


def _removal(name: str, value: Any) -> Removal:
    if isinstance(value, str) and value.lower() == ALWAYS:
        return ALWAYS
    if not isinstance(value, bool):
        raise ICLightError(f'{name} must be true, false or "{ALWAYS}", not {shown(value)}.')
    return value


def _light(name: str, value: Any) -> str | LightDescription:
    if isinstance(value, LightDescription):
        return value
    if isinstance(value, Mapping) or (isinstance(value, str) and value.lstrip().startswith("{")):
        return description.parse(value, name)
    if not isinstance(value, str) or value.lower() not in LIGHTS:
        raise ICLightError(f"{name} must be one of: {', '.join(LIGHTS)}, or a light description; not {shown(value)}.")
    return value.lower()


def _placement(name: str, value: Any) -> str | Placement:
    return value if isinstance(value, Placement) else placement.parse(value, name)


@dataclass(frozen=True)
class Request:
    """One relighting job. Field names are those of the API's dict; :mod:`lib_iclight.fields` says what an entry tells.

    To add a field, add its entry here and use its value where it matters. Pictures are opened, and only those that the
    run uses are there; see :func:`picture_sources`.
    """

    enabled: bool = switch(
        label="IC Light",
        part=Part.HEAD,
        default_words="`true` where any other field is given and not `null`, else `false`",
        # A picture that tells its mode is one of ours.
        infotext="mode",
        in_examples=False,
    )
    mode: str = choice(
        MODES,
        label="Mode",
        part=Part.MODE,
        words="`fc` and `fcon` are conditioned on the foreground, `fbc` on foreground and background",
        infotext="mode",
        axis=True,
    )
    model: str = text(
        AUTO_MODEL,
        label="Model",
        part=Part.MODE,
        words="a file in the model folders by its name, with the folders that it lies in below them "
        '(`"IC-Light/mine.safetensors"`) where another one has it too; or `"auto"`; one that is not there is refused',
        infotext="model",
        axis=True,
        in_examples=False,
    )
    foreground: Picture | None = picture(
        label="Foreground",
        part=Part.PICTURES,
        words="in img2img `null` means the init image",
        infotext="foreground",
        in_examples=False,
    )
    background: Picture | None = picture(
        label="Background",
        part=Part.PICTURES,
        words="for `fbc`",
        infotext="background",
        in_examples=False,
    )
    flip_background: bool = switch(
        label="Flip background",
        part=Part.PICTURES,
        words="mirrors the background left to right",
        infotext="flip background",
    )
    light: str | LightDescription = custom(
        Kind.DRAWN,
        _light,
        LIGHTS[0],
        label="Light",
        part=Part.LIGHT,
        words="a [light description](lights.md) as an object or as JSON text",
        choices=LIGHTS,
        editor="light_editor",
        infotext="direction",
        axis=True,
    )
    light_map: Picture | None = picture(
        label="Light map", part=Part.LIGHT_MAP, words="for the light `custom`", infotext="light map", in_examples=False
    )
    light_strength: float = number(
        0.0,
        MAX_STRENGTH,
        default=1.0,
        label="Light strength",
        part=Part.LIGHT,
        words="1 is the reference ([what it scales](lights.md#the-lights-strength))",
        infotext="strength",
        setting="Light strength at the start",
        axis=True,
    )
    remove_background: Removal = custom(
        Kind.REMOVAL,
        _removal,
        True,
        label="Remove background",
        part=Part.CUT_OUT,
        words="`true`: where the picture is [not cut out already](subject.md); `false`: never; "
        f'`"{ALWAYS}"`: whatever the picture is',
        infotext="remove background",
    )
    matting_model: str = text(
        DEFAULT_MODEL,
        label="Background remover",
        part=Part.CUT_OUT,
        words="a background remover's name, or the name of an `.onnx` file in `models/u2net`",
        infotext="background removal",
        setting="Background remover at the start",
        axis=True,
        in_examples=False,
    )
    alpha_matting: bool = switch(
        label="Follow hair and fur",
        part=Part.EDGE,
        words="let the edge follow the picture (hair, fur)",
        infotext="alpha matting",
    )
    matte_threshold: float = number(
        0.0,
        1.0,
        default=0.0,
        label="Threshold",
        part=Part.EDGE,
        words="what is less opaque is cut off; 0 is off",
        infotext="matte threshold",
    )
    matte_shrink: float = number(
        -MAX_SHRINK,
        MAX_SHRINK,
        default=0.0,
        label="Shrink",
        part=Part.EDGE,
        words=f"{_LENGTH}; negative grows",
        step=0.5,
        infotext="matte shrink",
    )
    matte_feather: float = number(
        0.0,
        MAX_FEATHER,
        default=0.0,
        label="Feather",
        part=Part.EDGE,
        words=_LENGTH,
        step=0.5,
        infotext="matte feather",
    )
    decontaminate: float = strength(
        label="Remove colour fringe",
        part=Part.EDGE,
        words="how much of the old background's colour is taken out of the rim",
        infotext="decontaminate",
    )
    result: str = choice(
        (PAINTING, PHOTOGRAPH),
        label="Result",
        words="the model's picture, or [the photograph in its light](subject.md#your-photograph-in-the-new-light)",
        infotext="result",
        setting="Result at the start",
        page_default=PHOTOGRAPH,
        **_OF_THE_RESULT,
    )
    photograph_strength: float = number(
        *(0.0, 2.0, 1.0),
        label="Relighting strength",
        words="how much of the painting's light the photograph gets; 0 is none",
        infotext="photograph strength",
        **_OF_THE_RESULT,
    )
    photograph_colour: float = number(
        *(0.0, 1.0, 0.5),
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
        *(0.25, 4.0, 1.0),
        label="Light radius",
        words="over 1 the photograph's light is smoother, under 1 it follows the painting into smaller places",
        step=0.25,
        infotext="photograph radius",
        **_OF_THE_RESULT,
    )
    reinforce_foreground: float = strength(
        label="Reinforce foreground", part=Part.KEPT, infotext="reinforce foreground"
    )
    restore_details: float = strength(
        label="Restore details",
        part=Part.DETAILS,
        infotext="restore details",
        after_sampling=True,
        setting="Restore details at the start",
        axis=True,
    )
    details_radius: float = number(
        0.1,
        16.0,
        default=4.0,
        label="Details radius",
        part=Part.DETAILS,
        words=_LENGTH,
        step=0.5,
        # Steps are counted from where a slider begins: from 0.1 on it could not say 4.
        slider_from=0.5,
        infotext="details radius",
        after_sampling=True,
    )
    keep_colours: float = strength(
        label="Keep colours", part=Part.KEPT, infotext="keep colours", after_sampling=True, axis=True
    )
    keep_original: bool = switch(
        label="Keep the unrestored picture too",
        part=Part.DETAILS,
        words="adds the paintings as they were before details and colours were restored, after all others",
    )
    placement: str | Placement = custom(
        Kind.DRAWN,
        _placement,
        PLACEMENTS[0],
        label="Placement",
        part=Part.PLACEMENT,
        words=f"`{{{_PLACED_LIMITS}}}`, see [placement](lights.md#where-the-subject-stands)",
        choices=PLACEMENTS,
        editor="placement_editor",
        infotext="placement",
        axis=True,
    )
    show_subject: bool = switch(
        label="Show the prepared subject among the results",
        part=Part.RESULTS,
        words="adds the prepared subject at the very end",
        setting="Show the prepared subject at the start",
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
        """The placement's name; "placed" for one with a scale and a place."""
        return PLACED if isinstance(self.placement, Placement) else self.placement

    @property
    def edge(self) -> MatteRefinement:
        """What is done to the matte."""
        return MatteRefinement(
            self.alpha_matting, self.matte_threshold, self.matte_shrink, self.matte_feather, self.decontaminate
        )


FIELDS = table(Request)
"""The fields by name."""

PICTURES = tuple(name for name, each in FIELDS.items() if each.kind is Kind.PICTURE)
"""The fields that hold pictures."""

REFINEMENT_FIELDS = tuple(name for name, each in FIELDS.items() if each.part is Part.EDGE)
"""The fields that make up :attr:`Request.edge`."""


def from_api(values: Mapping[str, Any]) -> Request:
    """Validate the API's dict, huchenlei's field names included.

    Its pictures are left out: only those that a run uses are opened, see :func:`picture_sources`.

    Raises:
        ICLightError: an unknown field, or a value of the wrong kind or out of range; the message names the field.
    """
    for name in values:
        if not isinstance(name, str) or (name not in FIELDS and not legacy_names.is_known(name)):
            raise ICLightError(f"IC Light has no field {shown(name)}.{_suggestion(str(name)[:_LONGEST_NAME])}")
    return _validated(legacy_names.translated({**values, "enabled": switch_of(values)}))


def from_page(values: Sequence[Any], names: Sequence[str]) -> Request:
    """Validate the values of the accordion's controls, named in the order of ``names``, its pictures left out.

    What is drawn comes in controls of its own, ``light_editor`` and ``placement_editor``, which count where ``light``
    is "editor" and ``placement`` is "placed".
    """
    given = dict(zip(names, values, strict=False))
    drawn, placed = given.pop("light_editor", None), given.pop("placement_editor", None)
    if given.get("light") == EDITOR:
        given["light"] = _drawn_light(drawn) if given.get("enabled") else None
    if given.get("placement") == PLACED:
        given["placement"] = _drawn_placement(placed) if given.get("enabled") else None
    return _validated(given)


def picture_sources(values: Mapping[str, Any]) -> dict[str, Any]:
    """What validated values give as pictures, by field: base64 text or a data URL (API), what a slot holds (page)."""
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

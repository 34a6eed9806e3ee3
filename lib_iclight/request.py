"""What a user asked for, as one frozen, validated value, whether it came from the page or the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import field_checks
from .fields import Kind, Section, choice, custom, number, picture, strength, switch, table, text
from .light.description import LightDescription
from .light.maps import EDITOR, LIGHTS, MAX_STRENGTH
from .models.library import AUTO_MODEL, MODES
from .picture.arrays import Picture
from .restore.relighting import LightTaken
from .subject import placement
from .subject.background_removal import DEFAULT_MODEL
from .subject.matte_refinement import MAX_FEATHER, MAX_SHRINK, MatteRefinement
from .subject.placement import PLACEMENTS, Placement
from .subject.prepare import ALWAYS, Removal

PLACED = "placed"
"""What the page calls a placement given as scale, x and y."""

PAINTING, PHOTOGRAPH = "painting", "photograph"
"""The results: the model's picture, or the photograph in that picture's light."""

RUN, BACKGROUND = "run", "background"
"""The sizes of a photograph in its new light, apart from :data:`PHOTOGRAPH`."""

AUTO, PAINTED, ORIGINAL, RELIT = "auto", "painted", "original", "relit"
OWN_BACKGROUNDS = (ORIGINAL, RELIT)
"""What is around the subject if it is the photograph's own background."""
NO_LAYERS, PSD, EXR, BOTH = "none", "psd", "exr", "both"
"""The files with a result's layers."""

_OF_THE_RESULT: dict[str, Any] = {"section": Section.RESULT, "after_sampling": True, "axis": True, "in_examples": False}
_LENGTH = "in pixels of a picture whose shorter side is 512"
_PLACED_LIMITS = ", ".join(f'"{name}": {low:g} to {high:g}' for name, (low, high) in placement.LIMITS.items())


@dataclass(frozen=True)
class Request:
    """One relighting job. The field names are those of the API's dict; :mod:`lib_iclight.fields` explains the entries.

    To add a field, add its entry here and use its value where it matters. Only the pictures that a run uses are set,
    and they are already opened; see :func:`lib_iclight.request_input.picture_sources`.
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
    photograph_size: str = choice(
        (RUN, PHOTOGRAPH, BACKGROUND),
        label="Size of the result",
        words="the run's; the photograph's own, with its very pixels; or, with a background picture, that one's "
        "([sizes](subject.md#at-its-own-size))",
        infotext="photograph size",
        **_OF_THE_RESULT | {"axis": False},
    )
    photograph_background: str = choice(
        (AUTO, PAINTED, ORIGINAL, RELIT),
        label="Around the subject",
        words="`auto` is the given background or, without one, the painted one; `original` is the photograph's own, "
        "`relit` that in the new light",
        infotext="photograph background",
        **_OF_THE_RESULT,
    )
    photograph_shadow: float = number(
        0.0,
        1.0,
        default=1.0,
        label="Shadow",
        words="how much of the shadow that was painted falls on a given background; 0 leaves it untouched",
        infotext="photograph shadow",
        **_OF_THE_RESULT,
    )
    background_upscaler: str = text(
        AUTO,
        label="Background upscaler",
        words="which of the web UI's upscalers enlarges a painted background; `auto` is Lanczos; an unknown one is "
        "refused",
        infotext="background upscaler",
        **_OF_THE_RESULT | {"axis": False},
    )
    layers: str = choice(
        (NO_LAYERS, PSD, EXR, BOTH),
        label="Layers",
        words="files beside the saved picture that hold its parts: a Photoshop document, an OpenEXR file "
        "([files and layers](subject.md#files-and-layers))",
        infotext="layers",
        **_OF_THE_RESULT | {"axis": False},
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
        label="Keep the painting too",
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

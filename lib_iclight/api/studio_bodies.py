"""What the routes of the light studio take and answer, for the page /docs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, StrictBool

from ..light.description import ANGLES, KELVINS, PLACES, STRENGTHS
from ..studio.lamps import HEIGHTS, MOST_LAMPS, SHARES
from ..studio.mix import STOPS, VERSION, Mix, parse
from ..studio.motion import MOST_FRAMES, READY, Keyframe, Motion
from ..studio.preview import SIDES
from ..studio.surface import AUTHORS_SIGMA

NAME = "a set's name, as listed"


class SetItem(BaseModel):
    """A light set in the folder."""

    name: str
    kind: str = Field(description="paintings or gains; empty if it cannot be used")
    width: int = Field(description="of the relights, in pixels")
    height: int
    lights: list[str] = Field(description="the lights' names, without the ambient one")
    has_ambient: bool
    made: str = Field(description="when it was written, ISO 8601 with UTC")
    size: int = Field(description="in bytes")
    problem: str = Field(description="why it cannot be used; empty if it can")


class SetList(BaseModel):
    """The caller's own sets, the newest first, and what can be made of them here."""

    sets: list[SetItem]
    films: list[str] = Field(description="the formats of motions that can be written here")
    layers: list[str] = Field(description="the kinds of layers that can be written here")


class SetLight(BaseModel):
    """One light of a set."""

    name: str
    angle: float | None = Field(None, description="in degrees, of a light from a side; null for others")
    light: dict[str, Any] = Field(description="the light description under which it was shot")


class SetAbout(BaseModel):
    """What a set holds."""

    name: str
    kind: str = Field(description="paintings or gains")
    width: int = Field(description="of the relights, in pixels")
    height: int
    full: list[int] | None = Field(None, description="width and height of the photograph, if it has a size of its own")
    lights: list[SetLight] = Field(description="in the order of the preview's tensors")
    has_ambient: bool
    weights: list[list[float]] | None = Field(
        None, description="of each light for one turned to 0 to 359 degrees, which goes straight between; null if none"
    )
    normals: bool = Field(description="whether it has the four lights that normals need")
    recipe: dict[str, Any] = Field(description="how it was shot")


class Named(BaseModel, extra="forbid"):
    """A set's name."""

    name: str = Field(max_length=200, description="letters, digits, spaces, dots, hyphens and brackets")


class Fader(BaseModel, extra="forbid"):
    """One light of a mix."""

    strength: float = Field(1, ge=STRENGTHS[0], le=STRENGTHS[1], description="1 is the light as it was shot")
    colour: str | None = Field(None, max_length=7, description="#rrggbb, sRGB, by which it is multiplied")
    kelvin: float | None = Field(None, ge=KELVINS[0], le=KELVINS[1], description="in place of a colour")
    muted: StrictBool = Field(False, description="whether it is off for now")
    solo: StrictBool = Field(False, description="whether all that are not solo are off for now")


class TurnedFader(Fader, extra="forbid"):
    """A light that is turned around the subject, made of those shot from the sides."""

    angle: float = Field(ge=ANGLES[0], le=ANGLES[1], description="in degrees, counter-clockwise from the right")


class LampBody(Fader, extra="forbid"):
    """A lamp above or in front of the subject, whose light follows from the normals."""

    x: float = Field(ge=PLACES[0], le=PLACES[1], description="in widths of the frame, from its left side")
    y: float = Field(ge=PLACES[0], le=PLACES[1], description="in heights of the frame, from its upper side")
    height: float = Field(
        0.5, ge=HEIGHTS[0], le=HEIGHTS[1], description="how far in front of the subject, in the frame's longer sides"
    )
    softness: float = Field(0.25, ge=SHARES[0], le=SHARES[1], description="how far it reaches around the subject")
    falloff: float = Field(1, ge=SHARES[0], le=SHARES[1], description="how much it fades with the distance")


class MixBody(BaseModel, extra="forbid"):
    """A mix of a set's lights; those that are not named are off."""

    version: int = Field(VERSION, description="of this format")
    lights: dict[str, Fader] = Field({}, description="by the lights' names")
    ambient: Fader | None = Field(None, description="the light from everywhere; off if null")
    turned: TurnedFader | None = Field(None, description="a light on top, at any angle")
    lamps: list[LampBody] = Field(
        [], description=f"up to {MOST_LAMPS}, for sets with the four lights that normals need"
    )
    exposure: float | Literal["auto"] | None = Field(
        0, description=f"in stops, {STOPS[0]:g} to {STOPS[1]:g}; auto or null keeps the subject as bright as it was"
    )


class MixRequest(BaseModel, extra="forbid"):
    """A mix to be seen."""

    mix: MixBody
    side: int = Field(1024, ge=SIDES[0], le=SIDES[1], description="the most pixels on the longer side")


class DevelopRequest(BaseModel, extra="forbid"):
    """A mix to be developed and saved."""

    mix: MixBody
    layers: Literal["none", "psd", "exr", "both"] = Field("none", description="files with a layer for each light")
    format: Literal["", "png", "jpg", "webp"] = Field("", description="of the picture; as set in the web UI if empty")


class DevelopAnswer(BaseModel):
    """A saved picture."""

    url: str = Field(description="where it can be had, for whoever asked, until the web UI restarts")
    file: str = Field(description="its name, in the folder of the results")
    layers: list[str] = Field(description="the names of the files beside it")
    infotext: str = Field(description="its generation parameters, with set and mix")
    width: int
    height: int
    remarks: list[str] = Field(description="what could not be done")


class Infotext(BaseModel, extra="forbid"):
    """A picture's generation parameters."""

    infotext: str = Field(max_length=1 << 16)


class ToldAnswer(BaseModel):
    """What a picture was developed from."""

    name: str = Field(description="of the set; empty if that is not said")
    mix: dict[str, Any] = Field(description="as the routes take it")


class NormalsRequest(BaseModel, extra="forbid"):
    """The surface of a set's subject."""

    which: Literal["normals", "left", "right", "bottom", "top"] = Field(
        "normals", description="the normals, or one of the pictures divided by the ambient one"
    )
    convention: Literal["opengl", "directx", "controlnet"] = Field("opengl", description="where red and green point")
    sigma: float = Field(AUTHORS_SIGMA, ge=0.05, le=100, description="10 is the author's, 1 is nearer to the truth")
    format: Literal["png", "exr"] = Field("png", description="png has 16 bits a channel")


class KeyframeBody(BaseModel, extra="forbid"):
    """A mix at a moment."""

    at: float = Field(ge=0, le=1, description="0 is the beginning, 1 the end")
    mix: MixBody
    easing: Literal["linear", "ease", "in", "out", "hold"] = Field("linear", description="to the next keyframe")


class MotionBody(BaseModel, extra="forbid"):
    """A moving light."""

    keyframes: list[KeyframeBody] = Field(description="one or more, in the order of time")
    loops: StrictBool = Field(True, description="whether it begins again at its end")


class MotionRequest(BaseModel, extra="forbid"):
    """A motion to be written as a film."""

    motion: str | MotionBody = Field(description=f"keyframes, or one of {', '.join(READY)}")
    frames: int = Field(60, ge=1, le=MOST_FRAMES)
    fps: float = Field(15, ge=1, le=60, description="frames a second")
    format: Literal["webp", "gif", "mp4"] = "webp"
    size: Literal["preview", "full"] = Field("preview", description="full is the photograph's own")
    side: int = Field(1024, ge=SIDES[0], le=SIDES[1], description="of a preview: the most pixels on the longer side")


def motion_of(body: MotionBody) -> Motion:
    """The motion that a body describes.

    Raises:
        ICLightError: something in it is out of range; the message names it.
    """
    return Motion(
        tuple(
            Keyframe(each.at, mix_of(each.mix, f"motion.keyframes[{index}].mix"), each.easing)
            for index, each in enumerate(body.keyframes)
        ),
        loops=body.loops,
    )


def mix_of(body: MixBody, where: str = "mix") -> Mix:
    """The mix that a body describes.

    Raises:
        ICLightError: something in it is out of range; the message names it.
    """
    given = {name: _without_none(value) for name, value in plain(body).items()}
    exposure = given.pop("exposure", 0)
    given = {name: value for name, value in given.items() if value is not None}
    return parse({"version": VERSION, **given, "exposure": "auto" if exposure is None else exposure}, where)


def plain(body: BaseModel) -> dict[str, Any]:
    """What a body gives, as JSON values, without what it leaves out."""
    # pydantic 2 has another name for what pydantic 1 does.
    dump = getattr(body, "model_dump", None) or body.dict
    return dump(exclude_unset=True)


def _without_none(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_none(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _without_none(each) for name, each in value.items() if each is not None}

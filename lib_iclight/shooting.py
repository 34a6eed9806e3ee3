"""Lights of one subject, shot one after another into a light set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from .errors import ICLightError
from .light.description import LightDescription
from .light.maps import preset
from .picture import arrays
from .picture.strips import strips
from .relight import Plan
from .request import FIELDS, PHOTOGRAPH, PICTURES
from .restore.relighting import LightTaken, everywhere, light_of
from .studio.light_set import AMBIENT, GAINS, PAINTINGS, FullSize, LightSet, Shot, gained, painted
from .studio.recipes import different
from .subject.in_frame import InFrame
from .subject.placement import Placement
from .subject.prepare import Subject

_SIDES = {"left": 180.0, "right": 0.0, "bottom": 270.0, "top": 90.0}
_BETWEEN = {"top right": 45.0, "top left": 135.0, "bottom left": 225.0, "bottom right": 315.0}

FOUR, EIGHT = "The author's four, and ambient", "Eight around, and ambient"
EACH = "Each light of the editor"
FILM = "The frames of a film"
CHOICES = (FOUR, EIGHT, EACH, FILM)
"""What can be shot."""

_STRIP_PIXELS = 1 << 20

AROUND: Mapping[str, Mapping[str, float]] = {
    FOUR: _SIDES,
    EIGHT: dict(sorted((_SIDES | _BETWEEN).items(), key=lambda item: item[1])),
}
"""Angles in degrees by the lights' names; the ambient light comes last."""


def each_of(light: str | LightDescription) -> dict[str, LightDescription]:
    """The lights of a description, each by itself, and its ambient light if it has some, by the names of a set.

    Raises:
        ICLightError: the light is no description, or has no lights.
    """
    if not isinstance(light, LightDescription) or not light.lights:
        raise ICLightError(
            "There are no lights in the light editor to be shot one by one. Choose the light Editor and place some, or "
            "shoot other lights."
        )
    found = {
        f"light {number}": replace(light, lights=(one,), ambient=0.0) for number, one in enumerate(light.lights, 1)
    }
    return found | ({AMBIENT: replace(light, lights=())} if light.ambient else {})


class Shooting:
    """Collects the lights of a set.

    A run whose result is the photograph gives what the light does to it, with all of its colour and at full strength;
    one whose result is the painting gives the painting.

    Args:
        max_pixels: the most that the photograph at its own size may have.
        begun: a set that is gone on with; its arrays are copied, so that its file can be replaced.
    """

    def __init__(self, max_pixels: Callable[[], int], begun: LightSet | None = None) -> None:
        self._max_pixels = max_pixels
        self._begun = begun
        self._shots = {} if begun is None else {shot.name: _copied(shot) for shot in begun.shots}
        self._kind = PAINTINGS if begun is None else begun.kind
        self._own, self._matte = (np.empty(0, np.uint8),) * 2 if begun is None else map(np.array, _pixels(begun))
        self._full = None if begun is None or begun.full is None else _copied_full(begun.full)
        self._recipe: Mapping[str, Any] = {} if begun is None else begun.recipe

    @property
    def names(self) -> list[str]:
        """The lights that were shot so far."""
        return [*self._shots]

    def add(self, name: str, plan: Plan, subject: Subject, painting: np.ndarray, recipe: Mapping[str, Any]) -> None:
        """Add a light.

        Args:
            name: what the set calls it.
            plan: that of the run, whose light is this one.
            subject: as it was relit.
            painting: uint8 ``[h, w, 3]``, what the model made of it.
            recipe: from :func:`recipe_of`.

        Raises:
            ICLightError: the set that is gone on with was shot otherwise.
        """
        height, width = painting.shape[:2]
        own, matte = subject.own(width, height), subject.matte(width, height)
        seen = _as_it_came(subject, width, height)
        if not self._shots:
            self._kind = GAINS if plan.request.result == PHOTOGRAPH else PAINTINGS
            self._own, self._matte, self._recipe = seen, matte, recipe
            self._full = self._at_own_size(subject, width, height)
        elif self._begun is not None:
            self._check_same(seen, matte, recipe)
        light = _described(plan)
        if self._kind == PAINTINGS:
            self._shots[name] = painted(name, light, painting)
            return
        taken = LightTaken(radius=plan.request.taken.radius)
        found = light_of(own, painting, self._matte, taken)
        self._shots[name] = gained(name, light, everywhere(found, self._matte))

    def _check_same(self, own: np.ndarray, matte: np.ndarray, recipe: Mapping[str, Any]) -> None:
        differ = different(recipe, self._recipe)
        if not (np.array_equal(own, self._own) and np.array_equal(matte, self._matte)):
            differ.append("subject")
        if differ:
            raise ICLightError(
                f"The light set was shot with other settings: {', '.join(differ)}. Go on with the same ones, or "
                "shoot a new set."
            )

    def light_set(self) -> LightSet | None:
        """The set of the lights so far, None if none but the ambient one was shot."""
        lights = tuple(shot for name, shot in self._shots.items() if name != AMBIENT)
        if not lights:
            return None
        ambient = self._shots.get(AMBIENT)
        return LightSet(self._kind, self._own, self._matte, lights, ambient, self._recipe, self._full)

    def _at_own_size(self, subject: Subject, width: int, height: int) -> FullSize | None:
        """The photograph at its own size, None if that is no larger than the run's."""
        run = subject.frame(width, height)
        frame = run.at(subject.picture.size).within(self._max_pixels())
        if self._kind == PAINTINGS or frame.width * frame.height <= width * height:
            return None
        shown, alpha = InFrame(subject, frame), subject.picture.alpha
        scene = shown.scene(slice(0, frame.height))
        seen = scene if alpha is None else _on_grey(scene, frame.show(alpha, 0))
        return FullSize(seen, shown.matte, *frame.onto(run))


def _as_it_came(subject: Subject, width: int, height: int) -> np.ndarray:
    """The photograph in the frame of a run, with what is around the subject: a set's light falls on all of it."""
    pixels = subject.framing.apply(subject.picture.rgb, width, height, arrays.GREY)
    alpha = subject.picture.alpha
    return pixels if alpha is None else _on_grey(pixels, subject.framing.apply(alpha, width, height, 0))


def _on_grey(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """What a picture's own transparency leaves of it, on the grey on which the model is shown it.

    What transparency hides may be anything, and is black in many files, where no light would be seen.

    Args:
        pixels: uint8 or uint16 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``.
    """
    grey = np.float32(arrays.GREY * (np.iinfo(pixels.dtype).max // 255))
    result = np.array(pixels)
    for rows in strips(len(pixels), _STRIP_PIXELS // pixels.shape[1]):
        soft, part = alpha[rows] < 255, result[rows]
        share = alpha[rows][soft][:, None] / np.float32(255)
        part[soft] = np.rint(grey + (part[soft] - grey) * share)
    return result


def recipe_of(plan: Plan, run: Mapping[str, Any], infotext: str) -> dict[str, Any]:
    """How a light was shot, as JSON values: the request's fields as the API takes them, the host's, and the infotext.

    Left out are defaults, the pictures, which the infotext names by their digests, and the light, which differs.
    """
    given = {name: getattr(plan.request, name) for name in FIELDS if name not in (*PICTURES, "enabled", "light")}
    fields = {name: value for name, value in given.items() if value != FIELDS[name].default}
    placement = fields.get("placement")
    if isinstance(placement, Placement):
        fields["placement"] = asdict(placement)
    return {"request": {**fields, "mode": plan.request.mode}, "run": {**run}, "infotext": infotext}


def _pixels(light_set: LightSet) -> tuple[np.ndarray, np.ndarray]:
    return light_set.photograph, light_set.matte


def _copied(shot: Shot) -> Shot:
    return replace(shot, values=np.array(shot.values), slope=None if shot.slope is None else np.array(shot.slope))


def _copied_full(full: FullSize) -> FullSize:
    return replace(full, photograph=np.array(full.photograph), matte=np.array(full.matte))


def _described(plan: Plan) -> LightDescription:
    light = plan.request.light
    return light if isinstance(light, LightDescription) else preset(light, plan.request.mode == "fbc")

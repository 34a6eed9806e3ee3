"""How a photograph in its new light is made: at which size, and before which background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from .errors import ICLightError
from .picture import arrays, scaling
from .picture.arrays import Picture
from .picture.opening import MAX_PIXELS
from .request import BACKGROUND, ORIGINAL, OWN_BACKGROUNDS, PAINTED, PHOTOGRAPH, RUN, Request
from .restore.developed import Developed
from .restore.enlarging import Enlarging
from .restore.exposure import NO_EXPOSURE, Exposure, exposed, exposed_pixels, exposure_of
from .restore.photograph import Behind, Photograph, develop, painted_behind
from .restore.relighting import Light, light_of, outward
from .restore.shadow import shadow
from .subject.frame import Frame, frame_of
from .subject.in_frame import InFrame
from .subject.prepare import Subject, is_cut_out

Enlarge = Callable[[np.ndarray, int, int], np.ndarray]
"""Scales uint8 ``[h, w, 3]`` to a width and a height."""


@dataclass(frozen=True)
class OutputOptions:
    """What a host has and allows for a result.

    Attributes:
        max_pixels: the most pixels that it may have.
        at_run_size: whether it has the run's size whatever was asked for.
        enlarge: how a painted background is enlarged.
        with_layers: whether the result holds its layers.
        in_frame: gives the subject in a frame of another size than the run's.
        exposure: what the result's light is multiplied by, so that a set is equally bright and white; None for a result
            by itself, whose light is not measured either.
    """

    max_pixels: int = MAX_PIXELS
    at_run_size: bool = False
    enlarge: Enlarge = scaling.stretch
    with_layers: bool = False
    in_frame: Callable[[Subject, Frame], InFrame] = InFrame
    exposure: Exposure | None = None


DEFAULT_OUTPUT = OutputOptions()
"""Those of a host without upscalers of its own."""


def wants_own_size(request: Request) -> bool:
    """Whether a result is to have another size than the run's."""
    return request.result == PHOTOGRAPH and request.photograph_size != RUN


def check_size(request: Request, has_background: bool) -> None:
    """Check that there is a picture whose size the result can have.

    Args:
        request: what was asked for.
        has_background: whether fbc has a background picture.

    Raises:
        ICLightError: the background's size is asked for, and there is none.
    """
    if wants_own_size(request) and request.photograph_size == BACKGROUND and not has_background:
        raise ICLightError(
            "The size of the result is the background's, but there is no background picture. Use the mode fbc with a "
            "background, or set the size (photograph_size) to photograph or run."
        )


def check_own_background(request: Request, pictures: Sequence[Picture]) -> None:
    """Check that photographs whose background is to be kept have one.

    Raises:
        ICLightError: one of them is cut out.
    """
    if request.result != PHOTOGRAPH or request.photograph_background not in OWN_BACKGROUNDS:
        return
    if any(is_cut_out(picture.alpha) for picture in pictures):
        raise ICLightError(
            f"The photograph's own background ({request.photograph_background}) cannot be around the subject: the "
            "picture is cut out already. Use the photograph it was cut out of, or set what is around the subject "
            "(photograph_background) to auto or painted."
        )


def leaves_room(request: Request, frame: Frame) -> bool:
    """Whether a photograph whose own background is kept does not fill its frame."""
    if request.result != PHOTOGRAPH or request.photograph_background not in OWN_BACKGROUNDS:
        return False
    return frame.reach != (slice(0, frame.height), slice(0, frame.width))


def frame_of_result(
    request: Request, subject: Subject, background: Picture | None, run: Frame, max_pixels: int
) -> Frame:
    """The frame of a result: the run's at the scale of the photograph or the background.

    Args:
        request: what was asked for.
        subject: as it was relit.
        background: fbc's background picture.
        run: the run's frame.
        max_pixels: the most that the result may have; a larger frame is scaled down to that.
    """
    if request.photograph_size == BACKGROUND and background is not None:
        cover = frame_of("cover", background.size, run.width, run.height)
        factor = background.size[0] / cover.picture[0]
        whole = cover.at(background.size)
        size = max(1, round(run.picture[0] * factor)), max(1, round(run.picture[1] * factor))
        found = run.at(size)
        # To the pixel what the background fills: its own pixels are to stay.
        return Frame(whole.width, whole.height, size, found.left, found.top).within(max_pixels)
    return run.at(subject.picture.size).within(max_pixels)


def developed(
    request: Request, subject: Subject, background: Picture | None, painting: np.ndarray, output: OutputOptions
) -> Developed:
    """Put the painting's light on the photograph, before what is asked for.

    Args:
        request: what was asked for.
        subject: the one that was relit, framed as in the run.
        background: fbc's background picture as it was given.
        painting: uint8 ``[h, w, 3]``, the model's picture.
        output: what the host has and allows.

    Returns:
        The result. With the run's size it is the painting itself where nothing of the subject is in the frame.
    """
    height, width = painting.shape[:2]
    run, own, matte = subject.frame(width, height), subject.own(width, height), subject.matte(width, height)
    light = light_of(own, painting, matte, request.taken)
    found = None if output.exposure is None else exposure_of(light, matte)
    light = exposed(light, output.exposure or NO_EXPOSURE)
    if output.at_run_size or not wants_own_size(request):
        scene = subject.framing.apply(subject.picture.rgb, width, height, arrays.GREY)
        photograph, frame = Photograph(matte, own.__getitem__, scene.__getitem__), run
    else:
        frame = frame_of_result(request, subject, background, run, output.max_pixels)
        shown = output.in_frame(subject, frame)
        enlarging = Enlarging((height, width), shown.matte.shape, *frame.onto(run))
        photograph = Photograph(shown.matte, shown.own, shown.scene, enlarging)
    around = _Around(request, background, painting, own, matte, light, output.exposure or NO_EXPOSURE)
    made = develop(photograph, light, around.behind(frame, output.enlarge), with_layers=output.with_layers)
    return replace(made, found=found)


@dataclass(frozen=True, eq=False)
class _Around:
    """What a run has for the background of its result; the pictures are of the run's size.

    Attributes:
        request: what was asked for.
        background: fbc's background picture as it was given.
        painting, own, matte: see :func:`lib_iclight.restore.relighting.light_of`.
        light: found there, multiplied by the exposure.
        exposure: of the painted background too, which that light falls on.
    """

    request: Request
    background: Picture | None
    painting: np.ndarray
    own: np.ndarray
    matte: np.ndarray
    light: Light
    exposure: Exposure

    def behind(self, frame: Frame, enlarge: Enlarge) -> Behind:
        """What is around the subject in a frame."""
        kind, size = self.request.photograph_background, (frame.width, frame.height)
        if kind in OWN_BACKGROUNDS:
            light = None if kind == ORIGINAL else outward(self.light, self.matte)
            return Behind(self._beyond(frame, enlarge), None, frame.reach, light)
        if kind != PAINTED and self.background is not None:
            given = _as_given(self.request, self.background)
            return Behind(scaling.cover_crop(given, *size), self._shadow(given, size))
        return Behind(self._painted(size, enlarge))

    def _painted(self, size: tuple[int, int], enlarge: Enlarge) -> np.ndarray:
        painting = exposed_pixels(self.painting, self.exposure)
        painted = painted_behind(self.own, painting, self.matte, self.light)
        return painted if painted.shape[1::-1] == size else enlarge(painted, *size)

    def _beyond(self, frame: Frame, enlarge: Enlarge) -> np.ndarray:
        """The painting, where the photograph does not fill the frame."""
        size, (rows, columns) = (frame.width, frame.height), frame.reach
        if (columns.stop - columns.start, rows.stop - rows.start) == size:
            return np.broadcast_to(np.uint8(0), (*size[::-1], 3))
        return self._painted(size, enlarge)

    def _shadow(self, given: np.ndarray, size: tuple[int, int]) -> np.ndarray | None:
        strength, (height, width) = self.request.photograph_shadow, self.matte.shape
        found = shadow(self.painting, scaling.cover_crop(given, width, height), self.matte, strength)
        if found is None or size == (width, height):
            return found
        return np.asarray(Image.fromarray(found).resize(size, Image.Resampling.BILINEAR))


def _as_given(request: Request, background: Picture) -> np.ndarray:
    """The background as the run is shown it: uint8 ``[H, W, 3]``; transparent parts are grey."""
    shown = arrays.mirrored(background) if request.flip_background else background
    return arrays.on_grey(shown.rgb, shown.alpha)

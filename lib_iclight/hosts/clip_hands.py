"""Paints the frames of a clip in the host, as batches of one seed, and develops them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from ..developing import OutputOptions, Steadied, developed, kept
from ..errors import ICLightError, InterruptedRunError
from ..light.description import LightDescription
from ..picture import arrays, scaling
from ..picture.arrays import Picture
from ..relight import OfFrame
from ..request import AUTO, NO_LAYERS, PAINTED, PHOTOGRAPH, Request
from ..restore.photograph import painted_behind
from ..restore.relighting import Light, light_of
from ..shoot.clip import Frame, Taken
from ..shoot.clip_frames import Clip, Reader, shown_at
from ..subject.prepare import Framing, Subject, cut_by, found_by, removes
from . import run_context, upscalers, webui
from .app_context import app_context

_WHOLE = Framing("stretch")

_RIM = 0.03
"""How far from the subject its rim is painted, as a share of the shorter side."""


@dataclass(frozen=True, eq=False)
class Moving:
    """What changes from frame to frame beside the subject.

    Attributes:
        lights: the light of each frame; None for the request's.
        background: the clip that is fbc's background; None for the request's picture, if any.
    """

    lights: Sequence[LightDescription] | None = None
    background: Clip | None = None


class HostHands:
    """See :class:`lib_iclight.shoot.clip.Hands`.

    Args:
        p: the host's processing object.
        request: what was asked for.
        background: fbc's background picture, if it has one.
        clip: what is relit.
        moving: what changes from frame to frame.
        attention: how far the frames of a window look at each other, 0 to 1.

    Attributes:
        infotext: that of the first picture painted here, "" before.
    """

    def __init__(
        self, p: Any, request: Request, background: Picture | None, clip: Clip, moving: Moving, attention: float
    ) -> None:
        self._p, self._clip, self._moving, self._attention = p, clip, moving, attention
        self._request = replace(request, photograph_size=PHOTOGRAPH, layers=NO_LAYERS)
        self._background = background
        self._behind = None if moving.background is None else Reader(moving.background, 8)
        self._interrupted = webui.watch_interrupt()
        self._held: np.ndarray | None = None
        self.has_light = request.result == PHOTOGRAPH
        self.infotext = ""

    def removes(self, picture: Picture) -> bool:
        """Whether the subject is to be cut out."""
        return removes(picture, self._request.remove_background)

    def cut_out(self, picture: Picture) -> np.ndarray:
        """The matte of the subject, uint8 ``[H, W]``."""
        remover = app_context().removers

        def remove(rgb: np.ndarray, model: str) -> np.ndarray:
            return remover.remove(rgb, model, more_to_come=True)

        return found_by(remove, picture, self._request.matting_model)

    def paint(self, frames: Sequence[Frame]) -> list[np.ndarray] | None:
        """Paint frames together, as a batch whose pictures have the same noise."""
        from modules import shared
        from modules.processing import process_images

        if shared.state.interrupted or getattr(shared.state, "stopping_generation", False):
            return None
        pc, paintings = self._copy([self.of_frame(frame) for frame in frames])
        try:
            processed = process_images(pc)
        except InterruptedRunError:
            return None
        if shared.state.interrupted or shared.state.skipped:
            return None
        if len(paintings) != len(frames):
            raise ICLightError(
                f"The web UI has painted {len(paintings)} of the {len(frames)} frames of a window. Switch off scripts "
                "and extensions that change how many pictures are made, or set the window to 1."
            )
        self.infotext = self.infotext or str(processed.infotexts[0])
        return paintings

    def of_frame(self, frame: Frame) -> OfFrame:
        """What is a frame's own in a run."""
        lights = self._moving.lights
        return OfFrame(self._subject(frame), None if lights is None else lights[frame.index], self._back(frame.index))

    def _copy(self, frames: Sequence[OfFrame]) -> tuple[Any, list[np.ndarray]]:
        """A processing object for a window, and where the paintings will be."""
        pc, paintings = copy(self._p), []
        pc.styles = pc.styles[:]
        pc.n_iter, pc.batch_size = 1, len(frames)
        pc.do_not_save_samples = pc.do_not_save_grid = True
        run_context.override(pc, "enabled", True)
        if frames[0].light is not None:
            run_context.override(pc, "light", frames[0].light.to_json())
        run_context.paint_frames(pc, frames)
        run_context.attend_across(pc, self._attention)
        run_context.tell(pc, lambda plan, subject, painting: paintings.append(painting))
        return pc, paintings

    def taken(self, frame: Frame, painting: np.ndarray) -> Taken:
        """The light of a painting."""
        height, width = painting.shape[:2]
        subject = self._subject(frame)
        own, matte = subject.own(width, height), subject.matte(width, height)
        seen = _WHOLE.apply(frame.picture.rgb, width, height, arrays.GREY)
        return Taken(seen, own, matte, light_of(own, painting, matte, self._request.taken))

    def developed(self, frame: Frame, painting: np.ndarray, light: Light | None) -> np.ndarray:
        """A frame of the result at the clip's own size."""
        subject = self._subject(frame)
        if light is None:
            return scaling.stretch(kept(self._request, subject, painting).seen, *self._clip.size)
        enlarge = upscalers.enlarging(self._request)
        back = self._back(frame.index) or self._background
        if frame.index == 0 and self._is_painted(back):
            # A painted background is another one in each painting: that of the first frame is all frames'.
            height, width = painting.shape[:2]
            own, matte = subject.own(width, height), _grown(subject.matte(width, height))
            self._held = enlarge(painted_behind(own, painting, matte, light), *self._clip.size)
        output = OutputOptions(app_context().max_pixels(), enlarge=enlarge)
        return developed(self._request, subject, back, painting, output, Steadied(light, self._held)).seen

    def interrupted(self) -> bool:
        """Whether the user wants it to end."""
        return self._interrupted()

    def tell(self, done: str) -> None:
        """Show how far it is."""
        webui.tell(f"IC Light: clip, {done} ...")

    def release(self) -> None:
        """Let go of what was kept for further frames."""
        webui.tell("")
        app_context().removers.forget_unless_kept()

    def _is_painted(self, background: Picture | None) -> bool:
        kind = self._request.photograph_background
        return kind == PAINTED or (kind == AUTO and background is None)

    def _subject(self, frame: Frame) -> Subject:
        found = cut_by(frame.picture, frame.matte, self._request.edge, self._request.matting_model)
        return found.framed(_WHOLE)

    def _back(self, index: int) -> Picture | None:
        """The frame of the background that is shown with a frame."""
        if self._behind is None:
            return None
        timing = self._clip.timing
        length = float((timing.ticks[-1] - timing.ticks[0] + timing.last) * timing.base)
        return self._behind[shown_at(self._moving.background.timing, float(timing.shares[index]), length)]


def _grown(matte: np.ndarray) -> np.ndarray:
    """A matte with what the model paints around the subject's rim, which must not stay when the subject moves on."""
    reach = max(round(min(matte.shape) * _RIM), 1)
    return np.asarray(Image.fromarray(matte).filter(ImageFilter.MaxFilter(2 * reach + 1)))


def checked(p: Any, script: Any, request: Request, sources: dict[str, Any], frame: OfFrame) -> Picture | None:
    """Check what can be checked before frames are cut out.

    Args:
        p: the host's processing object.
        script: the always-on script of the tab.
        request: what was asked for.
        sources: the pictures that were given with it.
        frame: the first one.

    Returns:
        The background picture of the run, None if it has none.

    Raises:
        ICLightError: the run would be refused, or works on a mask.
    """
    if getattr(p, "image_mask", None) is not None:
        raise ICLightError("A clip cannot be relit inside a mask. Use img2img's first tab, or txt2img.")
    upscalers.check(request)
    hooks = app_context().hooks
    return hooks.plan(p, request, sources, script.is_img2img, (frame,)).background

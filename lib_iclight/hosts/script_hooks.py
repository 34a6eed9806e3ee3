"""The script's hooks: each reads the state of a run from the processing object ``p`` and sets up its relighting."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from ..developing import OutputOptions, frame_of_result, leaves_room, wants_own_size
from ..errors import InterruptedRunError
from ..infotext import describe, forget
from ..models.library import MissingModelError, ModelFile
from ..models.manager import Models
from ..picture.icc import srgb_profile
from ..relight import INIT, MASK, OfFrame, Plan, RelightPipeline, finish
from ..request import NO_LAYERS, PHOTOGRAPH, Request
from ..restore.developed import Developed
from ..subject.frame import Frame
from ..subject.prepare import Subject
from . import abort, masks, nested_runs, own_size, patching, results, run_context, saved, unrestored, upscalers, webui
from .checkpoint_checks import CheckpointChecks
from .checkpoints import Checkpoints
from .comparisons import Comparisons
from .protocol import Host
from .removers import Removers
from .run_context import RunContext
from .sampling import Relighting

if TYPE_CHECKING:
    from .asked import Asked


class ScriptHooks:
    """The hooks, the same for every host; one instance per process.

    Args:
        host: the web UI's backend.
        pipeline: makes plans.
        models: manages the model files.
        removers: the background removers.
        checkpoints: looks up checkpoints that are not loaded yet.

    Attributes:
        comparisons: keeps what the page compares results with.
    """

    def __init__(
        self, host: Host, pipeline: RelightPipeline, models: Models, removers: Removers, checkpoints: Checkpoints
    ):
        self.host = host
        self.pipeline = pipeline
        self._models = models
        self._removers = removers
        self._checks = CheckpointChecks(host, pipeline.library, checkpoints)
        self.comparisons = Comparisons()
        self._relighting = Relighting(host, pipeline, self._checks)

    def begin(self, p: Any, asked: Asked, is_img2img: bool) -> None:
        """Hook ``before_process``: make the plan, or end the run with the reason.

        Args:
            p: the host's processing object.
            asked: the script's arguments.
            is_img2img: which tab the run belongs to.
        """
        run = run_context.begin(p)
        if nested_runs.is_nested_run(p, run_context.is_relit):
            return  # its picture has just been relit
        forget(p.extra_generation_params)
        try:
            request = asked.request(run.overrides)
            if request.enabled:
                upscalers.check(request)
                saved.check(p, request)
                run.start(self.plan(p, request, asked.pictures(), is_img2img, run.frames))
                p.extra_generation_params.update(describe(run.plan))
        except InterruptedRunError as error:
            # The host itself ends an interrupted run before sampling; if it does not, sampling raises.
            run.end_with(error, steps=("sample",))
        except Exception as error:  # the host would swallow it and make a picture that is not relit
            run.end_with(error)

    def plan(
        self, p: Any, request: Request, pictures: Mapping[str, Any], is_img2img: bool, frames: Sequence[OfFrame] = ()
    ) -> Plan:
        """The plan of a run.

        Args:
            p: the host's processing object.
            request: what was asked for.
            pictures: its pictures as they were given, by name; in img2img the host's are used too.
            is_img2img: which tab the run belongs to.
            frames: of a clip, which are painted together in place of the foreground.

        Raises:
            ICLightError: the run cannot be done; see :meth:`lib_iclight.relight.RelightPipeline.plan`.
        """
        sources: dict[str, Sequence[Any]] = {name: [source] for name, source in pictures.items()}
        if is_img2img:
            sources |= self._host_pictures(p, request)
        remove = self._removers.remove_in_run
        return self.pipeline.plan(request, sources, is_img2img, self._find_model, remove, frames)

    def _host_pictures(self, p: Any, request: Request) -> dict[str, Sequence[Any]]:
        """img2img's pictures and, if it is the light, its mask; what is not given is left out.

        Raises:
            ICLightError: the mask's file format is not supported, or it is too large.
        """
        images = [image for image in getattr(p, "init_images", None) or () if image is not None]
        mask = masks.as_light(p, self.pipeline.max_pixels()) if request.light == "mask" else None
        found = {INIT: images, MASK: [mask] if mask is not None else []}
        return {name: given for name, given in found.items() if given}

    def _find_model(self, request: Request) -> Callable[[], ModelFile]:
        """A :data:`lib_iclight.relight.FindModel`: what is missing is downloaded where the user has set that."""

        def select() -> ModelFile:
            return self.pipeline.library.select(request.mode, request.model, self.host.model_folders())

        try:
            found = select()
        except MissingModelError as error:
            if not self._models.on_first_use:
                raise
            missing = error.mode
        else:
            return lambda: found

        def fetched() -> ModelFile:
            self._fetch(missing)
            return select()

        return fetched

    def _fetch(self, mode: str) -> None:
        try:
            self._models.fetch(mode, webui.watch_interrupt(), webui.tell)
        finally:
            webui.tell("")

    def check(self, p: Any) -> None:
        """Hook ``process``: the checkpoint is loaded by now, so check that IC-Light can run on it."""
        run = run_context.of(p)
        if run is None:
            return
        try:
            self._checks.check_loaded(p.sd_model, run)
            self._checks.check_others(p)
            run.restore_levels = self.host.kept_levels(p.sd_model)
            lost = patching.words(self.host.checkpoint(p.sd_model))
            if lost:
                p.comment(lost)
            _set_size(p, run)
            if run.frames:
                _share_noise(p)
        except Exception as error:
            run.end_with(error)

    def before_sampling(self, p: Any, x: Any, noise: Any) -> None:
        """Hook ``process_before_every_sampling``: patch the UNet, and set what the first pass starts from.

        Args:
            p: the host's processing object.
            x: latents whose shape ``[B, 4, h, w]`` is the pass's actual size.
            noise: the sampler's noise of that shape; modified in place for a light in txt2img.
        """
        run = run_context.of(p)
        if run is None:
            return
        try:
            self._relighting.set_up(p, run, x, noise)
        except Exception as error:
            abort.abort_sampling(p, error, run.restore_levels)
            run.drop_pictures()

    def finish_image(self, p: Any, image: Any, index: int | None) -> Any:
        """Hook ``postprocess_image``: make the result of what the model painted, before the picture is saved.

        The host's own colour correction is turned off for the run.

        Args:
            p: the host's processing object.
            image: a finished picture.
            index: its position among the results; None if the host does not say: then it calls in order.
        """
        run = run_context.of(p)
        if run is None:
            return image
        # Right after this hook the host would match the colours to its own starting picture: a light map, or the
        # subject under its old light.
        p.color_corrections = None
        saved.complete_earlier(p, run)
        index = run.finished if index is None else index
        run.finished += 1
        pixels = np.asarray(image.convert("RGB"))
        subject = run.subject_of(index)
        try:
            if run.painted is not None:
                run.painted(run.plan, subject, pixels)
            if run.frames:  # who paints them makes the result once all are painted
                return image
            made, frame = self._developed(p, run, subject, pixels)
        except Exception as error:  # the host would swallow it and give the painting as if it were the result
            run.end_after_picture(error)
            return image
        run.compared[index] = self.comparisons.compared(
            p, subject, index, pixels, made.picture, frame, run.plan.background, run.plan.from_init
        )
        if made.picture is pixels:
            return image
        if made.layers is not None or made.picture.dtype != np.uint8:
            run.developed[index] = made
        if run.plan.request.keep_original:
            run.unrestored[index] = unrestored.with_overlay(p, image, index % p.batch_size)
        shown = Image.fromarray(made.seen)
        if run.plan.request.result == PHOTOGRAPH:
            run.given[index] = shown
            # Pillow writes it into every PNG file, that of the API's answer and of the page among them.
            shown.info["icc_profile"] = srgb_profile()
        return shown

    def _developed(
        self, p: Any, run: RunContext, subject: Subject, pixels: np.ndarray
    ) -> tuple[Developed, Frame | None]:
        """The result of one painting, uint8 ``[H, W, 3]``, and its frame, None for the run's.

        Says so where it is smaller than was asked for, or the photograph's own background does not fill it.
        """
        plan, most, frame = run.plan, self.pipeline.max_pixels(), None
        of_run = subject.frame(pixels.shape[1], pixels.shape[0])
        if run.framing is None and leaves_room(plan.request, of_run):
            p.comment(
                "The photograph does not fill the frame: beyond its straight edges is the painted background. With "
                "the placement cover it fills the frame."
            )
        has_layers = plan.request.layers != NO_LAYERS
        enlarge = upscalers.enlarging(plan.request)
        output = OutputOptions(most, run.at_run_size, enlarge, has_layers, run.in_frame)
        if wants_own_size(plan.request) and not run.at_run_size:
            frame = frame_of_result(plan.request, subject, plan.background, of_run, sys.maxsize)
            if frame.width * frame.height > most:
                p.comment(
                    f"The result would have {frame.width} x {frame.height} pixels; it is scaled down to the largest "
                    "picture in megapixels that the settings allow."
                )
                frame = frame.within(most)
        return finish(plan, subject, pixels, output), frame

    def results(self, p: Any, processed: Any) -> None:
        """Hook ``postprocess``: complete the saved files, and add further pictures if the user asked for them."""
        run = run_context.of(p)
        if run is None:
            return
        run.restore_mask()
        run.restore_grid()
        if not webui.settings().keep_models:
            self.pipeline.library.forget()
        try:
            saved.complete(p, run, processed)
            self._add_results(p, run, processed)
        finally:
            run.drop_pictures()

    def _add_results(self, p: Any, run: RunContext, processed: Any) -> None:
        texts = unrestored.keep(p, processed, run.unrestored) if run.unrestored else {}
        self.comparisons.keep(p, processed, run.compared, texts)
        if run.plan.request.show_subject and run.shown is not None:
            results.add(processed, [Image.fromarray(subject.pixels(*run.shown)) for subject in run.subjects])


def _share_noise(p: Any) -> None:
    """Give the frames of a clip one noise. A list in ``p.seed`` would do so too, but others' scripts take a number."""
    for name in ("all_seeds", "all_subseeds"):
        seeds = getattr(p, name)
        setattr(p, name, [seeds[0]] * len(seeds))


def _set_size(p: Any, run: RunContext) -> None:
    """Settle whether results have a size of their own: then the host must not lay them side by side in one picture."""
    request = run.plan.request
    reason = own_size.why_not(p, request)
    run.at_run_size = bool(reason)
    if reason:
        p.comment(reason)
    elif wants_own_size(request):
        run.grid_was_wanted = own_size.without_grid(p)

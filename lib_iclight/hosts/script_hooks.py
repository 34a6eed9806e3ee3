"""Between a host's processing object ``p`` and the pipeline: reads what a run is, writes what relights it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from ..conditioning import about, inside_mask
from ..errors import ICLightError, InterruptedRunError
from ..infotext import describe, forget
from ..models.library import MissingModelError, Offsets, check_fit
from ..relight import Plan, RelightPipeline, condition_layers, grey_layer, start_layer
from ..request import Request
from ..subject.prepare import Framing
from . import abort, first_latents, masks, nested_runs, patching, results, unrestored
from .protocol import Checkpoint, Host

_ATTRIBUTE = "ic_light_run"
_OVERRIDES = "ic_light_overrides"
_FITS = {0: "stretch", 1: "cover", 2: "contain", 3: "stretch"}


@dataclass
class _Run:
    """One run's state; it lives on ``p``, so that runs inside or beside each other do not meet.

    ``owner`` gives that ``p``: others copy it, and call the hooks for the copy while it still runs. Hosts keep ``p``
    longer than its run, so the pictures go when that ends; ``plan`` is None then.
    """

    plan: Plan | None
    owner: Callable[[], Any]
    checked: Callable[[], Any] = lambda: None
    tidy: Callable[[], None] = lambda: None
    init_latent: Any = None
    shown: tuple[int, int] | None = None
    finished: int = 0
    unrestored: dict[int, Image.Image] = field(default_factory=dict)

    def end(self) -> None:
        """Let go of the pictures."""
        self.plan = self.init_latent = None
        self.unrestored = {}


@dataclass(frozen=True)
class HostServices:
    """What a run needs of the web UI besides its backend.

    Attributes:
        fetch: brings the model of a mode where the settings want that; gives whether it did.
        others: names the checkpoints besides the chosen one that a run will load, by what they are for.
        named: tells what a checkpoint is, None where that is not known.
        keeps_models: whether loaded offsets stay for the next generation.
    """

    fetch: Callable[[str], bool] = lambda mode: False
    others: Callable[[Any], dict[str, str]] = lambda p: {}
    named: Callable[[str], Checkpoint | None] = lambda name: None
    keeps_models: Callable[[], bool] = lambda: True


class ScriptHooks:
    """The script's hooks, host by host the same. One for the process.

    Args:
        host: the web UI's backend.
        pipeline: draws up plans.
        matte: the background remover.
        surroundings: the web UI around the backend.
    """

    def __init__(
        self,
        host: Host,
        pipeline: RelightPipeline,
        matte: Callable[[np.ndarray, str], np.ndarray],
        services: HostServices | None = None,
    ):
        self.host = host
        self.pipeline = pipeline
        self._matte = matte
        self._services = services or HostServices()
        # Offsets with the very shapes that they were found to fit, which hosts keep: comparing hundreds takes a while.
        self._fitting: weakref.WeakKeyDictionary[Offsets, Mapping[str, Any]] = weakref.WeakKeyDictionary()

    def begin(self, p: Any, read: Callable[[dict[str, Any]], Request], is_img2img: bool) -> None:
        """Hook ``before_process``: draw up the plan, or let the run end with the reason.

        Args:
            p: the host's processing object.
            read: gives the request; gets what an X/Y/Z axis has set.
            is_img2img: which tab the run belongs to.
        """
        abort.clear_abort(p)
        masks.restore(p)
        vars(p).pop(_ATTRIBUTE, None)
        if nested_runs.is_nested_run(p, _is_relit):
            return  # its picture is one that was relit a moment ago
        forget(p.extra_generation_params)
        try:
            request = read(getattr(p, _OVERRIDES, {}))
            if not request.enabled:
                return
            init_images = list(getattr(p, "init_images", None) or []) if is_img2img else None
            mask = None
            if is_img2img and request.light == "mask":
                mask = masks.as_light(p, self.pipeline.max_pixels())
            plan = self._plan(request, init_images, mask)
            if plan.lit_by_mask:
                masks.detach(p)
            setattr(p, _ATTRIBUTE, _Run(plan, weakref.ref(p)))
            p.extra_generation_params.update(describe(plan))
        except InterruptedRunError as error:
            # The host ends an interrupted run by itself, before it samples; should it not, no picture comes.
            abort.abort_run(p, error, steps=("sample",))
        except Exception as error:  # the host would swallow it and go on to an unrelated picture
            abort.abort_run(p, error)

    def _plan(self, request: Request, init_images: list[Any] | None, mask: Any) -> Plan:
        """The plan; a model that is missing arrives first where the user has set that."""
        given = (request, init_images, self.host.model_folders(), self._matte, mask)
        try:
            return self.pipeline.plan(*given)
        except MissingModelError as error:
            if not self._services.fetch(error.mode):
                raise
        return self.pipeline.plan(*given)

    def check(self, p: Any) -> None:
        """Hook ``process``: the checkpoint is loaded now, so see that IC-Light can run on it."""
        run = _run_of(p)
        if run is None:
            return
        try:
            self._check_checkpoint(p.sd_model, run)
            self._check_others(p)
            run.tidy = self.host.kept_levels(p.sd_model)
            lost = patching.words(self.host.checkpoint(p.sd_model))
            if lost:
                p.comment(lost)
        except Exception as error:
            abort.abort_run(p, error)
            run.end()

    def _check_others(self, p: Any) -> None:
        """The second pass and the refiner load their checkpoints in the middle of the run: too late for a message."""
        for role, name in self._services.others(p).items():
            checkpoint = self._services.named(name)
            if checkpoint is not None and not checkpoint.supported:
                raise ICLightError(
                    f"IC Light works on Stable Diffusion 1.5 checkpoints, but {role} {checkpoint.name} is "
                    f"{checkpoint.family}. Choose a Stable Diffusion 1.5 checkpoint there, or none, or turn IC Light "
                    "off."
                )

    def _check_checkpoint(self, sd_model: Any, run: _Run) -> None:
        """Once a checkpoint: the second pass may have one of its own."""
        if run.checked() is sd_model:
            return
        checkpoint = self.host.checkpoint(sd_model)
        if not checkpoint.supported:
            raise ICLightError(
                f"IC Light works on Stable Diffusion 1.5 checkpoints, but {checkpoint.name} is {checkpoint.family}. "
                "Load a Stable Diffusion 1.5 checkpoint, or turn IC Light off."
            )
        model = run.plan.model
        offsets, shapes = self.pipeline.library.load(model), self.host.unet_shapes(sd_model)
        if self._fitting.get(offsets) is not shapes:
            check_fit(offsets, shapes, model.name, checkpoint.name)
            self._fitting[offsets] = shapes
        run.checked = weakref.ref(sd_model)

    def before_sampling(self, p: Any, x: Any, noise: Any) -> None:
        """Hook ``process_before_every_sampling``: patch the UNet, and set what the first pass starts from.

        Args:
            p: the host's processing object.
            x: latents whose shape ``[B, 4, h, w]`` is the run's real size.
            noise: the sampler's noise of that shape; changed in place for a light in txt2img.
        """
        run = _run_of(p)
        if run is None:
            return
        try:
            self._check_checkpoint(p.sd_model, run)
            self._relight(p, run, x, noise)
            self._follow_refiner(p, run, x)
        except Exception as error:
            abort.abort_sampling(p, error, run.tidy)
            run.end()

    def _follow_refiner(self, p: Any, run: _Run, x: Any) -> None:
        """Relight the refiner's UNet too: it is loaded while sampling, where a host calls no hook of scripts.

        The denoiser is told of it. It lives as long as its sampler, for one pass.
        """
        denoiser = getattr(p.sampler, "model_wrap_cfg", None)
        if getattr(p, "refiner_checkpoint_info", None) is None or denoiser is None:
            return
        update = denoiser.update_inner_model

        def updated() -> None:
            update()
            self._check_checkpoint(p.sd_model, run)
            self._condition(p, run, x)

        if not hasattr(update, _ATTRIBUTE):
            setattr(updated, _ATTRIBUTE, run)
            denoiser.update_inner_model = updated

    def _relight(self, p: Any, run: _Run, x: Any, noise: Any) -> None:
        import torch

        framing = _host_framing(p) if run.plan.from_init else None
        if framing is not None:
            run.plan = run.plan.framed(framing)
        plan = run.plan
        self._condition(p, run, x)
        if plan.has_start and not getattr(p, "is_hr_pass", False):
            place = self._place(p, x)
            starts = [self.pipeline.latents.latent(start_layer(plan, subject), *place) for subject in plan.subjects]
            start, strength = torch.cat(starts), plan.request.light_strength
            if getattr(p, "init_latent", None) is None:
                self._add_to_noise(p, start * strength, noise)
                return
            if strength != 1:
                start = about(self.pipeline.latents.latent(grey_layer(), *place), start, strength)
            self._start_from(p, run, start)

    def _condition(self, p: Any, run: _Run, x: Any) -> None:
        """Give the model's UNet the offsets and what is beside latents of ``x``'s shape."""
        import torch

        plan, place = run.plan, self._place(p, x)
        run.shown = run.shown or place[:2]
        stacks = [self.pipeline.latents.stack(condition_layers(plan, subject), *place) for subject in plan.subjects]
        self.host.relight(p.sd_model, self.pipeline.library.load(plan.model), torch.cat(stacks))

    def _place(self, p: Any, x: Any) -> tuple[int, int, Hashable, Callable]:
        """Where pictures for latents of ``x``'s shape are encoded: width and height in pixels, the VAE, its encoder."""
        vae, encode, scale = self.host.vae(p.sd_model)
        return x.shape[-1] * scale, x.shape[-2] * scale, vae, encode

    def _add_to_noise(self, p: Any, start: Any, noise: Any) -> None:
        """Begin txt2img from the light: the sampler scales the noise, so what is added to it is divided by that."""
        scale = first_latents.noise_scale(p, self.host.sigma_max(p.sd_model))
        first_latents.check_visible(scale)
        light = (start / scale).to(noise)
        noise += light
        replaced = getattr(p, "modified_noise", None)
        if replaced is not None and replaced is not noise:
            # A script before ours has given the host other noise, made of what this one was then.
            p.modified_noise = replaced + light.to(replaced)

    def _start_from(self, p: Any, run: _Run, start: Any) -> None:
        """Begin img2img from the light instead of from its picture."""
        largest = self.host.sigma_max(p.sd_model)
        if largest >= first_latents.FAINTEST:
            first_latents.check_visible(first_latents.img2img_level(p, largest))
        if run.init_latent is None:
            run.init_latent = p.init_latent
        p.init_latent = inside_mask(start, run.init_latent, getattr(p, "nmask", None))

    def finish_image(self, p: Any, image: Any, index: int | None) -> Any:
        """Hook ``postprocess_image``: restore details and keep colours before the picture is saved.

        The host's own colour correction is left out of the run.

        Args:
            p: the host's processing object.
            image: a finished picture.
            index: its place in the batch; None where a host does not tell, which then calls in their order.
        """
        run = _run_of(p)
        if run is None:
            return image
        # The host would match the colours to those of its own start, a light map or the old light, which comes right
        # after this hook and ends with the run.
        p.color_corrections = None
        index = run.finished if index is None else index
        run.finished += 1
        pixels = np.asarray(image.convert("RGB"))
        finished = self.pipeline.finish(run.plan, index, pixels)
        if finished is pixels:
            return image
        if run.plan.request.keep_original:
            run.unrestored[index] = unrestored.completed(p, image, index % p.batch_size)
        return Image.fromarray(finished)

    def results(self, p: Any, processed: Any) -> None:
        """Hook ``postprocess``: add the unrestored pictures and the prepared subject where the user asked for them."""
        masks.restore(p)
        run = _run_of(p)
        if run is None:
            return
        if not self._services.keeps_models():
            self.pipeline.library.forget()
        try:
            self._add_results(p, run, processed)
        finally:
            run.end()

    def _add_results(self, p: Any, run: _Run, processed: Any) -> None:
        if run.unrestored:
            unrestored.keep(p, processed, run.unrestored)
        if not run.plan.request.show_subject or run.shown is None:
            return
        results.add(processed, [Image.fromarray(subject.pixels(*run.shown)) for subject in run.plan.subjects])


def override(p: Any, field: str, value: Any) -> None:
    """Set one field of the request for this processing object alone (X/Y/Z plot)."""
    setattr(p, _OVERRIDES, {**getattr(p, _OVERRIDES, {}), field: value})


def _run_of(p: Any) -> _Run | None:
    return vars(p)[_ATTRIBUTE] if _is_relit(p) and vars(p)[_ATTRIBUTE].plan is not None else None


def _is_relit(p: Any) -> bool:
    """Also after the run has ended, while others still work on its pictures."""
    run = vars(p).get(_ATTRIBUTE)
    return run is not None and run.owner() is p


def _host_framing(p: Any) -> Framing | None:
    """What a host with a mask does with its own picture, which shows around ours; None where it shows nothing of it."""
    region: Sequence[int] | None = getattr(p, "paste_to", None)
    if region is not None:
        return Framing("cover", tuple(region))
    if getattr(p, "nmask", None) is not None:
        return Framing(_FITS.get(getattr(p, "resize_mode", 0), "cover"))
    return None

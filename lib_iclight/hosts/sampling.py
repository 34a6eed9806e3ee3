"""Sets up each sampling pass: the UNet gets the offsets and the condition, the first latents get the light."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from ..conditioning import Encode, inside_mask, scale_contrast
from ..relight import RelightPipeline, condition_layers, grey_layer, start_layer
from ..subject.prepare import Framing
from . import first_latents
from .checkpoint_checks import CheckpointChecks
from .protocol import Host
from .run_context import RunContext

_FITS = {0: "stretch", 1: "cover", 2: "contain", 3: "stretch"}
"""Forge's resize modes."""

_FOLLOWS = "ic_light_follows_refiner"


class Encoding(NamedTuple):
    """How pictures for a pass are encoded: what :class:`lib_iclight.conditioning.LatentCache` is told beside them.

    Attributes:
        width: of the pass in pixels.
        height: of the pass in pixels.
        vae: identifies the VAE.
        encode: its encoder.
    """

    width: int
    height: int
    vae: Hashable
    encode: Encode


class Relighting:
    """Sets up the model and the starting latents of a pass.

    Args:
        host: the web UI's backend.
        pipeline: makes and caches latents, and loads the offsets.
        checks: refuses unsuitable checkpoints that are loaded in the middle of a run.
    """

    def __init__(self, host: Host, pipeline: RelightPipeline, checks: CheckpointChecks):
        self._host = host
        self._pipeline = pipeline
        self._checks = checks

    def set_up(self, p: Any, run: RunContext, x: Any, noise: Any) -> None:
        """Set up one pass.

        Args:
            p: the host's processing object.
            run: its context.
            x: latents whose shape ``[B, 4, h, w]`` is the pass's actual size.
            noise: the sampler's noise of that shape; modified in place for a light in txt2img.

        Raises:
            ICLightError: the checkpoint is unsuitable, or the light cannot show.
        """
        self._checks.check_loaded(p.sd_model, run)
        if run.plan.from_init:
            run.framing = _host_framing(p)
        self._host.begin_pass(p)
        self._condition(p, run, x)
        if run.plan.has_start and not getattr(p, "is_hr_pass", False):
            self._start(p, run, x, noise)
        self._follow_refiner(p, run, x)

    def _condition(self, p: Any, run: RunContext, x: Any) -> None:
        """Give the model's UNet the offsets, and the pictures encoded to ``x``'s size."""
        import torch

        plan, encoding = run.plan, self._encoding(p, x)
        run.shown = run.shown or (encoding.width, encoding.height)
        latents = self._pipeline.latents
        stacks = [
            latents.stack(condition_layers(plan.at(index), subject), *encoding)
            for index, subject in enumerate(run.subjects)
        ]
        self._host.relight(p.sd_model, self._pipeline.library.load(plan.model), torch.cat(stacks))
        if run.attention:
            self._host.attend_across(p.sd_model, x.shape[0], run.attention)

    def _start(self, p: Any, run: RunContext, x: Any, noise: Any) -> None:
        """Start from the light."""
        import torch

        encoding, strength = self._encoding(p, x), run.plan.request.light_strength
        latents = self._pipeline.latents
        layers = [start_layer(run.plan.at(index), subject) for index, subject in enumerate(run.subjects)]
        start = torch.cat([latents.latent(layer, *encoding) for layer in layers])
        if getattr(p, "init_latent", None) is None:
            self._add_to_noise(p, start * strength, noise)
            return
        if strength != 1:
            start = scale_contrast(latents.latent(grey_layer(), *encoding), start, strength)
        self._replace_init_latent(p, run, start)

    def _follow_refiner(self, p: Any, run: RunContext, x: Any) -> None:
        """Relight the refiner's UNet too. It is loaded during sampling, when a host calls no script hook.

        The denoiser loads it, so its method is wrapped. A denoiser lives as long as its sampler, for one pass.
        """
        denoiser = getattr(p.sampler, "model_wrap_cfg", None)
        if getattr(p, "refiner_checkpoint_info", None) is None or denoiser is None:
            return
        update = denoiser.update_inner_model
        if hasattr(update, _FOLLOWS):
            return

        def updated() -> None:
            update()
            self._checks.check_loaded(p.sd_model, run)
            self._condition(p, run, x)

        setattr(updated, _FOLLOWS, True)
        denoiser.update_inner_model = updated

    def _encoding(self, p: Any, x: Any) -> Encoding:
        """How to encode pictures to ``x``'s size."""
        vae, encode, scale = self._host.vae(p.sd_model)
        return Encoding(x.shape[-1] * scale, x.shape[-2] * scale, vae, encode)

    def _add_to_noise(self, p: Any, start: Any, noise: Any) -> None:
        """Start txt2img from the light: the sampler scales the noise, so the light is divided by that factor first."""
        scale = first_latents.noise_scale(p, self._host.sigma_max(p.sd_model))
        first_latents.check_visible(scale)
        light = (start / scale).to(noise)
        noise += light
        replaced = getattr(p, "modified_noise", None)
        if replaced is not None and replaced is not noise:
            # A script that ran before ours has replaced the noise by its own, made from ours without the light.
            p.modified_noise = replaced + light.to(replaced)

    def _replace_init_latent(self, p: Any, run: RunContext, start: Any) -> None:
        """Start img2img from the light instead of its picture."""
        largest = self._host.sigma_max(p.sd_model)
        if largest >= first_latents.FAINTEST:
            first_latents.check_visible(first_latents.img2img_level(p, largest))
        if run.init_latent is None:
            run.init_latent = p.init_latent
        p.init_latent = inside_mask(start, run.init_latent, getattr(p, "nmask", None))


def _host_framing(p: Any) -> Framing | None:
    """How a host with a mask scales its own picture, which stays visible around ours; None without a mask."""
    region: Sequence[int] | None = getattr(p, "paste_to", None)
    if region is not None:
        return Framing("cover", tuple(region))
    if getattr(p, "nmask", None) is not None:
        return Framing(_FITS.get(getattr(p, "resize_mode", 0), "cover"))
    return None

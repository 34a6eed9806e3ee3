"""Forge main (``backend``, since August 2024)."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

from ..models.checkpoint import by_channels
from . import attention, patching
from .folders import Folders
from .posterior import PosteriorMode
from .protocol import Checkpoint

if TYPE_CHECKING:
    import torch

    from ..models.library import Offsets

_FAMILIES = (("is_sdxl", "SDXL"), ("is_sd3", "SD 3"), ("is_sd2", "SD 2"))
_OURS = "ic_light_condition"


class ForgeHost(Folders):
    """Implements :class:`lib_iclight.hosts.protocol.Host` on Forge's patchers."""

    def __init__(self) -> None:
        self._shapes: weakref.WeakKeyDictionary[Any, dict[str, tuple[int, ...] | None]] = weakref.WeakKeyDictionary()
        self._patching = patching.Patching()

    def checkpoint(self, sd_model: Any) -> Checkpoint:
        name, family = name_of(sd_model), family_of(sd_model)
        if family is not None:
            return Checkpoint(name, family, supported=False)
        found = by_channels(9 if getattr(sd_model, "is_inpaint", False) else self._in_channels(sd_model))
        return Checkpoint(name, found.words, found.supported, self._rounds(sd_model))

    def unet_shapes(self, sd_model: Any) -> Mapping[str, tuple[int, ...] | None]:
        model = sd_model.forge_objects.unet.model
        shapes = self._shapes.get(model)
        if shapes is None:
            shapes = self._shapes[model] = {name: _shape(value) for name, value in model.named_parameters()}
        return shapes

    def vae(self, sd_model: Any) -> tuple[Hashable, Callable[[torch.Tensor], torch.Tensor], int]:
        vae = sd_model.forge_objects.vae
        model = vae.first_stage_model

        def encode(pixels: torch.Tensor) -> torch.Tensor:
            other = copy.copy(vae)  # the hosts' own clone() omits attributes that were added to the class later
            other.first_stage_model = PosteriorMode(model)
            return self._scaled(sd_model, other.encode(pixels)).float().cpu()

        return weakref.ref(model), encode, vae.downscale_ratio

    def _scaled(self, sd_model: Any, latents: torch.Tensor) -> torch.Tensor:
        """The VAE's output, scaled for the UNet."""
        return sd_model.forge_objects.vae.first_stage_model.process_in(latents)

    def sigma_max(self, sd_model: Any) -> float:
        return float(self._schedule(sd_model).sigmas.max())

    def kept_levels(self, sd_model: Any) -> Callable[[], None]:
        schedule = self._schedule(sd_model)
        sigmas = schedule.sigmas

        def put_back() -> None:
            if schedule.sigmas is not sigmas:
                schedule.set_sigmas(sigmas)

        return put_back

    def _schedule(self, sd_model: Any) -> Any:
        """The model's noise schedule."""
        return sd_model.forge_objects.unet.model.predictor

    def hand_on_errors(self) -> None:
        pass  # this backend does so itself

    def begin_pass(self, p: Any) -> None:
        pass  # what a pass needs lies on the patcher

    def relight(self, sd_model: Any, offsets: Offsets, c_concat: torch.Tensor) -> None:
        unet = self._patching.patched(sd_model.forge_objects.unet, offsets)
        modifiers = unet.model_options.get("conditioning_modifiers", [])
        modifiers[:] = [modifier for modifier in modifiers if not hasattr(modifier, _OURS)]
        unet.add_conditioning_modifier(_condition_with(self._condition(c_concat)))
        sd_model.forge_objects.unet = unet

    def attend_across(self, sd_model: Any, frames: int, gamma: float) -> None:
        attention.patch(sd_model.forge_objects.unet, frames, gamma)

    def _condition(self, c_concat: torch.Tensor) -> Any:
        """The backend's condition type that is tiled and repeated together with the noise."""
        from backend.sampling.condition import ConditionNoiseShape

        return ConditionNoiseShape(c_concat)

    def _rounds(self, sd_model: Any) -> str:
        """The type of the checkpoint's weights if it rounds merged offsets, else ""."""
        model = sd_model.forge_objects.unet.model
        return "" if patching.is_online(model) else patching.kept_as(model)

    def _in_channels(self, sd_model: Any) -> int | None:
        """Input channels from the checkpoint's configuration; the live tensor may still be widened by the last run."""
        return channels_of(getattr(sd_model, "model_config", None))


def _condition_with(condition: Any) -> Callable[..., tuple]:
    """A conditioning modifier that adds the same ``c_concat`` to every condition, positive and negative."""

    def extended(conditions: list[dict] | None) -> list[dict] | None:
        if conditions is None:
            return None
        return [{**entry, "model_conds": {**entry["model_conds"], "c_concat": condition}} for entry in conditions]

    def modifier(model, x, timestep, uncond, cond, cond_scale, model_options, seed):
        return model, x, timestep, extended(uncond), extended(cond), cond_scale, model_options, seed

    setattr(modifier, _OURS, True)
    return modifier


def name_of(sd_model: Any) -> str:
    """The loaded checkpoint's name, as messages have it."""
    info = getattr(sd_model, "sd_checkpoint_info", None)
    return getattr(info, "name_for_extra", None) or "that is loaded"


def family_of(sd_model: Any) -> str | None:
    """The family's name, None for Stable Diffusion 1.5."""
    if getattr(sd_model, "is_sd1", False):
        return None
    for flag, words in _FAMILIES:
        if getattr(sd_model, flag, False):
            return words
    return type(sd_model).__name__


def channels_of(model_config: Any) -> int | None:
    """Input channels in the configuration that the backend has detected for a checkpoint."""
    config = getattr(model_config, "unet_config", None)
    return config.get("in_channels") if isinstance(config, dict) else None


def _shape(parameter: torch.Tensor) -> tuple[int, ...] | None:
    quantised = hasattr(parameter, "quant_state") or not parameter.is_floating_point()
    return None if quantised else tuple(parameter.shape)

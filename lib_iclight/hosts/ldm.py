"""reForge, Forge Classic, and Forge before August 2024 (``ldm_patched``)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from . import patching
from .forge import ForgeHost, channels_of
from .main_thread import hand_on_errors

if TYPE_CHECKING:
    import torch


class LdmHost(ForgeHost):
    """The same patchers on the older backend, which keeps some things in other places."""

    def hand_on_errors(self) -> None:
        with suppress(ImportError):
            from modules import script_callbacks
            from modules_forge import main_thread

            hand_on_errors(main_thread, script_callbacks.on_script_unloaded)

    def vae(self, sd_model: Any) -> tuple[Hashable, Callable[[torch.Tensor], torch.Tensor], int]:
        model, encode, scale = super().vae(sd_model)
        return (model, loaded_vae()), encode, scale

    def _schedule(self, sd_model: Any) -> Any:
        return sd_model.forge_objects.unet.model.model_sampling

    def _scaled(self, sd_model: Any, latents: torch.Tensor) -> torch.Tensor:
        return sd_model.forge_objects.unet.model.process_latent_in(latents)

    def _rounds(self, sd_model: Any) -> str:
        return patching.kept_as(sd_model.forge_objects.unet.model)

    def _condition(self, c_concat: torch.Tensor) -> Any:
        from ldm_patched.modules.conds import CONDNoiseShape

        return CONDNoiseShape(c_concat)

    def _in_channels(self, sd_model: Any) -> int | None:
        return channels_of(getattr(sd_model.forge_objects.unet.model, "model_config", None))


def loaded_vae() -> str | None:
    """The file of the selected VAE: older hosts load its weights into the existing VAE object."""
    try:
        from modules import sd_vae
    except ImportError:
        return None
    return getattr(sd_vae, "loaded_vae_file", None)

"""What each backend's module implements."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch

    from ..models.library import Offsets


@dataclass(frozen=True)
class Checkpoint:
    """The loaded checkpoint.

    Attributes:
        name: as the user knows it.
        family: in words ("SDXL"); IC-Light was made for "Stable Diffusion 1.5".
        supported: whether IC-Light can run on it.
        rounds: the type of its weights if merging rounds the offsets to it, else "".
    """

    name: str
    family: str
    supported: bool
    rounds: str = ""


class Host(Protocol):
    """A web UI's backend. ``sd_model`` is the processing object's attribute of that name."""

    def model_folders(self) -> list[Path]:
        """The folders to search for IC-Light models, the preferred one first."""

    def removers_folder(self) -> Path:
        """The folder with the background removers' model files (rembg's home)."""

    def checkpoint(self, sd_model: Any) -> Checkpoint:
        """Describe the loaded checkpoint."""

    def unet_shapes(self, sd_model: Any) -> Mapping[str, tuple[int, ...] | None]:
        """The shapes of the UNet's tensors by name, without patches; None for a tensor stored in packed form."""

    def vae(self, sd_model: Any) -> tuple[Hashable, Callable[[torch.Tensor], torch.Tensor], int]:
        """A key that identifies the VAE, its encoder, and pixels per latent.

        The encoder is a :data:`lib_iclight.conditioning.Encode`.
        """

    def sigma_max(self, sd_model: Any) -> float:
        """The largest noise level of the model's schedule, where most samplers start."""

    def kept_levels(self, sd_model: Any) -> Callable[[], None]:
        """Remember the model's noise levels.

        Hosts change them during sampling for zero terminal SNR, and do not restore them if sampling raises.

        Returns:
            A function that restores the noise levels the model has now.
        """

    def hand_on_errors(self) -> None:
        """Let the page show errors of ours where a web UI loses them, until it unloads its scripts."""

    def begin_pass(self, p: Any) -> None:
        """Get ready for a sampling pass of ``p``, whose sampler is made; comes before :meth:`relight`.

        Raises:
            ICLightError: nothing can be relit as the web UI is set.
        """

    def relight(self, sd_model: Any, offsets: Offsets, c_concat: torch.Tensor) -> None:
        """Relight a model's UNet in this pass: before it samples or, for the refiner's, in the middle of it.

        With a patcher, that is replaced by a clone with the offsets.

        Args:
            sd_model: the loaded model.
            offsets: added to the UNet's weights.
            c_concat: ``[B, C, h, w]``, concatenated with the noisy latents for every condition.
        """

    def attend_across(self, sd_model: Any, frames: int, gamma: float) -> None:
        """Let the frames of a batch look at each other in this pass; comes after :meth:`relight`.

        Args:
            sd_model: the loaded model.
            frames: in the batch.
            gamma: as for :func:`lib_iclight.hosts.attention.mixed`, above 0.
        """

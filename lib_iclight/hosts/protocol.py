"""What every host module offers."""

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
        family: in words ("SDXL"), "Stable Diffusion 1.5" for the one that IC-Light was made for.
        supported: whether IC-Light can run on it.
        rounds: the type that its weights are kept in where offsets are merged into them and so rounded, else "".
    """

    name: str
    family: str
    supported: bool
    rounds: str = ""


class Host(Protocol):
    """A web UI's backend. ``sd_model`` is what the host's processing object carries under that name."""

    def model_folders(self) -> list[Path]:
        """Where IC-Light models are looked for, the preferred folder first."""

    def matting_folder(self) -> Path:
        """Where background removers' models lie."""

    def checkpoint(self, sd_model: Any) -> Checkpoint:
        """What is loaded."""

    def unet_shapes(self, sd_model: Any) -> Mapping[str, tuple[int, ...] | None]:
        """The UNet's tensors by name, without patches; None for a tensor whose stored shape says nothing."""

    def vae(self, sd_model: Any) -> tuple[Hashable, Callable[[torch.Tensor], torch.Tensor], int]:
        """A key for the VAE, its encoder (see :data:`lib_iclight.conditioning.Encode`), pixels per latent."""

    def sigma_max(self, sd_model: Any) -> float:
        """The largest noise level of the model's schedule, where most samplers begin."""

    def kept_levels(self, sd_model: Any) -> Callable[[], None]:
        """A function that gives the model back the noise levels that it has now.

        Hosts change them for zero terminal SNR around sampling, and leave them so where sampling ends with an error.
        """

    def relight(self, sd_model: Any, offsets: Offsets, c_concat: torch.Tensor) -> None:
        """Put a clone of the UNet in place that carries the offsets and gets ``[B, C, h, w]`` beside the noise."""

"""Encoding without randomness: hosts sample the VAE's posterior, but IC-Light needs its mode."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class PosteriorMode:
    """Wraps a VAE's model so that ``encode``, tiled or whole, returns the posterior's mode.

    All other attributes are the model's own.
    """

    def __init__(self, model: Any):
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def encode(self, pixels: torch.Tensor, regulation: Any = None) -> torch.Tensor:
        model = self._model
        if "regulation" in inspect.signature(model.encode).parameters:
            return model.encode(pixels, lambda posterior: posterior.mode())
        if not hasattr(model, "quant_conv"):
            return model.encode(pixels)  # for example TAESD, which has no posterior
        moments = model.encoder(pixels)
        if model.quant_conv is not None:
            moments = model.quant_conv(moments)
        # The mode of a normal distribution is its mean, the first half of the encoder's output.
        return moments.chunk(2, dim=1)[0]

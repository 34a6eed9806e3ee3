"""Encoding without randomness: hosts draw a sample of the VAE's posterior, IC-Light needs its mode."""

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
            return model.encode(pixels)  # such as TAESD, which has no posterior
        moments = model.encoder(pixels)
        if model.quant_conv is not None:
            moments = model.quant_conv(moments)
        # A normal distribution's mode is its mean, the first half of what the encoder gives.
        return moments.chunk(2, dim=1)[0]

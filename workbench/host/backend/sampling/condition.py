"""Conditions: the UNet's inputs besides the noisy latents, and how they are cropped, repeated and batched."""

from __future__ import annotations

import math

import torch


def repeat_to_batch_size(tensor: torch.Tensor, batch_size: int) -> torch.Tensor:
    """The first ``batch_size`` rows of ``tensor`` repeated as often as needed."""
    times = math.ceil(batch_size / tensor.shape[0])
    return tensor.repeat(times, *[1] * (tensor.ndim - 1))[:batch_size]


class Condition:
    """A tensor with one row per picture."""

    def __init__(self, cond):
        self.cond = cond

    def process_cond(self, batch_size: int, device, **kwargs):
        """The condition for a batch of this size."""
        return self.__class__(repeat_to_batch_size(self.cond, batch_size).to(device))

    def concat(self, others) -> torch.Tensor:
        """The tensors of all, one after the other."""
        return torch.cat([self.cond, *(x.cond for x in others)])


class ConditionNoiseShape(Condition):
    """A condition as large as the latents; a part of the latents gets the same part of it."""

    def process_cond(self, batch_size: int, device, area, **kwargs):
        """The part for ``area = (height, width, top, left)``, for a batch of this size."""
        height, width, top, left = area
        data = self.cond[:, :, top : height + top, left : width + left]
        return self.__class__(repeat_to_batch_size(data, batch_size).to(device))


def compile_conditions(cond: torch.Tensor | None) -> list[dict] | None:
    """The list of condition entries for one batch of text embeddings; None stays None."""
    if cond is None:
        return None
    return [{"cross_attn": cond, "model_conds": {"c_crossattn": Condition(cond)}}]

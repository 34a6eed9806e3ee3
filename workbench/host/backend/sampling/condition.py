"""Conditions: what the UNet is given beside the noisy latents, and how it is cut, repeated and batched."""

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

    def _copy_with(self, cond):
        return self.__class__(cond)

    def process_cond(self, batch_size: int, device, **kwargs):
        """The condition for a batch of this size."""
        return self._copy_with(repeat_to_batch_size(self.cond, batch_size).to(device))

    def can_concat(self, other) -> bool:
        """Whether both can go into one call of the UNet."""
        return self.cond.shape == other.cond.shape

    def concat(self, others) -> torch.Tensor:
        """The tensors of all, one after the other."""
        return torch.cat([self.cond, *(x.cond for x in others)])


class ConditionNoiseShape(Condition):
    """A condition as large as the latents; a part of the latents gets the same part of it."""

    def process_cond(self, batch_size: int, device, area, **kwargs):
        """The part for ``area = (height, width, top, left)``, for a batch of this size."""
        height, width, top, left = area
        data = self.cond[:, :, top : height + top, left : width + left]
        return self._copy_with(repeat_to_batch_size(data, batch_size).to(device))


class ConditionCrossAttn(Condition):
    """Text embeddings ``[B, tokens, dim]``; shorter ones are repeated to the common length."""

    def can_concat(self, other) -> bool:
        """Whether the lengths have a common multiple that is not far longer than the shorter one."""
        a, b = self.cond.shape, other.cond.shape
        if a == b:
            return True
        return a[0] == b[0] and a[2] == b[2] and math.lcm(a[1], b[1]) // min(a[1], b[1]) <= 4

    def concat(self, others) -> torch.Tensor:
        """All rows, repeated along the tokens to one length."""
        conds = [self.cond, *(x.cond for x in others)]
        length = math.lcm(*(c.shape[1] for c in conds))
        return torch.cat([c.repeat(1, length // c.shape[1], 1) for c in conds])


def compile_conditions(cond: torch.Tensor | None) -> list[dict] | None:
    """The list of condition entries for one batch of text embeddings; None stays None."""
    if cond is None:
        return None
    return [{"cross_attn": cond, "model_conds": {"c_crossattn": ConditionCrossAttn(cond)}}]

"""Merges weight patches into a model, and restores the original weights."""

from __future__ import annotations

import torch

from backend import utils


def _add_diff(weight: torch.Tensor, diff: torch.Tensor, strength: float) -> torch.Tensor:
    """``weight + strength * diff``. A convolution is widened with zeros to the larger of both shapes."""
    diff = diff.to(weight)
    if diff.shape == weight.shape:
        return weight + strength * diff
    wide = weight.new_zeros([max(n, m) for n, m in zip(weight.shape, diff.shape)])
    for part, scale in ((weight, 1.0), (diff, strength)):
        wide[tuple(slice(n) for n in part.shape)] += part * scale
    return wide


@torch.inference_mode()
def merge_lora_to_weight(patches, weight: torch.Tensor) -> torch.Tensor:
    """Apply ``[strength_patch, ("diff", (tensor, ...)), strength_model]`` patches to a weight, returning a new one."""
    weight = weight.clone()
    for strength, (_, (diff, *_)), strength_model in patches:
        weight = _add_diff(weight * strength_model, diff, strength)
    return weight


class LoraLoader:
    """Keeps one model's weights in sync with the patches of the loaded patcher."""

    def __init__(self, model: torch.nn.Module):
        self.model = model
        self.backup: dict[str, torch.nn.Parameter] = {}
        self.loaded_hash = str([])

    @torch.inference_mode()
    def refresh(self, lora_patches: dict) -> None:
        """Restore the patched weights and merge again, unless the same identifiers are already merged."""
        hashes = str(list(lora_patches.keys()))
        if hashes == self.loaded_hash:
            return
        for key, parameter in self.backup.items():
            utils.set_attr_raw(self.model, key, parameter)
        self.backup = {}
        for key, patches in self._by_key(lora_patches).items():
            weight = utils.get_attr(self.model, key)
            self.backup[key] = weight
            merged = merge_lora_to_weight(patches, weight)
            utils.set_attr_raw(self.model, key, torch.nn.Parameter(merged, requires_grad=False))
        self.loaded_hash = hashes

    @staticmethod
    def _by_key(lora_patches: dict) -> dict[str, list]:
        """All patches grouped by weight. Online patches are merged too: the result is the same."""
        merged: dict[str, list] = {}
        for patches in lora_patches.values():
            for key, current in patches.items():
                merged.setdefault(key, []).extend(current)
        return merged

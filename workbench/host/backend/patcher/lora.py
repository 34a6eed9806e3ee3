"""Merging weight patches into a model, and putting the untouched weights back."""

from __future__ import annotations

import torch

from backend import memory_management, utils


def _add_diff(weight: torch.Tensor, diff: torch.Tensor, strength: float, key: str) -> torch.Tensor:
    """``weight + strength * diff``. A convolution is widened with zeros to the larger of both shapes."""
    diff = memory_management.cast_to_device(diff, weight.device, weight.dtype)
    if diff.shape == weight.shape:
        return weight + strength * diff
    if not diff.ndim == weight.ndim == 4:
        print(f"WARNING: shape mismatch for {key}, not merged: {tuple(diff.shape)} against {tuple(weight.shape)}")
        return weight
    wide = weight.new_zeros([max(n, m) for n, m in zip(weight.shape, diff.shape)])
    for part, scale in ((weight, 1.0), (diff, strength)):
        wide[tuple(slice(n) for n in part.shape)] += part * scale
    return wide


def _low_rank(value) -> torch.Tensor:
    """The product of a LoRA pair ``(up, down, alpha, mid, dora)``; mid and DoRA are not supported here."""
    up, down, alpha = value[0], value[1], value[2]
    scale = 1.0 if alpha is None else alpha / down.shape[0]
    return scale * (up.flatten(1).float() @ down.flatten(1).float())


@torch.inference_mode()
def merge_lora_to_weight(patches, weight: torch.Tensor, key: str = "online_lora", computation_dtype=torch.float32):
    """Apply ``[strength_patch, value, strength_model, offset, function]`` patches to a weight, returning a new one.

    ``value`` is ``(tensor,)``, ``("diff", (tensor, ...))``, ``("set", (tensor,))`` or ``("lora", (...))``.
    """
    dtype, weight = weight.dtype, weight.to(computation_dtype, copy=True)
    for strength, value, strength_model, _offset, _function in patches:
        if strength_model != 1.0:
            weight = weight * strength_model
        kind, value = ("diff", value) if len(value) == 1 else (value[0], value[1])
        if kind == "diff":
            weight = _add_diff(weight, value[0], strength, key) if strength != 0.0 else weight
        elif kind == "set":
            weight = value[0].to(weight)
        elif kind == "lora":
            weight = weight + strength * _low_rank(value).reshape(weight.shape)
        else:
            print(f"patch type not recognized {kind} {key}")
    return weight.to(dtype)


class LoraLoader:
    """Keeps one model's weights in step with the patches of whichever patcher is loaded."""

    def __init__(self, model: torch.nn.Module):
        self.model = model
        self.backup: dict[str, torch.nn.Parameter] = {}
        self.online_backup: list[torch.nn.Module] = []
        self.loaded_hash = str([])

    @torch.inference_mode()
    def refresh(self, lora_patches: dict, offload_device=memory_management.cpu, force_refresh: bool = False) -> None:
        """Restore what was patched and merge anew, unless the patches' identifiers are those merged already."""
        hashes = str(list(lora_patches.keys()))
        if hashes == self.loaded_hash and not force_refresh:
            return
        for key, parameter in self.backup.items():
            utils.set_attr_raw(self.model, key, parameter)
        self.backup = {}
        for key, patches in self._by_key(lora_patches).items():
            weight = utils.get_attr(self.model, key)
            self.backup[key] = weight
            merged = merge_lora_to_weight(patches, weight, key)
            utils.set_attr_raw(self.model, key, torch.nn.Parameter(merged, requires_grad=False))
        self.loaded_hash = hashes

    @staticmethod
    def _by_key(lora_patches: dict) -> dict[str, list]:
        """All patches of one weight together. Online patches are merged too: the result is the same."""
        merged: dict[str, list] = {}
        for patches in lora_patches.values():
            for key, current in patches.items():
                merged.setdefault(key, []).extend(current)
        return merged

"""Adds the offsets to a UNet's patcher, the way a LoRA is added.

A host merges them into the weights, which rounds them if the weights are kept in few bits. Forge can instead add them
at each call of a layer (*Diffusion in Low Bits*, the options with "fp16 LoRA").
"""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .protocol import Checkpoint

if TYPE_CHECKING:
    from ..models.library import Offsets

_WHOLE = ("float32", "float16", "bfloat16")


class Patching:
    """Adds offsets to patchers: merged or, if the host does so with LoRAs, added at each call of a layer."""

    def __init__(self) -> None:
        self._patches: weakref.WeakKeyDictionary[Offsets, Any] = weakref.WeakKeyDictionary()
        self._online: weakref.WeakKeyDictionary[Offsets, Any] = weakref.WeakKeyDictionary()

    def add(self, unet: Any, offsets: Offsets) -> None:
        """Add the offsets to a patcher."""
        patches = self._patches.get(offsets)
        if patches is None:
            patches = self._patches[offsets] = _patches(offsets)
        parameters = _parameters(getattr(unet.add_patches, "__func__", unet.add_patches))
        # A host with named patches merges them again only when the name changes, so the name identifies the content.
        options: dict[str, Any] = {"filename": offsets.content} if "filename" in parameters else {}
        if not (options and "online_mode" in parameters and is_online(unet.model)):
            unet.add_patches(**options, patches=patches)
            return
        unet.add_patches(**options, patches=patches, online_mode=True)
        # The layers keep the lists that they were first given, but the host moves the patcher's lists between devices:
        # they must be the same lists in every run.
        name = next(name for name in unet.lora_patches if name[0] == offsets.content)
        unet.lora_patches[name] = self._online.setdefault(offsets, unet.lora_patches[name])


def _patches(offsets: Offsets) -> dict[str, tuple]:
    """The offsets in the form that the hosts' patchers take."""
    # "pad_weight" widens conv_in in backends that do not do so by themselves.
    return {name: ("diff", (tensor, {"pad_weight": True})) for name, tensor in offsets.tensors.items()}


@functools.lru_cache(maxsize=4)
def _parameters(function: Any) -> frozenset[str]:
    """The names of a function's parameters; cached, because inspection is slow and they are the same in every run."""
    return frozenset(inspect.signature(function).parameters)


def is_online(model: Any) -> bool:
    """Whether the host adds LoRAs to this model at each call; only with low-bit weights, if the user chose so."""
    if not kept_as(model):
        return False
    from backend.args import dynamic_args

    arguments = dynamic_args if isinstance(dynamic_args, Mapping) else vars(dynamic_args)
    return bool(arguments.get("online_lora", False))


def kept_as(model: Any) -> str:
    """The type of a model's weights if it rounds what is merged into them, else ""."""
    kind = getattr(model, "storage_dtype", None)
    if kind is None:
        kind = next((weight.dtype for weight in model.parameters() if weight.ndim > 1), "float32")
    name = str(kind).removeprefix("torch.")
    return "" if name in _WHOLE else name


def words(checkpoint: Checkpoint) -> str:
    """The warning for a checkpoint that rounds offsets, with the remedy; "" for others."""
    if not checkpoint.rounds:
        return ""
    return (
        f"The weights of {checkpoint.name} are kept as {checkpoint.rounds}, and IC-Light's are rounded with them: a "
        "quarter or more of their effect is lost. To keep it, choose 'Automatic' or an option with '(fp16 LoRA)' in "
        "'Diffusion in Low Bits', or start the web UI without fp8."
    )

"""How the offsets get into a UNet's weights. A host that keeps those in fewer bits rounds what it merges into them."""

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
    """Adds offsets to patchers of UNets, merged or, where the host does so with LoRAs, at each call of a layer."""

    def __init__(self) -> None:
        self._patches: weakref.WeakKeyDictionary[Offsets, Any] = weakref.WeakKeyDictionary()
        self._online: weakref.WeakKeyDictionary[Offsets, Any] = weakref.WeakKeyDictionary()

    def add(self, unet: Any, offsets: Offsets) -> None:
        """Give a patcher the offsets."""
        patches = self._patches.get(offsets)
        if patches is None:
            patches = self._patches[offsets] = _patches(offsets)
        parameters = _parameters(getattr(unet.add_patches, "__func__", unet.add_patches))
        # Where patches have a name they are merged again only when it changes, so it tells their content.
        options: dict[str, Any] = {"filename": offsets.content} if "filename" in parameters else {}
        if not (options and "online_mode" in parameters and is_online(unet.model)):
            unet.add_patches(**options, patches=patches)
            return
        unet.add_patches(**options, patches=patches, online_mode=True)
        # The layers keep the lists that they were first given, but the host moves the patcher's between devices: only
        # with the same lists in every run are those the ones in use.
        name = next(name for name in unet.lora_patches if name[0] == offsets.content)
        unet.lora_patches[name] = self._online.setdefault(offsets, unet.lora_patches[name])


def _patches(offsets: Offsets) -> dict[str, tuple]:
    """The offsets as the hosts' patchers take them."""
    # "pad_weight" widens conv_in where a backend does not do so by itself.
    return {name: ("diff", (tensor, {"pad_weight": True})) for name, tensor in offsets.tensors.items()}


@functools.lru_cache(maxsize=4)
def _parameters(function: Any) -> frozenset[str]:
    """The names of a function's parameters; asking takes a while, and a patcher's are the same in every run."""
    return frozenset(inspect.signature(function).parameters)


def is_online(model: Any) -> bool:
    """Whether the host adds LoRAs to this model at each call; it does for weights in few bits, by the user's choice."""
    if not kept_as(model):
        return False
    from backend.args import dynamic_args

    arguments = dynamic_args if isinstance(dynamic_args, Mapping) else vars(dynamic_args)
    return bool(arguments.get("online_lora", False))


def kept_as(model: Any) -> str:
    """The type that a model keeps its weights in where that rounds what is merged into them, else ""."""
    kind = getattr(model, "storage_dtype", None)
    if kind is None:
        kind = next((weight.dtype for weight in model.parameters() if weight.ndim > 1), "float32")
    name = str(kind).removeprefix("torch.")
    return "" if name in _WHOLE else name


def words(checkpoint: Checkpoint) -> str:
    """What is lost on a checkpoint that rounds offsets, and the way out; "" where nothing is."""
    if not checkpoint.rounds:
        return ""
    return (
        f"The weights of {checkpoint.name} are kept as {checkpoint.rounds}, and IC-Light's are rounded with them: a "
        "quarter or more of what they change is lost. To keep it, choose 'Automatic' or a kind with '(fp16 LoRA)' in "
        "'Diffusion in Low Bits', or start the web UI without fp8."
    )

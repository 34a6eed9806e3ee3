"""Adds the offsets to a UNet's patcher, the way a LoRA is added, so that a repeated run merges nothing anew.

How a host knows that a patcher's weights are merged already differs. Forge compares the names of its patches; Forge Neo
and reForge an identity that each change of the patches draws anew; Classic and Forge before August 2024 the patcher
itself.

A host merges offsets into the weights, which rounds them if the weights are kept in few bits. Forge can instead add
them at each call of a layer (*Diffusion in Low Bits*, the options with "fp16 LoRA").
"""

from __future__ import annotations

import functools
import inspect
import uuid
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
        self._last: _Last | None = None

    def patched(self, unet: Any, offsets: Offsets) -> Any:
        """A patcher like ``unet`` with the offsets, which a run may change further.

        Args:
            unet: the host's patcher of the checkpoint, LoRAs included; it is not changed.
            offsets: what is added.
        """
        other = unet.clone()
        knows_itself = hasattr(unet, "lora_patches") or hasattr(unet, "patches_uuid")
        if not knows_itself and self._last is not None and self._last.serves(unet, offsets):
            return self._last.again(other)
        self.add(other, offsets)
        if not knows_itself:
            self._last = _Last(unet, offsets, other)
        return other

    def add(self, unet: Any, offsets: Offsets) -> None:
        """Add the offsets to a patcher."""
        patches = self._patches.get(offsets)
        if patches is None:
            patches = self._patches[offsets] = _patches(offsets)
        parameters = _parameters(getattr(unet.add_patches, "__func__", unet.add_patches))
        # A host with named patches merges them again only when the name changes, so the name identifies the content.
        options: dict[str, Any] = {"filename": offsets.content} if "filename" in parameters else {}
        if options and "online_mode" in parameters and is_online(unet.model):
            options["online_mode"] = True
        before = getattr(unet, "patches_uuid", None)
        unet.add_patches(**options, patches=patches)
        if isinstance(before, uuid.UUID):
            # It follows from what was there and what was added: the next run has the same, after another LoRA another.
            unet.patches_uuid = uuid.uuid5(before, offsets.content)
        if "online_mode" in options and hasattr(unet, "lora_patches"):
            # The layers keep the lists that they were first given, but the host moves the patcher's lists between
            # devices: they must be the same lists in every run.
            name = next(name for name in unet.lora_patches if name[0] == offsets.content)
            unet.lora_patches[name] = self._online.setdefault(offsets, unet.lora_patches[name])


class _Last:
    """The patcher that the last run had, for hosts that merge again for every other patcher.

    It is not kept alive here: the host has it as long as its weights are the merged ones.
    """

    def __init__(self, unet: Any, offsets: Offsets, patched: Any):
        self._unet, self._offsets, self._patched = weakref.ref(unet), weakref.ref(offsets), weakref.ref(patched)
        self._entries = _entries(unet), _entries(patched)

    def serves(self, unet: Any, offsets: Offsets) -> bool:
        """Whether it is what these offsets make of this patcher, and nobody has changed either since."""
        patched = self._patched()
        if patched is None or self._unet() is not unet or self._offsets() is not offsets:
            return False
        return self._entries == (_entries(unet), _entries(patched))

    def again(self, clone: Any) -> Any:
        """The patcher, with nothing left of what the last run set: the options are a new clone's."""
        patched = self._patched()
        patched.model_options = clone.model_options
        return patched


def _entries(unet: Any) -> tuple[int, ...]:
    """Tells a patcher's patches from others; those that are compared are alive, so their ids differ."""
    objects = getattr(unet, "object_patches", {})
    patches = [patch for entries in unet.patches.values() for patch in entries]
    return tuple(id(patch) for patch in (*patches, *objects.values()))


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

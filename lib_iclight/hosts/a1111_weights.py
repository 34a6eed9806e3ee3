"""Adds offsets to a UNet's own weights and takes them away exactly, for web UIs without a patcher.

AUTOMATIC1111's LoRA changes a layer's weights when the layer is called: it keeps a copy of what it finds before its
first change, and adds to that copy. So each layer is first put back to what it is without LoRAs, and the LoRA's memory
of it is cleared: during the run it finds the relit weights and adds to those, after the run it finds the plain ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_WHOLE = ("torch.float32", "torch.float16", "torch.bfloat16")
_LORA = {"network_current_names": (), "network_weights_backup": None, "network_bias_backup": None}
_LORAS_HALVES = {"weight": "fp16_weight", "bias": "fp16_bias"}
"""Where the web UI keeps the weights of layers in 8 bits in 16 bits too, from which its LoRA starts."""


@dataclass(frozen=True)
class _Kept:
    """What was there: a parameter's value, or another attribute's."""

    layer: Any
    name: str
    value: Any


class RelitWeights:
    """A UNet whose weights have offsets added, until :meth:`take_away`.

    The first convolution keeps its shape, so that LoRAs still fit it: what it is to make of further input channels is
    added to its output. They are cut off before the UNet's ``forward``, for which extensions put their own in place
    that expect latents alone.

    Args:
        wrapper: the module whose parameters the offsets name.
        offsets: by name; those of the first convolution have more input channels than it.
        first: the name of the first convolution's weight.
    """

    def __init__(self, wrapper: Any, offsets: Mapping[str, torch.Tensor], first: str):
        self._kept: list[_Kept] = []
        self._handles: list[Any] = []
        try:
            for path, layer in wrapper.named_modules():
                self._add_to(layer, path, offsets)
            convolution = wrapper.get_submodule(first.rpartition(".")[0])
            further = offsets[first][:, convolution.in_channels :]
            self._handles = _further_channels(wrapper.get_submodule(first.partition(".")[0]), convolution, further)
        except BaseException:
            self.take_away()
            raise

    def take_away(self, before_loading: bool = False) -> None:
        """Put back what was there, byte for byte; does nothing the second time.

        Args:
            before_loading: other weights are about to be loaded. For weights kept in 8 bits the web UI has made room
                in 16 bits by now, which is left to it.
        """
        for handle in self._handles:
            handle.remove()
        kept, self._kept, self._handles = self._kept, [], []
        for layer in {id(entry.layer): entry.layer for entry in kept}.values():
            _without_loras(layer)
        for entry in kept:
            _put_back(entry, before_loading)

    def _add_to(self, layer: Any, path: str, offsets: Mapping[str, torch.Tensor]) -> None:
        names = [name for name, _ in layer.named_parameters(recurse=False) if f"{path}.{name}" in offsets]
        if names:
            _without_loras(layer)
        for name in names:
            parameter, offset = getattr(layer, name), offsets[f"{path}.{name}"]
            offset = offset[:, : parameter.shape[1]] if offset.ndim > 1 else offset
            halves = getattr(layer, _LORAS_HALVES.get(name, ""), None)
            plain = parameter.data if halves is None else halves
            self._kept.append(_Kept(layer, name, _copy(parameter.data)))
            parameter.data = _sum(plain, offset, parameter)
            if halves is not None:
                self._kept.append(_Kept(layer, _LORAS_HALVES[name], halves))
                setattr(layer, _LORAS_HALVES[name], _sum(halves, offset, halves))


def _without_loras(layer: Any) -> None:
    """Put a layer back to what it is without the web UI's LoRAs, as these do themselves when they change."""
    weights, bias = getattr(layer, "network_weights_backup", None), getattr(layer, "network_bias_backup", None)
    if weights is not None:
        layer.weight.data.copy_(weights)
        if bias is None:
            layer.bias = None  # a LoRA may give a bias to a layer without one
        else:
            layer.bias.data.copy_(bias)
    if hasattr(layer, "network_current_names"):
        vars(layer).update(_LORA)


def _copy(weights: torch.Tensor) -> torch.Tensor:
    """The weights as they are now, outside the graphics card's memory."""
    # In main memory the sum is written to a place of its own, and these are left alone.
    return weights if weights.device.type == "cpu" else weights.to("cpu", copy=True)


def _sum(plain: torch.Tensor, offset: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Weights and offset, on the device and in the memory layout of ``like``, and in no fewer than 16 bits."""
    import torch

    kind = like.dtype if str(like.dtype) in _WHOLE else torch.float16
    made = torch.empty_like(like.data, dtype=kind)
    plain = plain if str(plain.dtype) in _WHOLE else plain.to(kind)
    return torch.add(plain.to(made.device), offset.to(made.device), out=made)


def _put_back(entry: _Kept, before_loading: bool) -> None:
    present = getattr(entry.layer, entry.name, None)
    if entry.name not in entry.layer._parameters:
        setattr(entry.layer, entry.name, entry.value)
    elif before_loading or (present.dtype == entry.value.dtype and present.device != entry.value.device):
        present.data.copy_(entry.value)
    else:
        present.data = entry.value.to(present.device)


def _further_channels(unet: Any, convolution: Any, weights: torch.Tensor) -> list[Any]:
    """Let a UNet take further input channels, whose weights ``[out, further, h, w]`` its first convolution lacks.

    Returns:
        Handles, whose ``remove`` ends it.
    """
    rest: list[torch.Tensor] = []
    own = convolution.in_channels

    def split(module: Any, given: tuple) -> tuple:
        x, *others = given
        rest[:] = [x[:, own:]]
        return x[:, :own], *others

    def add(layer: Any, given: tuple, made: torch.Tensor) -> torch.Tensor:
        further = rest[0] if rest else given[0][:, own:]
        # An extension may send something of another size through the UNet's layers too.
        if not further.shape[1] or further.shape[2:] != given[0].shape[2:] or len(further) != len(made):
            return made
        return made + layer._conv_forward(further, weights.to(further), None).to(made.dtype)

    return [unet.register_forward_pre_hook(split), convolution.register_forward_hook(add)]

"""The frames of a batch look at each other while they are painted, so that they agree on the light.

Each frame's queries find keys and values that lean towards the mean over all frames: ``K' = (1 - g) K + g mean(K)``,
and so ``V'`` (consistent light attention: Y. Zhou et al., "Light-A-Video: Training-free Video Relighting via
Progressive Light Fusion", 2025). Keys and values are linear in what they are made of, so that is mixed. It happens in
the self-attention of the UNet's output blocks alone, where what things look like is decided, and not where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_OURS = "ic_light_attention"
_KIND, _UPPER = "attn1_patch", "output"


def mixed(context: torch.Tensor, frames: int, gamma: float) -> torch.Tensor:
    """What keys or values are made of, leaning towards the mean over the frames.

    Args:
        context: ``[B, N, C]``; a batch is made of groups of frames, one for each condition.
        frames: how many follow one another in a group. If B is no multiple of it, these are no frames.
        gamma: 0 leaves each frame as it is, 1 makes all of them the mean.

    Returns:
        ``[B, N, C]``; to the bit as it was where the frames of a group are equal.
    """
    import torch

    if frames < 2 or context.shape[0] % frames:
        return context
    groups = context.unflatten(0, (-1, frames))
    first = groups[:, :1]
    mean = first + (groups - first).mean(1, keepdim=True)
    return torch.lerp(groups, mean.expand_as(groups), gamma).flatten(0, 1)


def patch(unet: Any, frames: int, gamma: float) -> None:
    """Make the frames of a batch look at each other, by the means of a web UI's patcher.

    It comes before the patches of others, such as those that cut pictures into tiles, which make the batch another one.

    Args:
        unet: the patcher, which is a run's own; what an earlier pass has set there is replaced.
        frames: in a batch.
        gamma: as for :func:`mixed`; 0 sets nothing.
    """
    options = unet.model_options["transformer_options"]
    others = [each for each in options.get("patches", {}).get(_KIND, []) if not hasattr(each, _OURS)]
    if gamma > 0:
        unet.set_model_attn1_patch(_patch_of(frames, gamma))
        options = unet.model_options["transformer_options"]
        options["patches"][_KIND] = [options["patches"][_KIND][-1], *others]
    elif _KIND in options.get("patches", {}):
        options["patches"][_KIND] = others


def _patch_of(frames: int, gamma: float) -> Callable[..., tuple]:
    def leaning(
        queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, about: Mapping[str, Any]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        block = about.get("block")
        if not block or block[0] != _UPPER:
            return queries, keys, values
        same = keys is values
        keys = mixed(keys, frames, gamma)
        return queries, keys, keys if same else mixed(values, frames, gamma)

    setattr(leaning, _OURS, True)
    return leaning


def hook(unet: Any, frames: int, gamma: float) -> Callable[[], None]:
    """Make the frames of a batch look at each other in a UNet that has no patcher.

    Args:
        unet: of the original latent-diffusion code.
        frames: in a batch.
        gamma: as for :func:`mixed`.

    Returns:
        A function that puts the UNet back as it was.
    """

    def leaning(module: Any, args: tuple, given: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        x, *rest = args
        if rest or given.get("context") is not None:
            return args, given  # it does not look at its own frame
        return args[:1], {**given, "context": mixed(x, frames, gamma)}

    layers = [layer for name, layer in unet.output_blocks.named_modules() if name.rpartition(".")[2] == "attn1"]
    handles = [layer.register_forward_pre_hook(leaning, with_kwargs=True) for layer in layers]

    def put_back() -> None:
        for handle in handles:
            handle.remove()

    return put_back

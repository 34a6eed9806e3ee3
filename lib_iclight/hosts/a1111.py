"""AUTOMATIC1111's web UI (``ldm`` without a patcher, version 1.10 or newer)."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ICLightError
from ..models.checkpoint import by_channels
from ..models.library import CONV_IN
from . import attention, webui
from .a1111_model import OURS, RelitModel
from .folders import Folders
from .forge import family_of, name_of
from .ldm import loaded_vae
from .protocol import Checkpoint

if TYPE_CHECKING:
    import torch

    from ..models.library import Offsets

_SAMPLING = ("sample", "sample_img2img")


class A1111Host(Folders):
    """Implements :class:`lib_iclight.hosts.protocol.Host` on the UNet's own weights.

    Raises:
        ICLightError: the web UI is too old to call the hook before sampling.
    """

    def __init__(self) -> None:
        from modules import scripts

        if not hasattr(scripts.Script, "process_before_every_sampling"):
            raise ICLightError("IC Light needs version 1.10 of this web UI. Update it, or disable the extension.")
        self._shapes: weakref.WeakKeyDictionary[Any, dict[str, tuple[int, ...]]] = weakref.WeakKeyDictionary()
        self._pass: _Pass | None = None

    def checkpoint(self, sd_model: Any) -> Checkpoint:
        name, family = name_of(sd_model), family_of(sd_model)
        if family is not None:
            return Checkpoint(name, family, supported=False)
        found = by_channels(_first_convolution(sd_model).in_channels)
        return Checkpoint(name, found.words, found.supported)

    def unet_shapes(self, sd_model: Any) -> Mapping[str, tuple[int, ...] | None]:
        # The shapes stay the same when another checkpoint's weights are loaded into the same model.
        unet = sd_model.model
        shapes = self._shapes.get(unet)
        if shapes is None:
            shapes = self._shapes[unet] = {name: tuple(value.shape) for name, value in unet.named_parameters()}
        return shapes

    def vae(self, sd_model: Any) -> tuple[Hashable, Callable[[torch.Tensor], torch.Tensor], int]:
        def encode(pixels: torch.Tensor) -> torch.Tensor:
            import torch
            from modules import devices

            given = pixels.movedim(-1, 1).to(devices.device, devices.dtype_vae) * 2.0 - 1.0
            with torch.no_grad(), devices.autocast():
                latents = sd_model.encode_first_stage(given).mode() * sd_model.scale_factor
            return latents.float().cpu()

        return (weakref.ref(sd_model), sd_model.sd_checkpoint_info.filename, loaded_vae()), encode, 8

    def sigma_max(self, sd_model: Any) -> float:
        alphas = sd_model.alphas_cumprod.double()
        return float(((1.0 - alphas) / alphas).sqrt().max())

    def kept_levels(self, sd_model: Any) -> Callable[[], None]:
        return lambda: None  # this web UI makes them anew for every batch

    def hand_on_errors(self) -> None:
        pass  # this web UI shows them

    def begin_pass(self, p: Any) -> None:
        from modules import sd_unet

        option = getattr(sd_unet, "current_unet_option", None)
        if option is not None:
            raise ICLightError(
                f"IC Light cannot relight with the SD Unet {option.label}, which has weights of its own. Choose None "
                "there, or turn IC Light off."
            )
        self._pass = _Pass(p.sampler)

    def relight(self, sd_model: Any, offsets: Offsets, c_concat: torch.Tensor) -> None:
        self._pass.relight(sd_model, offsets, c_concat)

    def attend_across(self, sd_model: Any, frames: int, gamma: float) -> None:
        self._pass.attend_across(sd_model, frames, gamma)


class _Pass:
    """One sampling pass: models are relit only while the sampler runs, whatever ends it.

    Args:
        sampler: its methods are wrapped until the pass has ended: img2img uses one sampler for several passes.
    """

    def __init__(self, sampler: Any):
        self._relit: list[RelitModel] = []
        self._condition: torch.Tensor | None = None
        self._waiting: tuple[Any, Offsets, torch.Tensor] | None = None
        self._looking: tuple[Any, int, float] | None = None
        self._hooks: list[Callable[[], None]] = []
        self._earlier = {name: vars(sampler).get(name) for name in _SAMPLING}
        for name in _SAMPLING:
            setattr(sampler, name, self._around(sampler, getattr(sampler, name)))

    def relight(self, sd_model: Any, offsets: Offsets, c_concat: torch.Tensor) -> None:
        """Relight a model when the sampler runs, at once if it runs already."""
        if self._condition is None:
            self._waiting = (sd_model, offsets, c_concat)
            return
        # The denoiser is in the middle of a step with the tensor that it was given.
        self._condition.copy_(_for_batch(c_concat, self._condition))
        self._begin(sd_model, offsets)

    def attend_across(self, sd_model: Any, frames: int, gamma: float) -> None:
        """Let the frames look at each other when the sampler runs, at once if it runs already."""
        self._looking = sd_model, frames, gamma
        if self._condition is not None:
            self._look(*self._looking)

    def _look(self, sd_model: Any, frames: int, gamma: float) -> None:
        self._hooks.append(attention.hook(sd_model.model.diffusion_model, frames, gamma))

    def _around(self, sampler: Any, method: Callable[..., Any]) -> Callable[..., Any]:
        """A sampler's method, with the models relit and the condition in place of the host's."""

        def sample(p: Any, x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
            given = inspect.signature(method).bind(p, x, *args, **kwargs)
            if self._waiting is None:
                return method(*given.args, **given.kwargs)
            sd_model, offsets, c_concat = self._waiting
            self._condition = given.arguments["image_conditioning"] = _for_batch(c_concat, x)
            try:
                self._begin(sd_model, offsets)
                if self._looking is not None:
                    self._look(*self._looking)
                return method(*given.args, **given.kwargs)
            finally:
                self._end()
                self._unwrap(sampler)

        setattr(sample, OURS, self)
        return sample

    def _unwrap(self, sampler: Any) -> None:
        for name, earlier in self._earlier.items():
            if getattr(vars(sampler).get(name), OURS, None) is not self:
                continue  # somebody has wrapped it after us
            if earlier is None:
                delattr(sampler, name)
            else:
                setattr(sampler, name, earlier)

    def _begin(self, sd_model: Any, offsets: Offsets) -> None:
        relit = RelitModel.of(sd_model.model, offsets)
        self._relit.append(relit)
        relit.active = True

    def _end(self) -> None:
        self._condition = self._waiting = self._looking = None
        for put_back in self._hooks:
            put_back()
        self._hooks = []
        for relit in self._relit:
            relit.active = False
        # Two would keep two models' weights in memory twice.
        for relit in self._relit[: -1 if webui.settings().keep_models else None]:
            relit.end()
        self._relit = []


def _first_convolution(sd_model: Any) -> Any:
    return sd_model.model.get_submodule(CONV_IN.rpartition(".")[0])


def _for_batch(c_concat: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """The condition for each picture of a batch, ``[B, C, h, w]``; several alternate."""
    times = -(-like.shape[0] // c_concat.shape[0])
    return c_concat.repeat(times, 1, 1, 1)[: like.shape[0]].to(like)

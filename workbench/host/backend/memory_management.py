"""Which patchers count as loaded, and what loading one does.

Everything lives on the CPU in float32, so nothing is ever moved. What remains of Forge's memory management is its
visible rule: the weights are merged when a patcher is loaded, and a patcher that is loaded already is left alone.
"""

from __future__ import annotations

import psutil
import torch

cpu = torch.device("cpu")
signal_empty_cache = False
current_loaded_models: list[LoadedModel] = []
VAE_ALWAYS_TILED = False


class LoadedModel:
    """A patcher whose patches are applied to its model. Two are equal when they hold the very same patcher."""

    def __init__(self, model):
        self.model = model
        self.device = model.load_device

    def model_load(self):
        """Apply object patches, then merge weight patches."""
        self.model.forge_patch_model(self.device)
        self.model.refresh_loras()
        return self.model.model

    def model_unload(self) -> None:
        """Take the object patches off again. Merged weights stay until another patcher is loaded."""
        self.model.forge_unpatch_model()

    def __eq__(self, other) -> bool:
        return self.model is other.model

    __hash__ = None


def unload_model_clones(model) -> None:
    """Unload every loaded patcher that shares its model with ``model``."""
    for loaded in [x for x in current_loaded_models if model.is_clone(x.model)]:
        current_loaded_models.remove(loaded)
        loaded.model_unload()


def load_models_gpu(models, memory_required: int = 0, hard_memory_preservation: int = 0) -> None:
    """Load the patchers that are not loaded yet; their clones are unloaded first."""
    missing = [x for x in map(LoadedModel, models) if x not in current_loaded_models]
    for loaded in missing:
        unload_model_clones(loaded.model)
    for loaded in missing:
        loaded.model_load()
        current_loaded_models.insert(0, loaded)


def load_model_gpu(model) -> None:
    """Load one patcher."""
    load_models_gpu([model])


def unload_all_models() -> None:
    """Unload every patcher."""
    while current_loaded_models:
        current_loaded_models.pop().model_unload()


def free_memory(memory_required, device, keep_loaded=(), free_all: bool = False) -> None:
    """Unload all when asked for everything; there is never another reason to on the CPU."""
    if free_all:
        unload_all_models()


def soft_empty_cache(force: bool = False) -> None:
    """Nothing is cached on the CPU."""


def get_torch_device() -> torch.device:
    """The device models compute on."""
    return cpu


unet_offload_device = get_torch_device
text_encoder_device = get_torch_device
text_encoder_offload_device = get_torch_device
vae_device = get_torch_device
vae_offload_device = get_torch_device
intermediate_device = get_torch_device


def unet_dtype(device=None, model_params: int = 0, supported_dtypes=(torch.float32,)) -> torch.dtype:
    """The type weights are kept in."""
    return torch.float32


def vae_dtype(device=None, allowed_dtypes=()) -> torch.dtype:
    """The type the VAE computes in."""
    return torch.float32


def should_use_fp16(device=None, model_params: int = 0, prioritize_performance: bool = True, manual_cast: bool = False):
    """Never, on the CPU."""
    return False


def minimum_inference_memory() -> int:
    """Bytes the host likes to keep free."""
    return 1024 * 1024 * 1024


def get_free_memory(dev=None, torch_free_too: bool = False):
    """Free bytes of main memory; twice, when the free part of torch's own pool is asked for too."""
    free = psutil.virtual_memory().available
    return (free, free) if torch_free_too else free


def dtype_size(dtype: torch.dtype) -> int:
    """Bytes of one element."""
    return dtype.itemsize


def module_size(module: torch.nn.Module) -> int:
    """Bytes of a module's parameters and buffers."""
    return sum(t.nelement() * t.element_size() for t in module.state_dict().values())


def cast_to_device(tensor: torch.Tensor, device, dtype: torch.dtype, copy: bool = False) -> torch.Tensor:
    """``tensor`` on ``device`` as ``dtype``."""
    return tensor.to(device, dtype, copy=copy)

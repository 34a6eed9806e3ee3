"""A model together with what is to be changed about it while it runs."""

from __future__ import annotations

import copy
import inspect

import torch

from backend import memory_management, utils
from backend.patcher.lora import LoraLoader


class ModelPatcher:
    """Patches for one model. Clones share the model and its merged weights, not the patches."""

    def __init__(self, model: torch.nn.Module, load_device, offload_device, size: int = 0, current_device=None, **_):
        self.model = model
        self.size = size or memory_management.module_size(model)
        self.lora_patches: dict[tuple, dict] = {}
        self.object_patches: dict[str, object] = {}
        self.object_patches_backup: dict[str, object] = {}
        self.model_options: dict = {"transformer_options": {}}
        self.load_device = load_device
        self.offload_device = offload_device
        self.current_device = offload_device if current_device is None else current_device
        if not hasattr(model, "lora_loader"):
            model.lora_loader = LoraLoader(model)
        self.lora_loader: LoraLoader = model.lora_loader

    def clone(self):
        """A patcher for the same model with copies of the patches and a deep copy of the options."""
        n = type(self)(self.model, self.load_device, self.offload_device, self.size, self.current_device)
        n.lora_patches = self.lora_patches.copy()
        n.object_patches = self.object_patches.copy()
        n.model_options = copy.deepcopy(self.model_options)
        return n

    def is_clone(self, other) -> bool:
        """Whether both patch the same model."""
        return hasattr(other, "model") and self.model is other.model

    def add_patches(self, *, filename, patches, strength_patch=1.0, strength_model=1.0, online_mode=False) -> set:
        """Register weight patches under ``(filename, strengths, online_mode)``; returns the keys the model has.

        Keys the model lacks are ignored. Patches registered under the same identifier are replaced.
        """
        known = {k for k, _ in self.model.named_parameters()}
        applied, mine = set(), {}
        for k, value in patches.items():
            key, *rest = (k,) if isinstance(k, str) else k
            if key not in known:
                continue
            offset, function = (*rest, None, None)[:2]
            applied.add(k)
            mine.setdefault(key, []).append([strength_patch, value, strength_model, offset, function])
        self.lora_patches[(filename, strength_patch, strength_model, online_mode)] = mine
        return applied

    def has_online_lora(self) -> bool:
        """Whether any patches were registered with ``online_mode``."""
        return any(identifier[3] for identifier in self.lora_patches)

    def refresh_loras(self) -> None:
        """Bring the model's weights in step with this patcher's patches."""
        self.lora_loader.refresh(lora_patches=self.lora_patches, offload_device=self.offload_device)

    def memory_required(self, input_shape) -> float:
        """Bytes the model needs for an input of this shape."""
        return self.model.memory_required(input_shape=input_shape)

    def model_size(self) -> int:
        """Bytes of the model."""
        return self.size

    def model_dtype(self):
        """The type the model computes in, where it says so."""
        return self.model.get_dtype() if hasattr(self.model, "get_dtype") else None

    def model_state_dict(self, filter_prefix: str | None = None) -> dict:
        """The model's state, restricted to names beginning with ``filter_prefix``."""
        return {k: v for k, v in self.model.state_dict().items() if k.startswith(filter_prefix or "")}

    def add_object_patch(self, name: str, obj) -> None:
        """Have the attribute ``name`` of the model replaced while this patcher is loaded."""
        self.object_patches[name] = obj

    def get_model_object(self, name: str):
        """An attribute of the model as this patcher sees it."""
        for source in (self.object_patches, self.object_patches_backup):
            if name in source:
                return source[name]
        return utils.get_attr(self.model, name)

    def forge_patch_model(self, target_device=None) -> torch.nn.Module:
        """Put the object patches in."""
        for k, item in self.object_patches.items():
            self.object_patches_backup.setdefault(k, utils.get_attr(self.model, k))
            utils.set_attr_raw(self.model, k, item)
        return self.model

    def forge_unpatch_model(self, target_device=None) -> None:
        """Take the object patches out."""
        for k, item in self.object_patches_backup.items():
            utils.set_attr_raw(self.model, k, item)
        self.object_patches_backup = {}

    def set_model_unet_function_wrapper(self, unet_wrapper_function) -> None:
        """Fill the single slot of a function called as ``f(apply_model, {"input", "timestep", "c", ...})``."""
        self.model_options["model_function_wrapper"] = unet_wrapper_function

    def set_model_vae_encode_wrapper(self, wrapper_function) -> None:
        """Have ``VAE.encode`` call ``f(encode, pixels)``."""
        self.model_options["model_vae_encode_wrapper"] = wrapper_function

    def set_model_vae_decode_wrapper(self, wrapper_function) -> None:
        """Have ``VAE.decode`` call ``f(decode, latents)``."""
        self.model_options["model_vae_decode_wrapper"] = wrapper_function

    def set_model_vae_regulation(self, vae_regulation) -> None:
        """Have ``VAE.encode`` return ``f(posterior)`` in place of a sample of the posterior."""
        self.model_options["model_vae_regulation"] = vae_regulation

    def set_model_sampler_cfg_function(self, sampler_cfg_function, disable_cfg1_optimization=False) -> None:
        """Replace the guidance formula; a function of three arguments gets cond, uncond and scale."""
        function = sampler_cfg_function
        if len(inspect.signature(sampler_cfg_function).parameters) == 3:

            def function(args):
                return sampler_cfg_function(args["cond"], args["uncond"], args["cond_scale"])

        self.model_options["sampler_cfg_function"] = function
        self._mark_cfg1(disable_cfg1_optimization)

    def set_model_sampler_post_cfg_function(self, post_cfg_function, disable_cfg1_optimization=False) -> None:
        """Append a function that may change the guided prediction."""
        self._append("sampler_post_cfg_function", post_cfg_function)
        self._mark_cfg1(disable_cfg1_optimization)

    def set_model_sampler_pre_cfg_function(self, pre_cfg_function, disable_cfg1_optimization=False) -> None:
        """Append a function that may change the conditions before they are used."""
        self._append("sampler_pre_cfg_function", pre_cfg_function)
        self._mark_cfg1(disable_cfg1_optimization)

    def _append(self, name: str, function) -> None:
        self.model_options[name] = [*self.model_options.get(name, []), function]

    def _mark_cfg1(self, disable: bool) -> None:
        if disable:
            self.model_options["disable_cfg1_optimization"] = True

"""The patcher of the diffusion model."""

from __future__ import annotations

from backend.modules.k_model import KModel
from backend.patcher.base import ModelPatcher


class UnetPatcher(ModelPatcher):
    """Adds what only a UNet has: modifiers of conditions, concatenated channels, memory to keep free."""

    @classmethod
    def from_model(cls, model, diffusers_scheduler, config, k_predictor=None):
        """A patcher around a diffusion model whose noise schedule is that of a diffusers scheduler."""
        model = KModel(model=model, diffusers_scheduler=diffusers_scheduler, k_predictor=k_predictor, config=config)
        unet = model.diffusion_model
        return cls(model, unet.load_device, unet.offload_device, current_device=unet.initial_device)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.controlnet_linked_list = None
        self.extra_preserved_memory_during_sampling = 0
        self.extra_model_patchers_during_sampling: list[ModelPatcher] = []
        self.extra_concat_condition = None

    def clone(self):
        """As :meth:`ModelPatcher.clone`, with the UNet's own fields."""
        n = super().clone()
        n.controlnet_linked_list = self.controlnet_linked_list
        n.extra_preserved_memory_during_sampling = self.extra_preserved_memory_during_sampling
        n.extra_model_patchers_during_sampling = self.extra_model_patchers_during_sampling.copy()
        n.extra_concat_condition = self.extra_concat_condition
        return n

    def add_extra_preserved_memory_during_sampling(self, memory_in_bytes: int) -> None:
        """Ask the host to keep this much memory free while sampling."""
        self.extra_preserved_memory_during_sampling += memory_in_bytes

    def add_extra_model_patcher_during_sampling(self, model_patcher: ModelPatcher) -> None:
        """Ask the host to load another patcher together with this one."""
        self.extra_model_patchers_during_sampling.append(model_patcher)

    def list_controlnets(self) -> list:
        """The chain of ControlNets; the workbench has none to offer."""
        results, pointer = [], self.controlnet_linked_list
        while pointer is not None:
            results.append(pointer)
            pointer = pointer.previous_controlnet
        return results

    def append_model_option(self, k: str, v, ensure_uniqueness: bool = False) -> None:
        """Append to a list among the options."""
        values = self.model_options.setdefault(k, [])
        if not (ensure_uniqueness and v in values):
            values.append(v)

    def append_transformer_option(self, k: str, v, ensure_uniqueness: bool = False) -> None:
        """Append to a list among the transformer's options."""
        values = self.model_options.setdefault("transformer_options", {}).setdefault(k, [])
        if not (ensure_uniqueness and v in values):
            values.append(v)

    def set_transformer_option(self, k: str, v) -> None:
        """Set one of the transformer's options."""
        self.model_options.setdefault("transformer_options", {})[k] = v

    def add_conditioning_modifier(self, modifier, ensure_uniqueness: bool = False) -> None:
        """Append ``f(model, x, timestep, uncond, cond, cond_scale, model_options, seed)``, which returns the eight."""
        self.append_model_option("conditioning_modifiers", modifier, ensure_uniqueness)

    def add_sampler_pre_cfg_function(self, modifier, ensure_uniqueness: bool = False) -> None:
        """Append a function called before the conditions are used."""
        self.append_model_option("sampler_pre_cfg_function", modifier, ensure_uniqueness)

    def set_memory_peak_estimation_modifier(self, modifier) -> None:
        """Replace the estimate of the memory sampling needs."""
        self.model_options["memory_peak_estimation_modifier"] = modifier

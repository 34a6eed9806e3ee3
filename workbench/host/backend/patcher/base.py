"""A model together with the changes that apply while it runs."""

from __future__ import annotations

import copy

import torch

from backend.patcher.lora import LoraLoader


class ModelPatcher:
    """Patches for one model. Clones share the model and its merged weights, not the patches."""

    def __init__(self, model: torch.nn.Module):
        self.model = model
        self.lora_patches: dict[tuple, dict] = {}
        self.model_options: dict = {"transformer_options": {}}
        if not hasattr(model, "lora_loader"):
            model.lora_loader = LoraLoader(model)
        self.lora_loader: LoraLoader = model.lora_loader

    def clone(self):
        """A patcher for the same model with copies of the patches and a deep copy of the options."""
        n = type(self)(self.model)
        n.lora_patches = self.lora_patches.copy()
        n.model_options = copy.deepcopy(self.model_options)
        return n

    def is_clone(self, other) -> bool:
        """Whether both patch the same model."""
        return self.model is other.model

    def add_patches(self, *, filename, patches, strength_patch=1.0, strength_model=1.0, online_mode=False) -> set:
        """Register weight patches under ``(filename, strengths, online_mode)``; returns the keys the model has.

        Keys the model lacks are ignored. Patches registered under the same identifier are replaced.
        """
        known = {k for k, _ in self.model.named_parameters()}
        mine = {k: [[strength_patch, value, strength_model]] for k, value in patches.items() if k in known}
        self.lora_patches[(filename, strength_patch, strength_model, online_mode)] = mine
        return set(mine)

    def refresh_loras(self) -> None:
        """Merge this patcher's patches into the model's weights."""
        self.lora_loader.refresh(self.lora_patches)

    def set_model_patch(self, patch, name) -> None:
        """Add a function that the model's transformers call: the UNet says what they know of."""
        options = self.model_options["transformer_options"]
        patches = options.setdefault("patches", {})
        patches[name] = [*patches.get(name, []), patch]

    def set_model_attn1_patch(self, patch) -> None:
        """Add ``f(n, context, value, extra_options)``, which returns what self-attention is made of, the three."""
        self.set_model_patch(patch, "attn1_patch")

    def set_model_unet_function_wrapper(self, unet_wrapper_function) -> None:
        """Set the one wrapper function, called as ``f(apply_model, {"input", "timestep", "c", ...})``."""
        self.model_options["model_function_wrapper"] = unet_wrapper_function

    def set_model_vae_regulation(self, vae_regulation) -> None:
        """Make ``VAE.encode`` return ``f(posterior)`` instead of a sample of the posterior."""
        self.model_options["model_vae_regulation"] = vae_regulation

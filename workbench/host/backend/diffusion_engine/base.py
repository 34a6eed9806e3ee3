"""A checkpoint: its models, and the facts about it that a host needs."""

from __future__ import annotations


class ForgeObjects:
    """The patchers of one checkpoint."""

    def __init__(self, unet, clip, vae, clipvision):
        self.unet = unet
        self.clip = clip
        self.vae = vae
        self.clipvision = clipvision

    def shallow_copy(self) -> ForgeObjects:
        """Another holder of the same patchers."""
        return ForgeObjects(self.unet, self.clip, self.vae, self.clipvision)


class ForgeDiffusionEngine:
    """What checkpoints of all families have in common."""

    def __init__(self, estimated_config):
        self.model_config = estimated_config
        self.is_inpaint = estimated_config.inpaint_model()
        self.forge_objects: ForgeObjects | None = None
        self.forge_objects_original: ForgeObjects | None = None
        self.forge_objects_after_applying_lora: ForgeObjects | None = None
        self.is_sd1 = self.is_sd2 = self.is_sdxl = self.is_sd3 = False

    def get_first_stage_encoding(self, x):
        """What ``encode_first_stage`` returned."""
        return x

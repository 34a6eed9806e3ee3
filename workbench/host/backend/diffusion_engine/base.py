"""A checkpoint: its models, and the facts about it a host asks for."""

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
    """What every checkpoint has, whatever its family."""

    def __init__(self, estimated_config):
        self.model_config = estimated_config
        self.is_inpaint = estimated_config.inpaint_model()
        self.forge_objects: ForgeObjects | None = None
        self.forge_objects_original: ForgeObjects | None = None
        self.forge_objects_after_applying_lora: ForgeObjects | None = None
        self.current_lora_hash = str([])
        self.tiling_enabled = False
        self.first_stage_model = None
        self.cond_stage_model = None
        self.use_distilled_cfg_scale = False
        self.is_sd1 = self.is_sd2 = self.is_sdxl = self.is_sd3 = False

    def set_clip_skip(self, clip_skip: int) -> None:
        """The text encoder here has no layers to skip."""

    def get_first_stage_encoding(self, x):
        """What ``encode_first_stage`` returned."""
        return x

    def get_prompt_lengths_on_ui(self, prompt: str) -> tuple[int, int]:
        """Words of a prompt, and how many fit."""
        return len(prompt.split()), 75

    def is_webui_legacy_model(self) -> bool:
        """Whether the family is one the older web UI knew."""
        return self.is_sd1 or self.is_sd2 or self.is_sdxl or self.is_sd3

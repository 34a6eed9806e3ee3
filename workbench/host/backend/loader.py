"""Loads the workbench's one model, and makes it look like another family for tests that expect a refusal."""

from __future__ import annotations

from types import SimpleNamespace

FAMILIES = {
    "sd1": ("is_sd1", 768),
    "inpaint": ("is_sd1", 768),
    "sd2": ("is_sd2", 1024),
    "sdxl": ("is_sdxl", 2048),
    "sd3": ("is_sd3", 4096),
    "flux": (None, 4096),
}


class EstimatedConfig:
    """The facts about an architecture that are detected from a checkpoint's header."""

    def __init__(self, family: str):
        _, context_dim = FAMILIES[family]
        self.unet_config = {"in_channels": 9 if family == "inpaint" else 4, "context_dim": context_dim}

    def inpaint_model(self) -> bool:
        """Whether the UNet takes mask and masked picture in addition to the latents."""
        return self.unet_config["in_channels"] > 4


def forge_loader(sd: str):
    """The checkpoint as an engine. ``sd`` is the name of the family that it pretends to be."""
    from backend.diffusion_engine.sd15 import StableDiffusion
    from small_model.architecture import NOISE_SCHEDULE
    from small_model.tiny_model import build

    model = build()
    components = {
        "unet": model.unet.eval().requires_grad_(False),
        "vae": model.vae.eval().requires_grad_(False),
        "text_encoder": model.encode_text,
        "scheduler": SimpleNamespace(config=SimpleNamespace(**NOISE_SCHEDULE)),
    }
    engine = StableDiffusion(EstimatedConfig(sd), components)
    engine.is_sd1 = False
    if FAMILIES[sd][0]:
        setattr(engine, FAMILIES[sd][0], True)
    return engine

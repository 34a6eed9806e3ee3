"""The one checkpoint the workbench has."""

from __future__ import annotations

from types import SimpleNamespace

from modules import paths, script_callbacks
from workbench import settings


class FakeInitialModel:
    """Stands where the checkpoint will stand once the first generation has loaded it."""

    cond_stage_model = None
    chunk_length = 75

    def get_prompt_lengths_on_ui(self, prompt: str) -> tuple[int, int]:
        """Words of a prompt, and how many fit."""
        return len(prompt.split()), 75


class SdModelData:
    """Holds the checkpoint."""

    def __init__(self):
        self.sd_model = FakeInitialModel()
        self.forge_loading_parameters: dict = {"checkpoint_info": checkpoint_info}
        self.forge_hash = ""

    def get_sd_model(self):
        """The checkpoint."""
        return self.sd_model

    def set_sd_model(self, v) -> None:
        """Replace the checkpoint."""
        self.sd_model = v


def _info() -> SimpleNamespace:
    name = f"workbench-{settings.current.family}"
    return SimpleNamespace(
        name=f"{name}.safetensors",
        title=f"{name}.safetensors",
        short_title=name,
        name_for_extra=name,
        model_name=name,
        filename=f"{paths.models_path}/Stable-diffusion/{name}.safetensors",
        shorthash=None,
        sha256=None,
        calculate_shorthash=lambda: None,
    )


checkpoint_info = _info()
checkpoints_list = {checkpoint_info.title: checkpoint_info}
checkpoint_aliases = {checkpoint_info.title: checkpoint_info, checkpoint_info.model_name: checkpoint_info}
model_data = SdModelData()


def checkpoint_tiles(use_short: bool = False) -> list[str]:
    """The names of all checkpoints."""
    return [x.short_title if use_short else x.name for x in checkpoints_list.values()]


def get_closet_checkpoint_match(search_string: str | None) -> SimpleNamespace | None:
    """The checkpoint of a name."""
    return checkpoint_aliases.get(search_string)


def list_models() -> None:
    """Look for checkpoints; there is the one."""


def forge_model_reload() -> tuple:
    """``(checkpoint, whether it was loaded just now)``."""
    from backend.loader import forge_loader

    current_hash = str(id(model_data.forge_loading_parameters["checkpoint_info"]))
    if model_data.forge_hash == current_hash:
        return model_data.sd_model, False
    sd_model = forge_loader(settings.current.family)
    sd_model.extra_generation_params = {}
    sd_model.comments = []
    sd_model.sd_checkpoint_info = checkpoint_info
    sd_model.filename = checkpoint_info.filename
    sd_model.sd_model_hash = None
    model_data.set_sd_model(sd_model)
    script_callbacks.model_loaded_callback(sd_model)
    model_data.forge_hash = current_hash
    return sd_model, True

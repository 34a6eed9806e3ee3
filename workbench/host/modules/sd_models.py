"""The workbench's one checkpoint."""

from __future__ import annotations

from types import SimpleNamespace

from backend.loader import forge_loader

from modules import paths, script_callbacks
from workbench import settings


class FakeInitialModel:
    """A placeholder until the first generation has loaded the checkpoint."""


def _info() -> SimpleNamespace:
    name = f"workbench-{settings.current.family}"
    return SimpleNamespace(
        name=f"{name}.safetensors",
        title=f"{name}.safetensors",
        name_for_extra=name,
        model_name=name,
        filename=f"{paths.models_path}/Stable-diffusion/{name}.safetensors",
        shorthash=None,
    )


checkpoint_info = _info()
checkpoint_aliases = {checkpoint_info.title: checkpoint_info, checkpoint_info.model_name: checkpoint_info}


class SdModelData:
    """Holds the checkpoint."""

    def __init__(self):
        self.sd_model = FakeInitialModel()


model_data = SdModelData()


def get_closet_checkpoint_match(search_string: str | None) -> SimpleNamespace | None:
    """The checkpoint of a name."""
    return checkpoint_aliases.get(search_string)


def forge_model_reload() -> tuple:
    """``(checkpoint, whether this call loaded it)``."""
    if not isinstance(model_data.sd_model, FakeInitialModel):
        return model_data.sd_model, False
    sd_model = forge_loader(settings.current.family)
    sd_model.comments = []
    sd_model.sd_checkpoint_info = checkpoint_info
    sd_model.filename = checkpoint_info.filename
    sd_model.sd_model_hash = None
    model_data.sd_model = sd_model
    script_callbacks.model_loaded_callback(sd_model)
    return sd_model, True

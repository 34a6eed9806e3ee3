"""What every part of the host shares."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import gradio as gr
from PIL import Image

from modules import devices, options, shared_cmd_options, util
from modules.paths_internal import (  # noqa: F401
    data_path,
    extensions_builtin_dir,
    extensions_dir,
    models_path,
    script_path,
)

cmd_opts = shared_cmd_options.cmd_opts
parser = shared_cmd_options.parser
config_filename = cmd_opts.ui_settings_file
hide_dirs = {"visible": not cmd_opts.hide_ui_dir_config}

OptionInfo = options.OptionInfo
OptionHTML = options.OptionHTML
options_section = options.options_section
natural_sort_key = util.natural_sort_key
listfiles = util.listfiles
walk_files = util.walk_files

demo: gr.Blocks | None = None
device = devices.device
state = None
opts: options.Options = None
options_templates: dict | None = None
settings_components: dict | None = None
tab_names: list[str] = []
# Fonts of the system: gradio's own are fetched from afar.
gradio_theme = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"])
parallel_processing_allowed = True
progress_print_out = sys.stdout
face_restorers: list = []
hypernetworks: dict = {}

latent_upscale_default_mode = "Latent"
latent_upscale_modes = {
    "Latent": {"mode": "bilinear", "antialias": False},
    "Latent (antialiased)": {"mode": "bilinear", "antialias": True},
    "Latent (bicubic)": {"mode": "bicubic", "antialias": False},
    "Latent (nearest)": {"mode": "nearest", "antialias": False},
    "Latent (nearest-exact)": {"mode": "nearest-exact", "antialias": False},
}


def _upscaler(name: str, resample: int | None) -> SimpleNamespace:
    def upscale(img: Image.Image, scale: float, selected_model=None) -> Image.Image:
        wanted = tuple(int(side * scale // 8 * 8) for side in img.size)
        if resample is not None:
            img = img.resize((int(img.width * scale), int(img.height * scale)), resample)
        return img if img.size == wanted else img.resize(wanted, Image.Resampling.LANCZOS)

    scaler = SimpleNamespace(upscale=upscale, model_name=None)
    return SimpleNamespace(name=name, data_path=None, scale=4, scaler=scaler)


sd_upscalers = [
    _upscaler("None", None),
    _upscaler("Lanczos", Image.Resampling.LANCZOS),
    _upscaler("Nearest", Image.Resampling.NEAREST),
]


class PromptStyles:
    """Named additions to prompts; there are none, so prompts stay as they are."""

    styles: dict = {}

    def apply_styles_to_prompt(self, prompt: str, styles) -> str:
        """The prompt."""
        return prompt

    apply_negative_styles_to_prompt = apply_styles_to_prompt


prompt_styles = PromptStyles()
total_tqdm = SimpleNamespace(update=lambda: None, clear=lambda: None, updateTotal=lambda new_total: None)


class Shared(sys.modules[__name__].__class__):
    """Makes ``shared.sd_model`` whatever checkpoint is loaded now."""

    @property
    def sd_model(self):
        """The checkpoint; before the first generation one that knows nothing about itself."""
        import modules.sd_models

        return modules.sd_models.model_data.get_sd_model()

    @sd_model.setter
    def sd_model(self, value):
        import modules.sd_models

        modules.sd_models.model_data.set_sd_model(value)


sys.modules[__name__].__class__ = Shared

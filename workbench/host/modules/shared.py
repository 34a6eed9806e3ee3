"""State shared by all parts of the host."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
from PIL import Image

from modules import options, shared_cmd_options

cmd_opts = shared_cmd_options.cmd_opts
config_filename = cmd_opts.ui_settings_file
OptionInfo = options.OptionInfo

demo: gr.Blocks | None = None
state = None
opts: options.Options = None
# System fonts: gradio's own are downloaded.
gradio_theme = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"])

latent_upscale_default_mode = "Latent"
latent_upscale_modes = {
    "Latent": {"mode": "bilinear", "antialias": False},
    "Latent (nearest-exact)": {"mode": "nearest-exact", "antialias": False},
}


def _upscaler(name: str, resample: int | None) -> SimpleNamespace:
    def upscale(img: Image.Image, scale: float, selected_model=None) -> Image.Image:
        wanted = tuple(int(side * scale // 8 * 8) for side in img.size)
        if resample is not None:
            img = img.resize((int(img.width * scale), int(img.height * scale)), resample)
        return img if img.size == wanted else img.resize(wanted, Image.Resampling.LANCZOS)

    return SimpleNamespace(name=name, scale=4, data_path=None, scaler=SimpleNamespace(upscale=upscale))


sd_upscalers = [_upscaler("None", None), _upscaler("Lanczos", Image.Resampling.LANCZOS)]

"""The workbench's settings: those of Forge's that it reads, with Forge's names and defaults."""

from __future__ import annotations

import os

import gradio as gr

from modules import localization
from modules.options import OptionInfo, options_section
from modules.paths import data_path

options_templates: dict[str, OptionInfo] = {}


def _folder(name: str) -> str:
    return os.path.join(data_path, "outputs", name)


_SAVING = {
    "samples_save": OptionInfo(True, "Always save all generated images"),
    "samples_format": OptionInfo("png", "File format for images"),
    "grid_save": OptionInfo(True, "Always save all generated image grids"),
}
_PATHS = {
    "outdir_txt2img_samples": OptionInfo(_folder("txt2img-images"), "Output directory for txt2img images"),
    "outdir_img2img_samples": OptionInfo(_folder("img2img-images"), "Output directory for img2img images"),
    "outdir_txt2img_grids": OptionInfo(_folder("txt2img-grids"), "Output directory for txt2img grids"),
    "outdir_img2img_grids": OptionInfo(_folder("img2img-grids"), "Output directory for img2img grids"),
}
_SD = {
    "sd_model_checkpoint": OptionInfo("workbench.safetensors", "Stable Diffusion checkpoint", infotext="Model"),
    "CLIP_stop_at_last_layers": OptionInfo(
        1, "Clip skip", gr.Slider, {"minimum": 1, "maximum": 12, "step": 1}, infotext="Clip skip"
    ),
}
_IMG2IMG = {
    "img2img_color_correction": OptionInfo(False, "Apply color correction to img2img results"),
    "img2img_fix_steps": OptionInfo(False, "With img2img, do exactly the amount of steps the slider specifies."),
}
_SAMPLING = {
    "use_old_karras_scheduler_sigmas": OptionInfo(False, "Use old karras scheduler sigmas (0.1 to 10)."),
    "sigma_max": OptionInfo(0.0, "sigma max", infotext="Schedule max sigma"),
    "sgm_noise_multiplier": OptionInfo(False, "SGM noise multiplier", infotext="SGM noise multiplier"),
    "sd_noise_schedule": OptionInfo(
        "Default",
        "Noise schedule for sampling",
        gr.Radio,
        {"choices": ["Default", "Zero Terminal SNR"]},
        infotext="Noise Schedule",
    ),
}
_INFOTEXT = {"enable_pnginfo": OptionInfo(True, "Write infotext to metadata of the generated image")}
_UI = {
    "localization": OptionInfo(
        "None", "Localization", gr.Dropdown, lambda: {"choices": ["None", *localization.localizations]}
    ),
}

for _section, _options in {
    ("saving-images", "Saving images/grids"): _SAVING,
    ("saving-paths", "Paths for saving"): _PATHS,
    ("sd", "Stable Diffusion"): _SD,
    ("img2img", "img2img"): _IMG2IMG,
    ("sampler-params", "Sampler parameters"): _SAMPLING,
    ("infotext", "Infotext"): _INFOTEXT,
    ("ui", "User interface"): _UI,
}.items():
    options_templates.update(options_section(_section, _options))

"""The settings the workbench knows: those of Forge that its own parts read, with Forge's names and defaults."""

from __future__ import annotations

import os

import gradio as gr

from modules.options import OptionInfo, options_section
from modules.paths_internal import data_path, default_output_dir

restricted_opts: set[str] = set()
options_templates: dict[str, OptionInfo] = {}


def _folder(name: str) -> str:
    return os.path.join(default_output_dir, name)


def _slider(low: float, high: float, step: float) -> tuple:
    return gr.Slider, {"minimum": low, "maximum": high, "step": step}


def _languages() -> dict:
    from modules import localization

    return {"choices": ["None", *localization.localizations]}


_SAVING = {
    "samples_save": OptionInfo(True, "Always save all generated images"),
    "samples_format": OptionInfo("png", "File format for images"),
    "samples_filename_pattern": OptionInfo("", "Images filename pattern"),
    "grid_save": OptionInfo(True, "Always save all generated image grids"),
    "grid_format": OptionInfo("png", "File format for grids"),
    "grid_only_if_multiple": OptionInfo(True, "Do not save grids consisting of one picture"),
    "grid_prevent_empty_spots": OptionInfo(False, "Prevent empty spots in grid (when set to autodetect)"),
    "grid_background_color": OptionInfo("#ffffff", "Background color for image grids"),
    "n_rows": OptionInfo(-1, "Grid row count; -1 for autodetect, 0 for the batch size", *_slider(-1, 16, 1)),
    "jpeg_quality": OptionInfo(80, "Quality for saved jpeg and avif images", *_slider(1, 100, 1)),
    "webp_lossless": OptionInfo(False, "Use lossless compression for webp images"),
    "save_images_before_highres_fix": OptionInfo(False, "Save a copy of image before applying highres fix."),
    "save_images_before_color_correction": OptionInfo(False, "Save a copy of image before applying color correction"),
    "save_mask": OptionInfo(False, "For inpainting, save a copy of the greyscale mask"),
    "save_mask_composite": OptionInfo(False, "For inpainting, save a masked composite"),
    "save_init_img": OptionInfo(False, "Save init images when using img2img"),
    "save_incomplete_images": OptionInfo(False, "Save incomplete images"),
    "save_to_dirs": OptionInfo(True, "Save images to a subdirectory"),
    "grid_save_to_dirs": OptionInfo(True, "Save grids to a subdirectory"),
}
_PATHS = {
    "outdir_samples": OptionInfo("", "Output directory for images"),
    "outdir_txt2img_samples": OptionInfo(_folder("txt2img-images"), "Output directory for txt2img images"),
    "outdir_img2img_samples": OptionInfo(_folder("img2img-images"), "Output directory for img2img images"),
    "outdir_grids": OptionInfo("", "Output directory for grids"),
    "outdir_txt2img_grids": OptionInfo(_folder("txt2img-grids"), "Output directory for txt2img grids"),
    "outdir_img2img_grids": OptionInfo(_folder("img2img-grids"), "Output directory for img2img grids"),
    "outdir_init_images": OptionInfo(_folder("init-images"), "Directory for saving init images when using img2img"),
    "outdir_save": OptionInfo(os.path.join(data_path, "log", "images"), "Directory for the Save button"),
}
_SD = {
    "sd_model_checkpoint": OptionInfo("workbench.safetensors", "Stable Diffusion checkpoint", infotext="Model"),
    "CLIP_stop_at_last_layers": OptionInfo(1, "Clip skip", *_slider(1, 12, 1), infotext="Clip skip"),
    "sd_vae": OptionInfo("Automatic", "SD VAE", infotext="VAE"),
    "randn_source": OptionInfo("GPU", "Random number generator source.", infotext="RNG"),
    "tiling": OptionInfo(False, "Tiling", infotext="Tiling"),
    "persistent_cond_cache": OptionInfo(True, "Persistent cond cache"),
    "face_restoration": OptionInfo(False, "Restore faces"),
    "face_restoration_model": OptionInfo("CodeFormer", "Face restoration model"),
    "upscaler_for_img2img": OptionInfo(None, "Upscaler for img2img", gr.Dropdown, {"choices": ["None", "Lanczos"]}),
}
_IMG2IMG = {
    "inpainting_mask_weight": OptionInfo(1.0, "Inpainting conditioning mask strength", *_slider(0, 1, 0.01)),
    "initial_noise_multiplier": OptionInfo(1.0, "Noise multiplier for img2img", *_slider(0, 1.5, 0.001)),
    "img2img_extra_noise": OptionInfo(0.0, "Extra noise multiplier for img2img and hires fix", *_slider(0, 1, 0.01)),
    "img2img_color_correction": OptionInfo(False, "Apply color correction to img2img results"),
    "img2img_fix_steps": OptionInfo(False, "With img2img, do exactly the amount of steps the slider specifies."),
    "img2img_background_color": OptionInfo("#ffffff", "Colour for transparent parts of the img2img picture"),
    "return_mask": OptionInfo(False, "For inpainting, include the greyscale mask in results for web"),
    "return_mask_composite": OptionInfo(False, "For inpainting, include masked composite in results for web"),
    "overlay_inpaint": OptionInfo(True, "Overlay original for inpaint"),
    "img2img_batch_show_results_limit": OptionInfo(32, "Show the first N batch img2img results in UI"),
    "img2img_batch_use_original_name": OptionInfo(False, "Save using original filename in img2img batch."),
}
_SAMPLING = {
    "hide_samplers": OptionInfo([], "Hide samplers in user interface", gr.CheckboxGroup, {"choices": []}),
    "eta_ddim": OptionInfo(0.0, "Eta for DDIM", *_slider(0, 1, 0.01), infotext="Eta DDIM"),
    "eta_ancestral": OptionInfo(1.0, "Eta for k-diffusion samplers", *_slider(0, 1, 0.01), infotext="Eta"),
    "eta_noise_seed_delta": OptionInfo(0, "Eta noise seed delta", infotext="ENSD"),
    "s_churn": OptionInfo(0.0, "sigma churn", *_slider(0, 100, 0.01), infotext="Sigma churn"),
    "s_tmin": OptionInfo(0.0, "sigma tmin", *_slider(0, 10, 0.01), infotext="Sigma tmin"),
    "s_tmax": OptionInfo(0.0, "sigma tmax", *_slider(0, 999, 0.01), infotext="Sigma tmax"),
    "s_noise": OptionInfo(1.0, "sigma noise", *_slider(0, 1.1, 0.001), infotext="Sigma noise"),
    "s_min_uncond": OptionInfo(0.0, "Negative Guidance minimum sigma", *_slider(0, 15, 0.01), infotext="NGMS"),
    "use_old_karras_scheduler_sigmas": OptionInfo(False, "Use old karras scheduler sigmas (0.1 to 10)."),
    "sigma_max": OptionInfo(0.0, "sigma max", *_slider(0, 60, 0.001), infotext="Schedule max sigma"),
    "sgm_noise_multiplier": OptionInfo(False, "SGM noise multiplier", infotext="SGM noise multiplier"),
    "sd_noise_schedule": OptionInfo(
        "Default",
        "Noise schedule for sampling",
        gr.Radio,
        {"choices": ["Default", "Zero Terminal SNR"]},
        infotext="Noise Schedule",
    ),
}
_INFOTEXT = {
    "enable_pnginfo": OptionInfo(True, "Write infotext to metadata of the generated image"),
    "save_txt": OptionInfo(False, "Create a text file with infotext next to every generated image"),
    "add_model_name_to_info": OptionInfo(True, "Add model name to infotext"),
    "add_model_hash_to_info": OptionInfo(True, "Add model hash to infotext"),
    "add_user_name_to_info": OptionInfo(False, "Add user name to infotext when authenticated"),
    "add_version_to_infotext": OptionInfo(True, "Add program version to infotext"),
    "disable_weights_auto_swap": OptionInfo(True, "Disregard checkpoint information from pasted infotext"),
    "infotext_skip_pasting": OptionInfo([], "Disregard fields from pasted infotext", gr.CheckboxGroup, {"choices": []}),
}
_UI = {
    "localization": OptionInfo("None", "Localization", gr.Dropdown, _languages),
    "send_seed": OptionInfo(True, "Send seed when sending prompt or image to other interface"),
    "send_size": OptionInfo(True, "Send size when sending prompt or image to another interface"),
    "return_grid": OptionInfo(True, "Show grid in gallery"),
    "do_not_show_images": OptionInfo(False, "Do not show any images in gallery"),
    "interrupt_after_current": OptionInfo(True, "Don't Interrupt in the middle"),
    "live_previews_enable": OptionInfo(False, "Show live previews of the created image"),
    "show_progress_every_n_steps": OptionInfo(10, "Live preview display period"),
    "samples_log_stdout": OptionInfo(False, "Always print all generation info to standard output"),
    "enable_console_prompts": OptionInfo(False, "Print prompts to console when generating"),
    "api_enable_requests": OptionInfo(False, "Allow http:// and https:// URLs for input images in API"),
}

for _section, _options in {
    ("saving-images", "Saving images/grids", "saving"): _SAVING,
    ("saving-paths", "Paths for saving", "saving"): _PATHS,
    ("sd", "Stable Diffusion", "sd"): _SD,
    ("img2img", "img2img", "sd"): _IMG2IMG,
    ("sampler-params", "Sampler parameters", "sd"): _SAMPLING,
    ("infotext", "Infotext", "ui"): _INFOTEXT,
    ("ui", "User interface", "ui"): _UI,
}.items():
    options_templates.update(options_section(_section, _options))

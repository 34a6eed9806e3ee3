"""Another extension that fails in the middle of a run, or starts a nested run.

Does nothing unless its argument is a dict: ``raise_in`` (the name of a hook), ``unet`` (true: the UNet's first call
raises; "inside": in a run of ADetailer's), ``vae`` ("error" or "memory": what the VAE's first encoding raises),
``interrupt`` (true), ``unload`` (true: all models leave memory before sampling), ``switch`` (another checkpoint's name:
it is chosen before sampling) and ``nested`` ("crop", "copy" or "copy of a crop": run a crop of each picture as img2img,
a copy of the processing object, or img2img's copy that works on a crop).
"""

import copy
import importlib.util
import inspect

import gradio as gr
import torch
from modules import processing, scripts, shared

_BACKEND, _OLDER = (importlib.util.find_spec(name) is not None for name in ("backend", "ldm_patched"))
_PATCHES = _BACKEND or _OLDER
"""Whether this web UI has patchers, in Forge's backend or the older one."""
QUIET = ("IC Light Probe", "IC Light Troublemaker")


class TroubleError(Exception):
    """What this extension raises."""


class Troublemaker(scripts.Script):
    """Runs after all other scripts, because of its folder's name."""

    def title(self):
        return "IC Light Troublemaker"

    def show(self, is_img2img):
        return scripts.AlwaysVisible

    def ui(self, is_img2img):
        return [gr.Textbox(value="", visible=False)]

    def before_process(self, p, options, *args):
        self._fail("before_process", options)

    def process(self, p, options, *args):
        self._fail("process", options)
        if isinstance(options, dict) and "vae" in options:
            _break_vae(p, options["vae"])

    def process_batch(self, p, options, *args, **kwargs):
        self._fail("process_batch", options)

    def process_before_every_sampling(self, p, options, *args, **kwargs):
        self._fail("process_before_every_sampling", options)
        if not isinstance(options, dict):
            return
        if options.get("interrupt"):
            shared.state.interrupted = True
        if options.get("unload"):
            _unload_all_models()
        if "switch" in options:
            _choose_checkpoint(options["switch"])
        if options.get("unet") and (options["unet"] != "inside" or getattr(p, "_ad_inner", False)):
            _break_unet(p)

    def postprocess_image(self, p, pp, options, *args):
        self._fail("postprocess_image", options)
        if isinstance(options, dict) and "nested" in options:
            pp.image.paste(_nested(p, pp.image, options["nested"]), (8, 8))

    def postprocess(self, p, processed, options, *args):
        self._fail("postprocess", options)

    def _fail(self, hook, options):
        if isinstance(options, dict) and options.get("raise_in") == hook:
            raise TroubleError(f"trouble in {hook}")


def _raise(*args, **kwargs):
    raise TroubleError("trouble in the UNet")


def _unload_all_models():
    if _BACKEND:
        from backend import memory_management

        memory_management.unload_all_models()
    elif _OLDER:
        from ldm_patched.modules import model_management

        model_management.unload_all_models()
    else:
        from modules import sd_models

        sd_models.unload_model_weights()


def _choose_checkpoint(name):
    if _BACKEND:
        from modules_forge import main_entry

        change = main_entry.checkpoint_change
        preset = {"preset": None} if "preset" in inspect.signature(change).parameters else {}
        change(name, save=False, **preset)
    else:
        # What follows from a choice waits until the run has ended, where a run holds the queue.
        shared.opts.set("sd_model_checkpoint", name, is_api=True, run_callbacks=False)


def _break_unet(p):
    """Make this run's UNet fail."""
    if _PATCHES:
        unet = p.sd_model.forge_objects.unet.clone()
        unet.set_model_unet_function_wrapper(_raise)
        p.sd_model.forge_objects.unet = unet
        return
    model = p.sd_model.model.diffusion_model

    def forward(*args, **kwargs):
        del model.forward
        _raise()

    model.forward = forward


def _break_vae(p, kind):
    """Make the VAE's next encoding fail, once; some hosts' VAEs are asked for the encoder's output alone."""
    encoder = (p.sd_model.forge_objects.vae if _PATCHES else p.sd_model).first_stage_model.encoder
    error = TroubleError("trouble in the VAE") if kind == "error" else torch.cuda.OutOfMemoryError("trouble")

    def forward(*args, **kwargs):
        del encoder.forward
        raise error

    encoder.forward = forward


def _nested(p, picture, kind):
    """Do what a detailer does: run the scripts again on a part of a finished picture."""
    crop = picture.crop((8, 8, 56, 56))
    if kind.startswith("copy"):
        inner = copy.copy(p)
        inner.n_iter = inner.batch_size = 1
        if kind == "copy of a crop":
            inner.init_images = [crop]
    else:
        inner = processing.StableDiffusionProcessingImg2Img(
            init_images=[crop],
            denoising_strength=0.5,
            prompt=p.prompt,
            negative_prompt=p.negative_prompt,
            seed=p.seed,
            sampler_name=p.sampler_name,
            steps=2,
            cfg_scale=p.cfg_scale,
            width=64,
            height=64,
            do_not_save_samples=True,
            do_not_save_grid=True,
            extra_generation_params=p.extra_generation_params.copy(),
            # Older web UIs choose the schedule with the sampler.
            **({"scheduler": p.scheduler} if hasattr(p, "scheduler") else {}),
        )
    inner.scripts = copy.copy(p.scripts)
    inner.scripts.alwayson_scripts = [each for each in p.scripts.alwayson_scripts if each.title() not in QUIET]
    inner.script_args = list(p.script_args)
    return processing.process_images(inner).images[0].resize((48, 48))

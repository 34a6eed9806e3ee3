"""Runs the same generations on the same small model, with the workbench's pipeline or a real Forge's.

``python run_cases.py OUT DATA`` uses the workbench; ``python run_cases.py OUT DATA FORGE_HOME`` a real Forge, whose
interpreter must run it. Pictures, infotexts and calls of hooks go into the folder OUT.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

REPOSITORY = Path(__file__).resolve().parents[3]
SAMPLERS = ("Euler", "Euler a", "DPM++ 2M", "DDIM")
OPTIONS = {"live_previews_enable": False, "samples_save": False, "grid_save": False, "memmon_poll_rate": 0}


def start_workbench(data):
    """Load the host into this process; returns the checkpoint."""
    sys.path.insert(0, str(REPOSITORY))
    from workbench import boot, settings

    boot.start(settings.Settings(data_dir=data, argv=("--no-prompt-history",)))
    from modules import sd_models

    return sd_models.forge_model_reload()[0]


def start_forge(home, data):
    """Import a real Forge's modules and give them the small model; returns the checkpoint."""
    os.chdir(home)
    sys.path.insert(0, str(home))
    flags = "--always-cpu --all-in-fp32 --skip-prepare-environment --skip-install --no-prompt-history"
    sys.argv = ["launch.py", *flags.split(), "--data-dir", str(data)]
    from modules import launch_utils  # noqa: F401 - must come before everything else
    from modules_forge.initialization import initialize_forge

    initialize_forge()
    from modules import initialize

    initialize.imports()
    from modules import modelloader, processing, sd_models

    modelloader.load_upscalers()
    checkpoint = forge_checkpoint()
    sd_models.model_data.set_sd_model(checkpoint)
    sd_models.forge_model_reload = processing.forge_model_reload = lambda: (checkpoint, False)
    return checkpoint


def own_module(path):
    """A module of the workbench's host, under a name that conflicts with nothing."""
    spec = importlib.util.spec_from_file_location(f"own_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def forge_checkpoint():
    """The small model in Forge's own patchers."""
    import torch
    from backend.diffusion_engine.base import ForgeDiffusionEngine, ForgeObjects
    from backend.patcher.unet import UnetPatcher
    from backend.patcher.vae import VAE

    sys.path.append(str(REPOSITORY))
    from small_model.architecture import NOISE_SCHEDULE
    from small_model.tiny_model import build

    nets = REPOSITORY / "workbench" / "host" / "backend" / "nn"
    tiny = build()
    scheduler = SimpleNamespace(config=SimpleNamespace(**NOISE_SCHEDULE))
    unet = own_module(nets / "unet.py").IntegratedUNet2DConditionModel(tiny.unet)
    vae = VAE(model=own_module(nets / "vae.py").IntegratedAutoencoderKL(tiny.vae))

    class Checkpoint(ForgeDiffusionEngine):
        def get_learned_conditioning(self, prompt):
            return tiny.encode_text(list(prompt))

        @torch.inference_mode()
        def encode_first_stage(self, x):
            sample = self.forge_objects.vae.encode(x.movedim(1, -1) * 0.5 + 0.5)
            return self.forge_objects.vae.first_stage_model.process_in(sample).to(x)

        @torch.inference_mode()
        def decode_first_stage(self, x):
            sample = self.forge_objects.vae.first_stage_model.process_out(x)
            return (self.forge_objects.vae.decode(sample).movedim(-1, 1) * 2.0 - 1.0).to(x)

    checkpoint = Checkpoint(SimpleNamespace(inpaint_model=lambda: False), None)
    patcher = UnetPatcher.from_model(model=unet, diffusers_scheduler=scheduler, config=None)
    checkpoint.forge_objects = ForgeObjects(unet=patcher, clip=None, vae=vae, clipvision=None)
    checkpoint.forge_objects_original = checkpoint.forge_objects.shallow_copy()
    checkpoint.forge_objects_after_applying_lora = checkpoint.forge_objects.shallow_copy()
    checkpoint.is_sd1 = True
    names = "name title short_title model_name name_for_extra filename".split()
    checkpoint.sd_checkpoint_info = SimpleNamespace(shorthash=None, **dict.fromkeys(names, "workbench-sd1"))
    checkpoint.sd_model_hash = None
    return checkpoint


class Scripts:
    """A stand-in for a tab's scripts: records all calls, and changes the model before sampling."""

    def __init__(self, before_sampling):
        self.calls = []
        self.before_sampling = before_sampling

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        def hook(p=None, *args, **kwargs):
            if name != "setup_scrips":
                self.calls.append([name, sorted(kwargs)])
            if name == "process_before_every_sampling" and self.before_sampling:
                self.before_sampling(p, **kwargs)

        return hook


def offsets():
    """Two weights to add; the first one widens the first layer."""
    import torch

    generator = torch.Generator().manual_seed(0)
    wide = torch.randn((32, 8, 3, 3), generator=generator) * 0.1
    plain = torch.randn((64, 64, 1, 1), generator=generator) * 0.1
    return {
        "diffusion_model.input_blocks.0.0.weight": ("diff", (wide, {"pad_weight": True})),
        "diffusion_model.middle_block.1.proj_in.weight": ("diff", (plain,)),
    }


def relight(patches):
    """What IC-Light does before sampling, in miniature: offsets, a concatenated condition, other latents."""
    import torch
    from backend.sampling.condition import ConditionNoiseShape

    def before_sampling(p, x, noise, c, uc):
        unet = p.sd_model.forge_objects.unet.clone()
        unet.add_patches(filename="offsets", patches=patches)
        height, width = x.shape[2:]
        beside = torch.linspace(-1, 1, height * width).reshape(1, 1, height, width).repeat(1, 4, 1, 1)

        def modifier(model, x, timestep, uncond, cond, cond_scale, model_options, seed):
            for entry in [*cond, *(uncond or [])]:
                entry["model_conds"]["c_concat"] = ConditionNoiseShape(beside)
            return model, x, timestep, uncond, cond, cond_scale, model_options, seed

        unet.add_conditioning_modifier(modifier)
        p.sd_model.forge_objects.unet = unet
        if getattr(p, "init_latent", None) is None:
            noise += 0.01
        else:
            p.init_latent = p.init_latent * 0.5

    return before_sampling


def txt2img_cases():
    cases = {f"txt2img {name}": {"sampler_name": name} for name in SAMPLERS}
    cases |= {f"txt2img {x}": {"scheduler": x} for x in ("Karras", "Uniform", "Exponential", "SGM Uniform")}
    cases["txt2img batches"] = {"batch_size": 2, "n_iter": 2, "sampler_name": "Euler a", "do_not_save_grid": False}
    cases["txt2img variation"] = {"subseed": 5, "subseed_strength": 0.4, "batch_size": 2}
    cases["txt2img odd"] = {"width": 108, "height": 76}
    cases["txt2img unguided"] = {"cfg_scale": 1}
    second = {"enable_hr": True, "hr_scale": 1.5, "hr_cfg": 3.0, "denoising_strength": 0.6}
    second["hr_additional_modules"] = ["Use same choices"]
    for upscaler in ("Latent", "Lanczos", "None"):
        cases[f"second pass {upscaler}"] = {**second, "hr_upscaler": upscaler, "sampler_name": "Euler a"}
    size = {"hr_resize_x": 120, "hr_resize_y": 88, "hr_second_pass_steps": 3, "hr_upscaler": "Lanczos"}
    cases["second pass cropped"] = {**second, **size, "hr_prompt": "cat", "hr_sampler_name": "DPM++ 2M"}
    return cases


def img2img_cases():
    import numpy as np
    from PIL import Image

    generator = np.random.default_rng(0)
    image = Image.fromarray(generator.integers(0, 255, (80, 120, 3), dtype=np.uint8))
    clear = image.copy()
    clear.putalpha(Image.linear_gradient("L").resize(image.size))
    mask = Image.new("L", image.size)
    mask.paste(255, (20, 10, 70, 50))
    cases = {f"img2img {name}": {"sampler_name": name, "denoising_strength": 0.6} for name in SAMPLERS}
    cases |= {f"img2img resize mode {n}": {"resize_mode": n, "init_images": [clear]} for n in range(4)}
    cases["img2img two pictures"] = {"init_images": [image, clear], "batch_size": 2}
    cases["img2img batches"] = {"batch_size": 2, "n_iter": 2}
    for fill in range(4):
        for whole in (True, False):
            args = {"mask": mask, "inpainting_fill": fill, "inpaint_full_res": not whole, "mask_blur": 0}
            cases[f"inpaint {fill} {whole}"] = {**args, "inpaint_full_res_padding": 8, "resize_mode": fill % 3}
    cases["inpaint outside"] = {"mask": mask, "mask_blur": 0, "inpainting_mask_invert": 1, "inpainting_fill": 1}
    cases["inpaint blank"] = {"mask": Image.new("L", image.size), "inpainting_fill": 1}
    return {name: {"init_images": [image], **case} for name, case in cases.items()}


def run(checkpoint, out):
    import numpy as np
    import torch
    from modules import processing, shared

    shared.opts.data.update(OPTIONS)
    base = {"prompt": "light from left", "negative_prompt": "dark", "steps": 4, "width": 64, "height": 64, "seed": 11}
    base |= {"subseed": 3, "cfg_scale": 3, "sampler_name": "Euler", "do_not_save_grid": True}
    kinds = (
        (processing.StableDiffusionProcessingTxt2Img, txt2img_cases()),
        (processing.StableDiffusionProcessingImg2Img, img2img_cases()),
    )
    pictures, told = {}, {}
    change = relight(offsets())
    for kind, cases in kinds:
        for name, case in cases.items():
            for before_sampling in (None, change):
                p = kind(sd_model=checkpoint, outpath_samples=str(out), outpath_grids=str(out), **{**base, **case})
                p.scripts, p.script_args = Scripts(before_sampling), (0,)
                shared.state.begin(job=name)
                torch.manual_seed(1)
                result = processing.process_images(p)
                shared.state.end()
                key = f"{name}{' relit' if before_sampling else ''}"
                pictures |= {f"{key} {i}": np.asarray(x.convert("RGB")) for i, x in enumerate(result.images)}
                told[key] = {"calls": p.scripts.calls, "infotexts": result.infotexts, "js": json.loads(result.js())}
    np.savez(out / "pictures.npz", **pictures)
    (out / "told.json").write_text(json.dumps(told), encoding="utf8")


if __name__ == "__main__":
    OUT, DATA, *HOME = (Path(x).resolve() for x in sys.argv[1:])
    CHECKPOINT = start_forge(HOME[0], DATA) if HOME else start_workbench(DATA)
    import torch

    torch.set_num_threads(1)
    run(CHECKPOINT, OUT)

"""AUTOMATIC1111's own samplers and LoRAs on a small UNet that its backend relights, beside one widened by hand.

Run by the web UI's interpreter in its folder, as ``python own_weights.py CHECKOUT``; prints what came out as JSON. No
checkpoint is loaded and no page served.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sys
from types import SimpleNamespace

sys.path[:0] = [os.getcwd(), os.path.join(os.getcwd(), "extensions-builtin", "Lora"), sys.argv.pop(1)]
sys.argv += ["--use-cpu=all", "--precision=full", "--no-half", "--skip-install", "--disable-safe-unpickle"]
with contextlib.redirect_stdout(sys.stderr):
    from modules import initialize

    initialize.imports()
    import lora_patches
    import network
    import network_lora
    import networks
    import torch
    from ldm.models.diffusion.ddpm import DiffusionWrapper
    from modules import devices, prompt_parser, rng, sd_models, sd_samplers, shared

    from lib_iclight.hosts.a1111 import A1111Host
    from lib_iclight.models.library import CONV_IN, Offsets

WIDTH, STEPS, SEEDS, TURNS = 32, 4, (3, 4), 40
CONTEXT = 16
LAYERS = (torch.nn.Linear, torch.nn.Conv2d, torch.nn.GroupNorm, torch.nn.LayerNorm)


class Model(torch.nn.Module):
    """A processing object's ``sd_model``, as far as samplers know it."""

    parameterization, cond_stage_key, num_timesteps = "eps", "txt", 1000
    is_sd1, is_sdxl, is_sd3, lowvram, sd_checkpoint_info = True, False, False, False, None

    def __init__(self, channels: int, key: str):
        super().__init__()
        options = {"in_channels": channels, "out_channels": 4, "model_channels": WIDTH, "channel_mult": [1, 2]}
        options |= {"image_size": 8, "attention_resolutions": [2, 1], "num_res_blocks": 1, "num_heads": 4}
        options |= {"use_spatial_transformer": True, "context_dim": CONTEXT, "legacy": False, "use_checkpoint": False}
        target = "ldm.modules.diffusionmodules.openaimodel.UNetModel"
        self.model = DiffusionWrapper({"target": target, "params": options}, key)
        betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
        self.alphas_cumprod = torch.cumprod(1 - betas, 0).float()
        self.device = torch.device("cpu")
        self.eval().requires_grad_(False)

    def apply_model(self, x, t, cond):
        return self.model(x, t, **cond)

    def bytes(self):
        return {name: value.numpy().tobytes() for name, value in self.state_dict().items()}


def plain_model() -> Model:
    """A model with random weights; those that training starts at zero are random too."""
    model = Model(4, "crossattn")
    for value in model.parameters():
        if value.ndim > 1 and not value.any():
            torch.nn.init.normal_(value, std=0.05)
    return model


def offsets_for(model: Model) -> Offsets:
    tensors = {name: torch.randn(value.shape) * 0.05 for name, value in model.model.named_parameters()}
    tensors[CONV_IN] = torch.randn(WIDTH, 8, 3, 3) * 0.1
    return Offsets("small", tensors, 8)


def widened(model: Model, offsets: Offsets) -> Model:
    """The reference: a model that takes a condition by itself, the offsets added to its weights."""
    state = dict(model.model.state_dict())
    state[CONV_IN] = torch.cat([state[CONV_IN], torch.zeros(WIDTH, 4, 3, 3)], 1)
    made = Model(8, "hybrid")
    made.model.load_state_dict({name: state[name] + offsets.tensors[name] for name in state})
    return made


def prompts(several: bool) -> tuple:
    """The batch's prompt, or three joined by AND, and its negative prompt."""
    made = torch.Generator().manual_seed(9)

    def scheduled():
        return [prompt_parser.ScheduledPromptConditioning(999, torch.randn(7, CONTEXT, generator=made))]

    weights = (1.0, 0.7, -0.3) if several else (1.0,)
    part = prompt_parser.ComposableScheduledPromptConditioning
    batch = [[part(scheduled(), weight) for weight in weights] for _ in SEEDS]
    return prompt_parser.MulticondLearnedConditioning((len(SEEDS),), batch), [scheduled() for _ in SEEDS]


def processing(model: Model, name: str) -> SimpleNamespace:
    """What a sampler reads of a processing object."""
    sd_models.model_data.sd_model, sd_models.model_data.was_loaded_at_least_once = model, True
    p = SimpleNamespace(sd_model=model, sampler_name=name, scheduler="Automatic", steps=STEPS, cfg_scale=3.0, eta=None)
    vars(p).update(all_seeds=list(SEEDS), seeds=list(SEEDS), iteration=0, batch_size=2, extra_generation_params={})
    vars(p).update(s_churn=0.0, s_tmin=0.0, s_tmax=0.0, s_noise=1.0, s_min_uncond=0.0, denoising_strength=0.7)
    vars(p).update(refiner_checkpoint_info=None, refiner_switch_at=None, scripts=None, is_hr_pass=False)
    vars(p).update(sampler_noise_scheduler_override=None, rng=rng.ImageRNG((4, 8, 8), list(SEEDS)))
    p.sampler = sd_samplers.create_sampler(name, model)
    return p


def sampled(p: SimpleNamespace, img2img: bool, several: bool, image_conditioning: torch.Tensor) -> torch.Tensor:
    cond, uncond = prompts(several)
    noise = p.rng.next()
    if img2img:
        start = torch.full_like(noise, 0.3)
        return p.sampler.sample_img2img(p, start, noise, cond, uncond, image_conditioning=image_conditioning)
    return p.sampler.sample(p, noise, cond, uncond, image_conditioning=image_conditioning)


def distance(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found - expected).abs().max() / expected.abs().max())


def all_samplers(host: A1111Host, model: Model, offsets: Offsets) -> dict[str, float]:
    """How far each sampler's latents are from those of the widened model, by sampler, tab and prompt."""
    reference, condition, found = widened(model, offsets), torch.randn(2, 4, 8, 8), {}
    for name in (each.name for each in sd_samplers.all_samplers):
        # UniPC refuses as few steps as img2img leaves it.
        tabs = (False,) if name == "UniPC" else (False, True)
        for img2img, several in ((tab, several) for tab in tabs for several in (False, True)):
            expected = sampled(processing(reference, name), img2img, several, condition)
            p = processing(model, name)
            host.begin_pass(p)
            host.relight(model, offsets, condition)
            made = sampled(p, img2img, several, torch.zeros(2, 5, 1, 1))
            words = f"{name}{', img2img' * img2img}{', AND' * several}"
            found[words] = distance(made, expected)
    return found


def lora(model: Model, strength: float) -> network.Network:
    """A LoRA of the web UI's own kind for all linear layers and convolutions."""
    made = network.Network(f"lora-{strength}", None)
    made.te_multiplier, made.unet_multiplier, made.dyn_dim, made.mtime = 1.0, strength, None, 0
    for path, layer in model.model.named_modules():
        if isinstance(layer, LAYERS):
            layer.network_layer_name = path.replace(".", "_")
        if not isinstance(layer, LAYERS[:2]):
            continue
        rows, *rest = layer.weight.shape
        tensors = {"lora_up.weight": torch.randn(rows, 4, *(1 for _ in rest[1:])) * 0.1, "alpha": torch.tensor(4.0)}
        tensors["lora_down.weight"] = torch.randn(4, *rest) * 0.1
        weights = network.NetworkWeights(path, layer.network_layer_name, tensors, layer)
        made.modules[layer.network_layer_name] = network_lora.ModuleTypeLora().create_module(made, weights)
    return made


def changing_loras(host: A1111Host, model: Model, offsets: Offsets) -> int:
    """Runs with and without relighting under LoRAs that come and go; how many are not what they were the first time."""
    loras, condition, first, wrong = [lora(model, 1.0), lora(model, 0.5)], torch.randn(1, 4, 8, 8), {}, 0
    turns = random.Random(1)
    for _ in range(TURNS):
        chosen, lit = turns.choice([(), (0,), (1,), (0, 1)]), turns.random() < 0.5
        networks.loaded_networks[:] = [loras[index] for index in chosen]
        p = processing(model, "Euler")
        if lit:
            host.begin_pass(p)
            host.relight(model, offsets, condition)
        made = sampled(p, False, False, torch.zeros(2, 5, 1, 1))
        wrong += not torch.equal(made, first.setdefault((chosen, lit), made))
    networks.loaded_networks[:] = []
    sampled(processing(model, "Euler"), False, False, torch.zeros(2, 5, 1, 1))
    assert len(first) == 8
    return wrong


@torch.no_grad()
def main() -> dict:
    torch.manual_seed(0)
    devices.dtype_unet = devices.dtype = torch.float32
    shared.opts.data.update(lora_functional=False, ic_light_keep_models=True)
    networks.originals = lora_patches.LoraPatches()
    host, model = A1111Host(), plain_model()
    before, offsets = model.bytes(), offsets_for(model)
    found = {"samplers": all_samplers(host, model, offsets), "wrong": changing_loras(host, model, offsets)}
    return found | {"as_before": model.bytes() == before}


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        result = main()
    print(json.dumps(result))

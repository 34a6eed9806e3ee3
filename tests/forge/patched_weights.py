"""What relighting does to a UNet in the older backend (``ldm_patched``), beside a LoRA of the same size.

Run by the web UI's interpreter in its folder, as ``python patched_weights.py CHECKOUT CHECKPOINT FC FBC WORK``; prints
what came out as JSON and leaves one relit call of the UNet for each mode in ``WORK``. No page is served.

The LoRA lies in a file and is in memory while it is used, as the web UIs do with theirs, so its own weights count as
the offsets' do.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import sys
import time
from pathlib import Path
from types import SimpleNamespace

CHECKOUT, CHECKPOINT, *FILES, WORK = sys.argv[1:]
sys.path[:0] = [os.getcwd(), CHECKOUT]
sys.argv[1:] = ["--always-cpu", "--all-in-fp32", "--skip-torch-cuda-test"]
with contextlib.redirect_stdout(sys.stderr):
    from modules_forge.initialization import initialize_forge

    initialize_forge()
    from modules import initialize

    initialize.imports()
    import psutil
    import torch
    from ldm_patched.modules import model_management
    from ldm_patched.modules.samplers import sampling_function
    from modules_forge import forge_loader, forge_sampler
    from safetensors.torch import load_file, save_file

    from lib_iclight.hosts.ldm import LdmHost
    from lib_iclight.models import library
    from lib_iclight.support.process_memory import release_memory

LORA = Path(WORK) / "lora.safetensors"
TURNS = 10
SIGMA = 8.0
MODES = ("fc", "fbc")


class Interruption(Exception):
    """Ends a run in its middle."""


class Bench:
    """A checkpoint's UNet, and runs of one call each as the web UI makes them."""

    def __init__(self) -> None:
        self.host, self.library = LdmHost(), library.ModelLibrary()
        self.load()
        made = torch.Generator().manual_seed(3)
        self.x, self.context = (torch.randn(shape, generator=made) for shape in ((1, 4, 8, 8), (1, 77, 768)))
        self.condition = torch.randn((1, 8, 8, 8), generator=made)
        save_file(_lora(self.plain.model), LORA)

    def load(self, another: bool = False) -> None:
        """Load the checkpoint in place of what is loaded, or another one: the same with its last layer reversed."""
        model_management.unload_all_models()
        tensors = load_file(CHECKPOINT)
        if another:
            tensors["model.diffusion_model.out.2.weight"].neg_()
        self.objects = forge_loader.load_checkpoint_guess_config(tensors, output_clip=False)
        self.plain, self._strength = self.objects.unet, None
        self.sd_model = SimpleNamespace(forge_objects=self.objects, is_sd1=True)

    def offsets(self, mode: str):
        """The mode's offsets, as a run gets them: from the file, unless they are in memory."""
        path = Path(FILES[MODES.index(mode)])
        return self.library.load(self.library.select(mode, path.name, [path.parent]))

    def with_lora(self, strength: float):
        """The checkpoint's patcher with the LoRA, the same object while the strength stays."""
        if self._strength != strength:
            self._patched, self._strength = self.plain, strength
            if strength:
                self._patched = self.plain.clone()
                self._patched.add_patches({name: ("diff", (diff,)) for name, diff in load_file(LORA).items()}, strength)
        return self._patched

    def run(self, mode: str | None, strength: float = 0.0, fails: bool = False) -> torch.Tensor:
        """One call of the UNet with a mode's offsets (None: plain) and the LoRA; ``fails``: it ends in the call."""
        self.objects.unet = self.with_lora(strength)
        if mode is not None:
            channels = 4 if mode == "fc" else 8
            self.host.relight(self.sd_model, self.offsets(mode), self.condition[:, :channels])
        unet = self.objects.unet
        if fails:
            unet = unet.clone()
            unet.set_model_unet_function_wrapper(_interrupted)
        forge_sampler.sampling_prepare(unet, self.x)
        try:
            return self._sampled(unet)
        finally:
            forge_sampler.sampling_cleanup(unet)
            self.objects.unet = self.with_lora(strength)

    def _sampled(self, unet) -> torch.Tensor:
        cond, uncond = (forge_sampler.cond_from_a1111_to_patched_ldm(self.context * sign) for sign in (1, -1))
        state = unet.model, self.x * SIGMA, torch.tensor([SIGMA]), uncond, cond, 2.0, unet.model_options, 1
        for modifier in unet.model_options.get("conditioning_modifiers", []):
            state = modifier(*state)
        return sampling_function(*state)

    def weights(self) -> dict[str, bytes]:
        """The checkpoint's own weights: a run without anything takes away what the last one has merged."""
        self.run(None)
        return {name: value.numpy().tobytes() for name, value in self.plain.model.diffusion_model.state_dict().items()}


def _interrupted(*args, **kwargs):
    raise Interruption


def _lora(model) -> dict[str, torch.Tensor]:
    """Differences of full weights for all of the UNet but its first layer."""
    made = torch.Generator().manual_seed(5)
    shapes = {name: value.shape for name, value in model.state_dict().items() if name.startswith("diffusion_model.")}
    return {
        name: (torch.randn(shape, generator=made) * 1e-3).half()
        for name, shape in shapes.items()
        if "input_blocks.0.0" not in name
    }


def costs(bench: Bench) -> dict[str, tuple[float, int, bool]]:
    """Seconds of the processor, MiB of resident memory and whether weights were merged, by what was switched."""
    order = (
        ("plain", None, 0),
        ("first with the LoRA", None, 0.5),
        ("LoRA again", None, 0.5),
        ("LoRA off", None, 0),
        ("LoRA on again", None, 0.5),
        ("LoRA of another strength", None, 1),
        ("plain again", None, 0),
        ("first relight (fc)", "fc", 0),
        ("fc again", "fc", 0),
        ("off", None, 0),
        ("on again", "fc", 0),
        ("fc to fbc", "fbc", 0),
        ("fbc to fc", "fc", 0),
        ("LoRA and fc", "fc", 0.5),
        ("LoRA and fc again", "fc", 0.5),
        ("off once more", None, 0),
    )
    # Of the author's files, which are of the full width, two do not fit into what is kept.
    library._KEPT_BYTES = min(library._KEPT_BYTES, 3 * Path(FILES[0]).stat().st_size // 2)
    bench.run(None)
    found, layer = {}, bench.plain.model.diffusion_model.out[2]
    for name, mode, strength in order:
        start, before = time.process_time(), layer.weight
        bench.run(mode, strength)
        seconds = round(time.process_time() - start, 2)
        found[name] = seconds, resident(), layer.weight is not before
    return found


def resident() -> int:
    """MiB that this process holds, without what it has freed."""
    gc.collect()
    release_memory()
    return psutil.Process().memory_info().rss >> 20


def changing(bench: Bench) -> int:
    """Relit and plain runs under LoRAs that come and go, some of them interrupted; how many are not as the first."""
    turns, first, wrong = random.Random(1), {}, 0
    for _ in range(TURNS):
        mode, strength = turns.choice((None, *MODES)), turns.choice((0, 0.5, 1))
        if turns.random() < 0.3:
            with contextlib.suppress(Interruption):
                bench.run(mode, strength, fails=True)
        made = bench.run(mode, strength)
        wrong += not torch.equal(made, first.setdefault((mode, strength), made))
    return wrong


def changed_checkpoint(bench: Bench) -> bool:
    """Whether another checkpoint is relit as itself, and the first one is afterwards as it was, plain and relit."""
    plain, relit = bench.run(None), bench.run("fc")
    bench.load(another=True)
    other = bench.run("fc")
    bench.load()
    return torch.equal(bench.run("fc"), relit) and torch.equal(bench.run(None), plain) and not torch.equal(other, relit)


def leave_calls(bench: Bench) -> None:
    """Write one relit call of the UNet for each mode, as the web UI's backend makes it."""
    inner = bench.plain.model.diffusion_model
    for mode in MODES:
        calls, forward = [], inner.forward

        def recorded(x, timesteps, *args, calls=calls, forward=forward, **kwargs):
            output = forward(x, timesteps, *args, **kwargs)
            calls.append({"x": x, "timesteps": timesteps, "context": kwargs["context"], "output": output})
            return output

        inner.forward = recorded
        try:
            bench.run(mode)
        finally:
            del inner.forward
        save_file({name: value.contiguous().clone() for name, value in calls[0].items()}, f"{WORK}/{mode}.safetensors")


def leave_encoded(bench: Bench) -> None:
    """Write a picture and what the VAE makes of it: whole, always in tiles, and when memory is short once."""
    pixels = torch.rand((1, 64, 64, 3), generator=torch.Generator().manual_seed(7))
    _, encode, _ = bench.host.vae(bench.sd_model)
    found = {"pixels": pixels, "whole": encode(pixels)}
    model_management.VAE_ALWAYS_TILED = True
    found["in tiles"] = encode(pixels)
    model_management.VAE_ALWAYS_TILED = False
    encoder = bench.objects.vae.first_stage_model.encoder

    def forward(*args):
        del encoder.forward
        raise model_management.OOM_EXCEPTION("too little memory")

    encoder.forward = forward
    found["after too little memory"] = encode(pixels)
    save_file({name: value.contiguous().clone() for name, value in found.items()}, f"{WORK}/vae.safetensors")


@torch.inference_mode()
def main() -> dict:
    bench = Bench()
    before, first = bench.weights(), bench.run(None)
    found = {"costs": costs(bench), "wrong": changing(bench)}
    found["changed_checkpoint"] = changed_checkpoint(bench)
    leave_calls(bench)
    leave_encoded(bench)
    found["as_before"] = bench.weights() == before and torch.equal(bench.run(None), first)
    return found


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        result = main()
    print(json.dumps(result))

"""Forge Neo's own VAE and patcher on small modules: every way of encoding, and layers that do not fit into memory.

Run by the web UI's interpreter in its folder, as ``python own_backend.py CHECKOUT``; prints what came out as JSON. No
checkpoint is loaded and no page served.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import sys
import time
from types import SimpleNamespace

sys.path[:0] = [os.getcwd(), os.path.join(os.getcwd(), "modules_forge", "packages"), sys.argv.pop(1)]
sys.argv += ["--cpu", "--force-fp32"]
with contextlib.redirect_stdout(sys.stderr):
    import torch
    from backend import memory_management
    from backend.nn.vae import IntegratedAutoencoderKL
    from backend.operations import using_forge_operations
    from backend.patcher.base import ModelPatcher
    from backend.patcher.vae import VAE

    from lib_iclight.hosts.forge import ForgeHost
    from lib_iclight.hosts.patching import Patching
    from lib_iclight.models.library import CONV_IN, UNET_PREFIX, Offsets

SIDE, WIDTH, LAYERS, CALLS = 64, 768, 12, 5
CPU = torch.device("cpu")


def encoded() -> dict[str, float]:
    """The farthest that each way of encoding is from the posterior's mode, and a sample of the web UI's own."""
    model = IntegratedAutoencoderKL(block_out_channels=(32,) * 4)
    model.process_in = lambda latents: latents
    vae = VAE(model=model)
    _, encode, _ = ForgeHost().vae(SimpleNamespace(forge_objects=SimpleNamespace(vae=vae)))
    pixels = torch.rand(1, SIDE, SIDE, 3)
    mode = model.quant_conv(model.encoder(pixels.movedim(-1, 1) * 2 - 1)).chunk(2, dim=1)[0]

    def distance(latents: torch.Tensor) -> float:
        return float((latents - mode).abs().max())

    found = {"a sample": distance(vae.encode(pixels)), "whole": distance(encode(pixels))}
    memory_management.VAE_ALWAYS_TILED = True
    found["always in tiles"] = distance(encode(pixels))
    memory_management.VAE_ALWAYS_TILED = False

    def forward(pixels: torch.Tensor) -> torch.Tensor:
        del model.encoder.forward
        raise torch.cuda.OutOfMemoryError("too little memory")

    model.encoder.forward = forward
    return found | {"out of memory once": distance(encode(pixels))}


class Unet(torch.nn.Module):
    """A UNet's first convolution, and what else has weights."""

    def __init__(self) -> None:
        super().__init__()
        self.input_blocks = torch.nn.ModuleList([torch.nn.ModuleList([torch.nn.Conv2d(4, WIDTH, 1)])])
        self.layers = torch.nn.ModuleList([torch.nn.Linear(WIDTH, WIDTH) for _ in range(LAYERS)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.input_blocks[0][0](x).mean(dim=(2, 3))
        for layer in self.layers:
            x = layer(x)
        return x


class Model(torch.nn.Module):
    """What the web UI's patcher takes."""

    def __init__(self) -> None:
        super().__init__()
        with using_forge_operations(device=CPU, dtype=torch.float32):
            self.diffusion_model = Unet()
        for parameter in self.parameters():
            torch.nn.init.normal_(parameter, std=WIDTH**-0.5)


def offsets_for(model: Model, channels: int) -> Offsets:
    tensors = {name: torch.randn(weight.shape).mul_(0.01).half() for name, weight in model.named_parameters()}
    tensors[CONV_IN] = torch.randn(WIDTH, channels, 1, 1).mul_(0.1).half()
    return Offsets(f"test:{channels}", tensors, channels)


def called(patcher: ModelPatcher, x: torch.Tensor, offloaded: bool) -> tuple[torch.Tensor, float]:
    """What the model makes of ``x``, and the seconds of computing that a call takes."""
    patcher.unpatch_model(CPU)
    patcher.patch_model(CPU, lowvram_model_memory=0.1 if offloaded else 0)
    seconds = []
    for _ in range(CALLS):
        start = time.process_time()
        out = patcher.model.diffusion_model(x)
        seconds.append(time.process_time() - start)
    return out, statistics.median(seconds)


def summed(model: Model, offsets: Offsets, x: torch.Tensor) -> torch.Tensor:
    """What the model makes of ``x`` with its weights and the offsets added up by hand; missing channels are zero."""
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    wide = torch.zeros(offsets.tensors[CONV_IN].shape)
    wide[:, :4] = weights[CONV_IN]
    total = {name: tensor.float() + {**weights, CONV_IN: wide}[name] for name, tensor in offsets.tensors.items()}
    bias = CONV_IN.replace("weight", "bias")
    x = torch.nn.functional.conv2d(x, total[CONV_IN], total[bias]).mean(dim=(2, 3))
    for index in range(LAYERS):
        name = f"{UNET_PREFIX}layers.{index}"
        x = torch.nn.functional.linear(x, total[f"{name}.weight"], total[f"{name}.bias"])
    return x


def patched() -> dict[str, float | bool]:
    """Offsets merged and in offloaded layers, beside a LoRA of full weights; what a repeat merges; what is left."""
    model = Model()
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    plain, patching = ModelPatcher(model, CPU, CPU), Patching()
    fc, fbc = offsets_for(model, 8), offsets_for(model, 12)
    lora = plain.clone()
    lora.add_patches({f"{UNET_PREFIX}{key}": ("diff", (tensor,)) for key, tensor in _layers(fc).items()})
    x, narrow = torch.randn(2, 8, 4, 4), torch.randn(2, 4, 4, 4)
    expected = summed(model, fc, x)
    merged, _ = called(patching.patched(plain, fc), x, offloaded=False)
    apart, relit_seconds = called(patching.patched(plain, fc), x, offloaded=True)
    _, lora_seconds = called(lora, narrow, offloaded=True)
    found = {
        "merged": float((merged - expected).abs().max() / expected.abs().max()),
        "offloaded": float((apart - expected).abs().max() / expected.abs().max()),
        "seconds relit": relit_seconds,
        "seconds of the LoRA": lora_seconds,
    }
    lora.unpatch_model(CPU)
    kept = [_loaded(patching.patched(plain, offsets)) for offsets in (fc, fc, fbc, fc)]
    found["repeat is kept"] = kept[0] == kept[1]
    found["others are merged"] = len(set(kept)) == 3
    found["with a LoRA it is merged"] = _loaded(patching.patched(lora, fc)) not in kept
    memory_management.unload_all_models()
    found["as before"] = all(torch.equal(weight, before[name]) for name, weight in model.named_parameters())
    return found


def _layers(offsets: Offsets) -> dict[str, torch.Tensor]:
    names = (name for name in offsets.tensors if name != CONV_IN)
    return {name.removeprefix(UNET_PREFIX): offsets.tensors[name] for name in names}


_KEPT: list[object] = []
"""The weights that were seen, so that none has the place in memory of another."""


def _loaded(patcher: ModelPatcher) -> int:
    """Tells the weights that a patcher is loaded with."""
    memory_management.load_models_gpu([patcher])
    _KEPT.extend([patcher, patcher.model.diffusion_model.layers[0].weight])
    return id(_KEPT[-1])


if __name__ == "__main__":
    torch.manual_seed(1)
    with torch.inference_mode():
        print(json.dumps({"encoded": encoded(), "patched": patched()}))

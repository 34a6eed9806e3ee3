"""A small model and sampler in the shapes that AUTOMATIC1111's have, and a pass of theirs that is relit."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import ModuleType, SimpleNamespace

import pytest
import torch

from lib_iclight.models.library import CONV_IN, Offsets

X = torch.linspace(-1, 1, 2 * 4 * 6 * 5).reshape(2, 4, 6, 5)
CONDITION = torch.linspace(0, 2, 4 * 6 * 5).reshape(1, 4, 6, 5)
STEPS = 2


class Unet(torch.nn.Module):
    """A first convolution, as the UNet's, and a layer behind it."""

    def __init__(self, channels=4):
        super().__init__()
        self.input_blocks = torch.nn.ModuleList([torch.nn.Sequential(torch.nn.Conv2d(channels, 3, 3, padding=1))])
        self.out = torch.nn.Linear(3, 4)

    def forward(self, x):
        return self.out(self.input_blocks[0](x).movedim(1, -1)).movedim(-1, 1)


class Wrapper(torch.nn.Module):
    """The host's wrapper of a UNet: its key says what is joined to the latents."""

    def __init__(self, channels=4):
        super().__init__()
        self.diffusion_model = Unet(channels)
        self.conditioning_key = "crossattn"

    def forward(self, x, c_concat):
        return self.diffusion_model(torch.cat([x, c_concat], 1) if self.conditioning_key == "hybrid" else x)


class Loaded(torch.nn.Module):
    """A processing object's ``sd_model``."""

    scale_factor, is_sd1 = 0.5, True

    def __init__(self, channels=4, seed=1):
        super().__init__()
        torch.manual_seed(seed)
        self.model = Wrapper(channels)
        self.alphas_cumprod = torch.tensor([0.9, 0.5, 0.1])
        self.sd_checkpoint_info = SimpleNamespace(name_for_extra="photo", filename="photo.safetensors")

    def encode_first_stage(self, pixels):
        return SimpleNamespace(mode=lambda: pixels[:, :, ::8, ::8], sample=lambda: pytest.fail("a sample was drawn"))

    def bytes(self):
        return {name: value.numpy().tobytes() for name, value in self.state_dict().items()}


class Sampler:
    """Calls the model a few times, as the host's do, and what a test wants in the middle."""

    def __init__(self, sd_model, in_the_middle=lambda: None):
        self._model, self._in_the_middle = sd_model, in_the_middle

    def sample(self, p, x, conditioning, unconditional, steps=None, image_conditioning=None):
        made = []
        for step in range(STEPS):
            made.append(self._model.model(x, image_conditioning))
            if not step:
                self._in_the_middle()
        return made

    sample_img2img = sample


def sampled(p, x=X):
    """What the sampler makes, called as the host calls it."""
    return p.sampler.sample(p, x, None, None, image_conditioning=torch.zeros(len(x), 5, 1, 1))


def offered(monkeypatch):
    """Put in place what the host imports of the web UI; gives the package."""
    found = {
        "scripts": {"Script": type("Script", (), {"process_before_every_sampling": None})},
        "sd_unet": {"current_unet_option": None},
        "devices": {"device": "cpu", "dtype_vae": torch.float32, "autocast": nullcontext},
        "sd_vae": {"loaded_vae_file": None},
        "shared": {"opts": SimpleNamespace()},
    }
    package = ModuleType("modules")
    monkeypatch.setitem(sys.modules, "modules", package)
    for name, values in found.items():
        module = ModuleType(f"modules.{name}")
        vars(module).update(values)
        setattr(package, name, module)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return package


def offsets_for(sd_model):
    """Random offsets, with a first convolution of 8 input channels."""
    torch.manual_seed(2)
    tensors = {name: torch.randn(value.shape) for name, value in sd_model.model.named_parameters()}
    tensors[CONV_IN] = torch.randn(3, 8, 3, 3)
    return Offsets("abc", tensors, 8)


def relit(host, sd_model, offsets, in_the_middle=lambda: None, condition=CONDITION):
    """A processing object whose pass is set up."""
    p = SimpleNamespace(sampler=Sampler(sd_model, in_the_middle))
    host.begin_pass(p)
    host.relight(sd_model, offsets, condition)
    return p


def expected(sd_model, offsets, x=X, condition=CONDITION):
    """The reference: the first convolution widened by zeros, the offsets added to all weights."""
    wide = Wrapper(8)
    state = {name: value.clone() for name, value in sd_model.model.state_dict().items()}
    state[CONV_IN] = torch.cat([state[CONV_IN], torch.zeros(3, 4, 3, 3)], 1)
    wide.load_state_dict({name: state[name] + offsets.tensors[name] for name in state})
    return wide.diffusion_model(torch.cat([x, condition.expand(len(x), -1, -1, -1)], 1))


def plain(sd_model):
    """What the UNet predicts by itself."""
    return sd_model.model(X, None)

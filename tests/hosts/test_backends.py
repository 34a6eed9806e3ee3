"""The backends' modules with small stand-ins: each is detected by its modules and implements the same protocol."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType, SimpleNamespace

import pytest
import torch

from lib_iclight import hosts
from lib_iclight.errors import ICLightError
from lib_iclight.hosts import nested_runs
from lib_iclight.hosts.forge import ForgeHost
from lib_iclight.hosts.ldm import LdmHost
from lib_iclight.hosts.posterior import PosteriorMode
from lib_iclight.models.library import Offsets

MOMENTS = torch.arange(8.0).reshape(1, 8, 1, 1)


class Condition:
    """A backend's condition."""

    def __init__(self, cond):
        self.cond = cond


class Unet:
    """A patcher like Forge main's: patches have a name."""

    def __init__(self, model, options=None):
        self.model = model
        self.model_options = options or {}
        self.added, self.patches = [], {}

    def clone(self):
        return type(self)(self.model, {name: list(value) for name, value in self.model_options.items()})

    def add_patches(self, *, filename, patches, strength_patch=1.0):
        self.added.append((filename, patches))

    def add_conditioning_modifier(self, modifier):
        self.model_options.setdefault("conditioning_modifiers", []).append(modifier)


class OldUnet(Unet):
    """A patcher like the older backend's: patches have no name."""

    def add_patches(self, patches, strength_patch=1.0, strength_model=1.0):
        self.added.append((None, patches))


class Schedule:
    """A model's noise levels, as all backends keep them."""

    def __init__(self):
        self.sigmas = torch.tensor([0.1, 2.0, 14.6])

    def set_sigmas(self, sigmas):
        self.sigmas = sigmas


class Autoencoder:
    """A VAE's model: the encoder returns the mean and the logarithm of the variance."""

    def __init__(self):
        self.quant_conv = torch.nn.Identity()

    def encoder(self, pixels):
        return MOMENTS + pixels.mean()

    def encode(self, pixels):
        raise AssertionError("a sample was drawn")

    def process_in(self, latents):
        return latents * 0.5


class Vae:
    downscale_ratio = 8

    def __init__(self, model):
        self.first_stage_model = model
        self.added_later = True

    def clone(self):
        raise AssertionError("reForge's clone() lacks what encode() needs")

    def encode(self, pixels):
        assert self.added_later
        return self.first_stage_model.encode(pixels)


def loaded(unet_class, **of_model):
    """A processing object's ``sd_model``."""
    unet = unet_class(SimpleNamespace(**of_model))
    return SimpleNamespace(
        forge_objects=SimpleNamespace(unet=unet, vae=Vae(Autoencoder())),
        is_sd1=True,
        sd_checkpoint_info=SimpleNamespace(name_for_extra="photo"),
    )


def forge_main():
    return ForgeHost(), loaded(Unet, predictor=Schedule())


def forge_neo():
    return ForgeHost(), loaded(OldUnet, predictor=Schedule())


def ldm_patched():
    config = SimpleNamespace(unet_config={"in_channels": 4})
    weights = [torch.zeros(4), torch.zeros(4, 4)]
    model = {
        "model_sampling": Schedule(),
        "model_config": config,
        "process_latent_in": lambda latents: latents * 0.5,
        "parameters": lambda: iter(weights),
    }
    return LdmHost(), loaded(OldUnet, **model)


BACKENDS = {"Forge main": forge_main, "Forge Neo": forge_neo, "reForge, Classic and early Forge": ldm_patched}
OFFSETS = Offsets("abc", {"diffusion_model.out.0.weight": torch.zeros(1)}, 8)


@pytest.fixture(autouse=True)
def _condition_classes(monkeypatch):
    """The two modules that hosts import their conditions from."""
    for package, name in (
        ("backend.sampling.condition", "ConditionNoiseShape"),
        ("ldm_patched.modules.conds", "CONDNoiseShape"),
    ):
        parts = package.split(".")
        for end in range(1, len(parts) + 1):
            module = ModuleType(".".join(parts[:end]))
            module.__path__ = []
            monkeypatch.setitem(sys.modules, module.__name__, module)
        setattr(module, name, Condition)


def schedule_of(model) -> Schedule:
    """The noise levels of a loaded model, where its backend keeps them."""
    return next(value for value in vars(model.forge_objects.unet.model).values() if isinstance(value, Schedule))


@pytest.fixture(params=BACKENDS)
def backend(request):
    return BACKENDS[request.param]()


def test_encoding_gives_the_scaled_mode_and_no_sample(backend):
    host, model = backend
    _, encode, scale = host.vae(model)
    assert scale == 8
    assert encode(torch.zeros(1, 8, 8, 3)).flatten().tolist() == [0.0, 0.5, 1.0, 1.5]


def test_vae_is_known_again_and_told_from_another(backend):
    host, model = backend
    assert host.vae(model)[0] == host.vae(model)[0]
    assert host.vae(model)[0] != host.vae(loaded(Unet))[0]


def test_a_vae_whose_weights_the_older_backend_replaces_is_another_one(monkeypatch):
    host, model = ldm_patched()
    modules, sd_vae = ModuleType("modules"), ModuleType("modules.sd_vae")
    modules.sd_vae, sd_vae.loaded_vae_file = sd_vae, None
    monkeypatch.setitem(sys.modules, "modules", modules)
    monkeypatch.setitem(sys.modules, "modules.sd_vae", sd_vae)
    own, _, _ = host.vae(model)
    sd_vae.loaded_vae_file = "/models/VAE/other.safetensors"
    other, _, _ = host.vae(model)
    sd_vae.loaded_vae_file = None
    assert own != other
    assert own == host.vae(model)[0]


def test_relit_unet_is_a_clone_with_the_offsets(backend):
    host, model = backend
    before = model.forge_objects.unet
    host.relight(model, OFFSETS, torch.ones(1, 4, 2, 2))
    after = model.forge_objects.unet
    assert after is not before
    assert before.added == []
    ((name, patches),) = after.added
    assert name in (None, "abc")
    kind, (tensor, options) = patches["diffusion_model.out.0.weight"]
    assert kind == "diff"
    assert options == {"pad_weight": True}
    assert tensor is OFFSETS.tensors["diffusion_model.out.0.weight"]


def conditions_of(unet, cond, uncond):
    """The conditions after all conditioning modifiers."""
    passed = (object(), "x", "t", uncond, cond, 2.0, {}, 7)
    for modifier in unet.model_options["conditioning_modifiers"]:
        passed = modifier(*passed)
    return passed[4], passed[3]


def test_both_conditions_get_the_same_picture_and_keep_their_own(backend):
    host, model = backend
    c_concat = torch.ones(1, 4, 2, 2)
    host.relight(model, OFFSETS, c_concat)
    entry = {"model_conds": {"c_crossattn": "text"}, "strength": 1}
    cond, uncond = conditions_of(model.forge_objects.unet, [entry], [entry])
    for (found,) in (cond, uncond):
        assert found["model_conds"]["c_concat"].cond is c_concat
        assert found["model_conds"]["c_crossattn"] == "text"
    assert entry == {"model_conds": {"c_crossattn": "text"}, "strength": 1}


def test_negative_condition_may_be_missing(backend):
    host, model = backend
    host.relight(model, OFFSETS, torch.ones(1, 4, 2, 2))
    assert conditions_of(model.forge_objects.unet, [], None) == ([], None)


def test_relighting_twice_leaves_one_condition(backend):
    host, model = backend
    for value in (1.0, 2.0):
        host.relight(model, OFFSETS, torch.full((1, 4, 2, 2), value))
    assert len(model.forge_objects.unet.model_options["conditioning_modifiers"]) == 1
    cond, _ = conditions_of(model.forge_objects.unet, [{"model_conds": {}}], None)
    assert cond[0]["model_conds"]["c_concat"].cond.max() == 2


@pytest.mark.parametrize("levels", [[0.1, 4519.0], [157.0, 3.0, 0.03], [5.0]], ids=str)
def test_the_largest_noise_level_is_that_of_the_schedule_of_the_moment(backend, levels):
    host, model = backend
    schedule_of(model).set_sigmas(torch.tensor(levels))
    assert host.sigma_max(model) == pytest.approx(max(levels))


def test_noise_levels_are_put_back(backend):
    host, model = backend
    schedule = schedule_of(model)
    own = schedule.sigmas
    put_back = host.kept_levels(model)
    schedule.set_sigmas(torch.tensor([0.1, 4519.0]))
    put_back()
    assert schedule.sigmas is own


def test_noise_levels_that_nobody_has_changed_are_not_set(backend):
    host, model = backend
    put_back = host.kept_levels(model)
    schedule_of(model).set_sigmas = lambda sigmas: pytest.fail("they were set")
    put_back()


def test_checkpoint_of_the_older_backend():
    host, model = ldm_patched()
    assert host.checkpoint(model).supported
    model.is_sd1, model.is_sdxl = False, True
    assert host.checkpoint(model).family == "SDXL"


def test_mode_is_asked_for_where_a_vae_can_be_told_so():
    class Telling(Autoencoder):
        def encode(self, pixels, regulation=None):
            return regulation(SimpleNamespace(mode=lambda: "the mode", sample=lambda: "a sample"))

    assert PosteriorMode(Telling()).encode(torch.zeros(1)) == "the mode"


def test_vae_without_a_posterior_is_used_as_it_is():
    tiny = SimpleNamespace(encode=lambda pixels: "the latents", other=3)
    assert PosteriorMode(tiny).encode(torch.zeros(1)) == "the latents"
    assert PosteriorMode(tiny).other == 3


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        ({"backend", "backend.sampling.condition"}, ForgeHost),
        ({"ldm_patched", "ldm_patched.modules.conds"}, LdmHost),
    ],
)
def test_host_is_found_by_what_it_offers(monkeypatch, offered, expected):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in offered else None)
    assert type(hosts.detect()) is expected


def test_unknown_host_is_named_as_such(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ICLightError, match="does not know this web UI"):
        hosts.detect()


def process_images_inner(p, inside):
    """A host's function of this name."""
    return inside()


def is_relit(p):
    return getattr(p, "relit", False)


def test_run_inside_a_relit_run_is_known_as_such():
    outer, inner = SimpleNamespace(relit=True), SimpleNamespace()
    assert process_images_inner(outer, lambda: nested_runs.is_nested_run(inner, is_relit))


def test_run_of_its_own_is_not_taken_for_an_inner_one():
    p, plain = SimpleNamespace(relit=True), SimpleNamespace()
    assert not process_images_inner(p, lambda: nested_runs.is_nested_run(p, is_relit))
    assert not process_images_inner(plain, lambda: nested_runs.is_nested_run(p, is_relit))
    assert not nested_runs.is_nested_run(SimpleNamespace(), is_relit)

"""Offsets on patchers: merged once for repeated runs; on low-bit checkpoints added at each call, or with a warning."""

from __future__ import annotations

import gc
import sys
import uuid
from types import ModuleType, SimpleNamespace

import pytest
import torch
from samples import encoded, plain

from lib_iclight.hosts import patching
from lib_iclight.hosts.protocol import Checkpoint
from lib_iclight.models.library import Offsets

FLOAT8 = torch.float8_e4m3fn
WHOLE = SimpleNamespace(storage_dtype=torch.float16)


class Patcher:
    """Forge's, as far as patches go."""

    def __init__(self, model):
        self.model, self.lora_patches = model, {}

    def clone(self):
        other = Patcher(self.model)
        other.lora_patches = self.lora_patches.copy()
        return other

    def add_patches(self, *, filename, patches, strength_patch=1.0, strength_model=1.0, online_mode=False):
        made = {key: [[strength_patch, patch, strength_model, None, None]] for key, patch in patches.items()}
        self.lora_patches[(filename, strength_patch, strength_model, online_mode)] = made


class Listed:
    """Classic's, as far as patches go: it merges again whenever it gets another patcher."""

    def __init__(self, model=WHOLE):
        self.model, self.patches, self.model_options = model, {}, {"transformer_options": {}}

    def clone(self):
        other = type(self)(self.model)
        other.patches = {key: entries[:] for key, entries in self.patches.items()}
        other.model_options = {key: {**value} for key, value in self.model_options.items()}
        return other

    def add_patches(self, patches, strength_patch=1.0, strength_model=1.0):
        for key, patch in patches.items():
            self.patches.setdefault(key, []).append((strength_patch, patch, strength_model))


class Drawing(Listed):
    """Forge Neo's: it merges again whenever the patcher's identity has changed, and each change draws a new one."""

    def __init__(self, *model):
        super().__init__(*model)
        self.patches_uuid = uuid.uuid4()

    def clone(self):
        other = super().clone()
        other.patches_uuid = self.patches_uuid
        return other

    def add_patches(self, patches, strength_patch=1.0, strength_model=1.0, *, filename=None, online_mode=None):
        super().add_patches(patches, strength_patch, strength_model)
        self.patches_uuid = uuid.uuid4()


def offsets():
    return Offsets("content", {"diffusion_model.out.weight": torch.ones(2, 2)}, 8)


@pytest.fixture
def arguments(monkeypatch):
    """Forge's, with *Diffusion in Low Bits* set so that LoRAs are not merged."""
    module = ModuleType("backend.args")
    module.dynamic_args = {"online_lora": True}
    for name in ("backend", "backend.args"):
        monkeypatch.setitem(sys.modules, name, module)
    return module.dynamic_args


def modes(model):
    unet = Patcher(model)
    patching.Patching().add(unet, offsets())
    return [name[-1] for name in unet.lora_patches]


@pytest.mark.parametrize("kind", [FLOAT8, torch.float8_e5m2, "nf4", "gguf"])
def test_offsets_are_added_at_each_call_where_loras_are(arguments, kind):
    assert modes(SimpleNamespace(storage_dtype=kind)) == [True]
    arguments["online_lora"] = False
    assert modes(SimpleNamespace(storage_dtype=kind)) == [False]


@pytest.mark.parametrize("kind", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.usefixtures("arguments")
def test_weights_that_are_whole_have_offsets_merged(kind):
    assert modes(SimpleNamespace(storage_dtype=kind)) == [False]


@pytest.mark.usefixtures("arguments")
def test_the_next_run_has_the_lists_that_the_layers_keep():
    """A host moves a patcher's patches to the device in place, and its layers keep the first patcher's."""
    kept, adder = offsets(), patching.Patching()
    plain = Patcher(SimpleNamespace(storage_dtype=FLOAT8))
    first, second = plain.clone(), plain.clone()
    adder.add(first, kept)
    in_layer = next(iter(first.lora_patches.values()))["diffusion_model.out.weight"][0]
    adder.add(second, kept)
    adder.add(second, kept)
    assert next(iter(second.lora_patches.values()))["diffusion_model.out.weight"][0] is in_layer
    assert plain.lora_patches == {}


@pytest.mark.usefixtures("arguments")
def test_offsets_that_are_forgotten_are_not_kept_here():
    adder, unet = patching.Patching(), Patcher(SimpleNamespace(storage_dtype=FLOAT8))
    adder.add(unet, offsets())
    gc.collect()
    assert len(adder._online) == 0


def test_where_changes_draw_an_identity_a_repeat_has_the_one_of_before():
    adder, fc, fbc, plain = patching.Patching(), offsets(), Offsets("other", offsets().tensors, 12), Drawing()
    first = adder.patched(plain, fc)
    assert adder.patched(plain, fc).patches_uuid == first.patches_uuid
    assert len({plain.patches_uuid, first.patches_uuid, adder.patched(plain, fbc).patches_uuid}) == 3
    with_lora = plain.clone()
    with_lora.add_patches({"diffusion_model.out.weight": "a LoRA"})
    assert adder.patched(with_lora, fc).patches_uuid != first.patches_uuid
    assert plain.patches == {}


@pytest.mark.usefixtures("arguments")
def test_such_a_host_is_asked_to_add_at_each_call_as_it_does_with_loras():
    asked = []

    class Asked(Drawing):
        def add_patches(self, patches, *, filename=None, online_mode=None):
            asked.append(online_mode)
            super().add_patches(patches)

    for kind in (FLOAT8, torch.float16):
        patching.Patching().patched(Asked(SimpleNamespace(storage_dtype=kind)), offsets())
    assert asked == [True, None]


def test_where_the_patcher_itself_counts_a_repeat_has_the_one_of_before():
    adder, fc, plain = patching.Patching(), offsets(), Listed()
    first = adder.patched(plain, fc)
    first.model_options["of the last run"] = {}
    again = adder.patched(plain, fc)
    assert again is first
    assert again.model_options == plain.model_options
    assert len(again.patches["diffusion_model.out.weight"]) == 1


@pytest.mark.parametrize("what", ["other offsets", "another checkpoint", "changed since", "let go of by the host"])
def test_such_a_patcher_is_made_anew_when_it_would_not_be_the_same(what):
    adder, kept, plain = patching.Patching(), offsets(), Listed()
    first = adder.patched(plain, kept)
    if what == "changed since":
        first.add_patches({"diffusion_model.out.weight": "somebody's"})
    if what == "let go of by the host":
        del first
        first = gc.collect()
    other = Offsets("other", kept.tensors, 12) if what == "other offsets" else kept
    again = adder.patched(Listed() if what == "another checkpoint" else plain, other)
    assert again is not first
    assert len(again.patches["diffusion_model.out.weight"]) == 1


@pytest.mark.parametrize(
    ("kind", "expected"), [(FLOAT8, "float8_e4m3fn"), ("nf4", "nf4"), (torch.float16, ""), (torch.bfloat16, "")]
)
def test_what_a_model_is_kept_as(kind, expected):
    assert patching.kept_as(SimpleNamespace(storage_dtype=kind)) == expected


def test_a_model_that_does_not_say_is_told_by_its_weights():
    weights = [torch.zeros(4), torch.zeros(4, 4).to(FLOAT8)]
    assert patching.kept_as(SimpleNamespace(parameters=lambda: iter(weights))) == "float8_e4m3fn"


def test_what_is_lost_is_said_with_the_way_out():
    said = patching.words(Checkpoint("photo", "Stable Diffusion 1.5", True, "float8_e4m3fn"))
    assert "photo are kept as float8_e4m3fn" in said
    assert "(fp16 LoRA)" in said
    assert len(said) <= 320
    assert patching.words(Checkpoint("photo", "Stable Diffusion 1.5", True)) == ""


def test_page_and_result_say_what_is_lost(host, monkeypatch):
    from modules import processing

    from lib_iclight.hosts.app_context import app_context

    request = {"prompt": "a ball", "steps": 1, "width": 64, "height": 64, "sampler_name": "Euler", "cfg_scale": 1}
    relight = {"enabled": True, "foreground": encoded(plain((9, 9, 9), 64, 64)), "remove_background": False}
    said = []
    monkeypatch.setattr(processing.StableDiffusionProcessing, "comment", lambda p, text: said.append(text))
    assert app_context().notice(None) == ""
    monkeypatch.setattr(host.sd_model.forge_objects.unet.model, "storage_dtype", FLOAT8, raising=False)
    module = ModuleType("backend.args")
    module.dynamic_args = {"online_lora": False}
    monkeypatch.setitem(sys.modules, "backend.args", module)
    host.txt2img(**request, alwayson_scripts={"IC Light": {"args": [relight]}}).raise_for_status()
    assert "kept as float8_e4m3fn" in app_context().notice(None)
    assert said == [app_context().notice(None)]


def test_a_checkpoint_that_is_yet_to_be_loaded_is_told_by_what_is_chosen(host, monkeypatch):
    from modules import sd_models, shared

    from lib_iclight.hosts import checkpoints
    from lib_iclight.hosts.app_context import app_context
    from lib_iclight.models.checkpoint import by_channels

    monkeypatch.setattr(sd_models, "model_data", sd_models.SdModelData())
    monkeypatch.setattr(checkpoints, "family_of", lambda path: by_channels(4))
    kinds = {"float8-e4m3fn": True, "float8-e4m3fn (fp16 LoRA)": False, "Automatic": False, None: False}
    for chosen, expected in kinds.items():
        monkeypatch.setattr(shared.opts, "forge_unet_storage_dtype", chosen, raising=False)
        assert ("kept as float8-e4m3fn" in app_context().notice(None)) is expected, chosen

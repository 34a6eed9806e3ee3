"""Offsets are found, checked, chosen and loaded."""

from __future__ import annotations

import gc
import os
import sys
import weakref
from pathlib import Path

import pytest
from refusals import reason_of
from sd15_layout import file_at, iclight_file, names, safetensors_bytes

from lib_iclight.errors import ICLightError
from lib_iclight.models.folders import PICKLES
from lib_iclight.models.library import CONV_IN, ModelLibrary, check_fit


def chosen(mode: str, *folders: Path, model: str = "auto") -> str:
    return ModelLibrary().select(mode, model, folders).name


def refusal(mode: str, *folders: Path, model: str = "auto") -> str:
    return reason_of(ModelLibrary().select, mode, model, folders)


# Choosing


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("fc", "iclight_sd15_fc.safetensors"),
        ("fcon", "iclight_sd15_fcon.safetensors"),
        ("fbc", "iclight_sd15_fbc.safetensors"),
    ],
)
def test_auto_takes_the_file_of_the_mode(folder, mode, name):
    iclight_file(folder, "iclight_sd15_fbc.safetensors", 12)
    iclight_file(folder, "iclight_sd15_fc.safetensors")
    iclight_file(folder, "iclight_sd15_fcon.safetensors")
    (folder / "a_lora.safetensors").write_bytes(safetensors_bytes({"x.lora_up.weight": (2, 2)}))
    (folder / "notes.txt").write_text("notes")
    assert chosen(mode, folder) == name


@pytest.mark.parametrize(("mode", "channels"), [("fc", 8), ("fbc", 12)])
def test_auto_does_not_mind_the_files_name(folder, mode, channels):
    iclight_file(folder, "relight me.SAFETENSORS", channels)
    assert chosen(mode, folder) == "relight me.SAFETENSORS"


def test_auto_prefers_the_first_folder(folder, tmp_path):
    iclight_file(tmp_path / "unet", "a_fc.safetensors")
    iclight_file(folder, "z_fc.safetensors")
    assert chosen("fc", folder, tmp_path / "unet") == "z_fc.safetensors"


def test_auto_looks_into_the_other_folders_too(folder, tmp_path):
    iclight_file(tmp_path / "unet", "a_fc.safetensors")
    assert chosen("fc", tmp_path / "missing", folder, tmp_path / "unet") == "a_fc.safetensors"


def test_auto_does_not_take_fc_for_fcon(folder):
    iclight_file(folder, "iclight_sd15_fc.safetensors")
    message = refusal("fcon", folder)
    assert "no IC-Light model for the mode fcon" in message
    assert "Download iclight_sd15_fcon.safetensors from https://huggingface.co/lllyasviel/ic-light" in message


def test_without_a_model_the_user_is_told_what_to_get_and_where_to_put_it(folder, tmp_path):
    message = refusal("fbc", folder)
    assert "Download iclight_sd15_fbc.safetensors" in message
    assert "put it into models/ic-light" in message
    assert str(tmp_path) not in message


def test_a_broken_download_is_named_where_no_model_is_found(folder):
    path = iclight_file(folder, "iclight_sd15_fc.safetensors")
    path.write_bytes(path.read_bytes()[:-100])
    assert "iclight_sd15_fc.safetensors is cut off: 100 of its" in refusal("fc", folder)


def test_of_many_broken_files_a_few_are_named(folder):
    for number in range(30):
        (folder / f"{number:02}{'x' * 200}.safetensors").write_bytes(b"")
    message = refusal("fc", folder)
    assert "and 28 more" in message
    assert len(message) < 420


@pytest.mark.parametrize("model", ["iclight_sd15_fc", "iclight_sd15_fc.safetensors"])
def test_a_model_is_found_with_and_without_its_ending(folder, model):
    iclight_file(folder, "iclight_sd15_fc.safetensors")
    iclight_file(folder, "a_fc.safetensors")
    assert chosen("fc", folder, model=model) == "iclight_sd15_fc.safetensors"


def test_a_part_of_a_name_is_not_a_name(folder):
    iclight_file(folder, "iclight_sd15_fc.safetensors")
    assert "There is no IC-Light model named 'iclight_sd15'" in refusal("fc", folder, model="iclight_sd15")


def test_a_named_fc_file_serves_fcon(folder):
    iclight_file(folder, "iclight_sd15_fc.safetensors")
    assert chosen("fcon", folder, model="iclight_sd15_fc") == "iclight_sd15_fc.safetensors"


@pytest.mark.parametrize("model", ["../outside", "../outside.safetensors", "unet/../../outside", "nothing"])
def test_a_name_never_leaves_the_folders(folder, model):
    iclight_file(folder.parent, "outside.safetensors")
    message = refusal("fc", folder, model=model)
    assert message.startswith(f"There is no IC-Light model named {model!r}.")
    assert "model = auto" in message


def test_an_absolute_path_is_not_a_name(folder, tmp_path):
    outside = iclight_file(tmp_path, "outside.safetensors")
    assert "There is no IC-Light model named" in refusal("fc", folder, model=str(outside))


@pytest.mark.parametrize("ending", PICKLES)
def test_a_pickle_is_refused_without_being_opened(folder, ending, monkeypatch):
    (folder / f"iclight_sd15_fc{ending}").write_bytes(b"\x80\x02.")

    def never(self, *args, **kwargs):
        raise AssertionError("the file was opened")

    monkeypatch.setattr(Path, "open", never)
    message = refusal("fc", folder, model=f"iclight_sd15_fc{ending}")
    assert "only safetensors files are opened" in message


@pytest.mark.parametrize(
    ("mode", "channels", "said"),
    [("fbc", 8, "is an IC-Light fc model and cannot serve the mode fbc. Choose the mode fc"), ("fc", 12, "mode fbc")],
)
def test_a_model_of_the_wrong_kind_is_refused_with_the_right_mode(folder, mode, channels, said):
    iclight_file(folder, "mine.safetensors", channels)
    assert said in refusal(mode, folder, model="mine")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (safetensors_bytes({"conv_in.weight": (4, 8, 3, 3)})[:-7], "cannot be used: it is cut off: 7 of its"),
        (b"", "cannot be used: it is empty"),
        (safetensors_bytes({"x.lora_up.weight": (2, 2)}), "is a LoRA, not an IC-Light model"),
        (safetensors_bytes({"conv_in.weight": (4, 4, 3, 3)}), "is a UNet with 4 input channels, not an IC-Light"),
    ],
)
def test_a_named_file_that_is_unusable_is_refused_with_the_reason_and_the_way_out(folder, raw, said):
    (folder / "mine.safetensors").write_bytes(raw)
    message = refusal("fbc", folder, model="mine")
    assert "The model mine.safetensors" in message
    assert said in message
    assert "Download iclight_sd15_fbc.safetensors" in message


def test_files_lists_what_is_usable_and_what_is_not(folder):
    iclight_file(folder, "good.safetensors")
    (folder / "bad.safetensors").write_bytes(b"")
    listed = {file.name: (file.usable, file.modes) for file in ModelLibrary().files([folder, folder])}
    assert listed == {"bad.safetensors": (False, ()), "good.safetensors": (True, ("fc", "fcon"))}


def test_an_unchanged_file_is_looked_at_once(folder, opened_models):
    iclight_file(folder, "good.safetensors")
    library = ModelLibrary()
    for _ in range(3):
        library.files([folder])
    assert opened_models == ["good.safetensors"]


def replace(path: Path, raw: bytes) -> None:
    """Replace the file's content, with a modification time one second later."""
    stat = path.stat()
    other = path.with_suffix(".part")
    other.write_bytes(raw)
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns + 10**9))
    os.replace(other, path)


def test_a_finished_download_is_noticed(folder):
    path = iclight_file(folder, "mine.safetensors")
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    library = ModelLibrary()
    assert not library.files([folder])[0].usable
    replace(path, whole)
    assert library.files([folder])[0].usable


# Loading


def tensors_of(in_channels: int) -> dict:
    """Random offsets for every tensor of the UNet; nothing but the first convolution's shape matters here."""
    import torch

    generator = torch.Generator().manual_seed(in_channels)
    tensors = {key: torch.randn(3, 2, generator=generator) for key in names()}
    return tensors | {"conv_in.weight": torch.randn(4, in_channels, 3, 3, generator=generator)}


@pytest.fixture(scope="module")
def fc_tensors():
    return tensors_of(8)


def save(path: Path, tensors: dict, prefix: str = "", ldm: bool = False) -> Path:
    from safetensors.torch import save_file

    translated = names()
    save_file({prefix + (translated[key] if ldm else key): value for key, value in tensors.items()}, str(path))
    return path


@pytest.mark.parametrize("prefix", ["", "diffusion_model.", "model.diffusion_model."])
@pytest.mark.parametrize("ldm", [False, True], ids=["diffusers", "ldm"])
def test_both_key_styles_load_to_the_web_uis_names(folder, fc_tensors, ldm, prefix):
    import torch

    library = ModelLibrary()
    offsets = library.load(file_at(library, save(folder / "fc.safetensors", fc_tensors, prefix, ldm)))
    assert offsets.channels == 8
    assert set(offsets.tensors) == {f"diffusion_model.{name}" for name in names().values()}
    for key, name in names().items():
        assert torch.equal(offsets.tensors[f"diffusion_model.{name}"], fc_tensors[key]), key


def test_an_fbc_file_has_twelve_channels(folder):
    library = ModelLibrary()
    assert library.load(file_at(library, save(folder / "fbc.safetensors", tensors_of(12)))).channels == 12


def test_a_file_is_loaded_once(folder, fc_tensors, opened_models):
    save(folder / "fc.safetensors", fc_tensors)
    library = ModelLibrary()
    loaded = [library.load(library.select("fc", "auto", [folder])) for _ in range(3)]
    assert loaded[0] is loaded[1] is loaded[2]
    assert opened_models == ["fc.safetensors"] * 2  # for its header and for its tensors


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not replace a mapped file")
def test_the_offsets_of_a_replaced_file_are_let_go(folder, fc_tensors):
    path = save(folder / "fc.safetensors", fc_tensors)
    library = ModelLibrary()
    before = weakref.ref(library.load(file_at(library, path)))
    replace(path, save(folder.parent / "other.safetensors", fc_tensors).read_bytes())
    library.load(file_at(library, path))
    gc.collect()
    assert before() is None


def test_two_files_have_two_contents(folder, fc_tensors):
    first = save(folder / "a_fc.safetensors", fc_tensors)
    second = save(folder / "b_fc.safetensors", fc_tensors)
    library = ModelLibrary()
    assert file_at(library, first).content != file_at(library, second).content


def test_a_file_that_vanished_is_refused_with_the_source(folder):
    path = iclight_file(folder, "mine.safetensors")
    library = ModelLibrary()
    file = file_at(library, path)
    path.unlink()
    with pytest.raises(ICLightError, match=r"mine\.safetensors cannot be loaded.*Get it again from https"):
        library.load(file)


# Fitting the checkpoint


@pytest.fixture
def offsets(folder, fc_tensors):
    library = ModelLibrary()
    return library.load(file_at(library, save(folder / "fc.safetensors", fc_tensors)))


@pytest.fixture
def shapes(fc_tensors):
    found = {f"diffusion_model.{names()[key]}": tuple(value.shape) for key, value in fc_tensors.items()}
    return found | {CONV_IN: (4, 4, 3, 3)}


@pytest.mark.parametrize("channels", [4, 8, 12])
def test_a_checkpoint_of_the_same_structure_fits_widened_or_not(offsets, shapes, channels):
    check_fit(offsets, shapes | {CONV_IN: (4, channels, 3, 3)}, "fc.safetensors", "mine")


def test_a_quantised_checkpoint_fits_where_its_shapes_say_nothing(offsets, shapes):
    check_fit(offsets, dict.fromkeys(shapes, None) | {CONV_IN: (4, 4, 3, 3)}, "fc.safetensors", "mine")


def test_the_hosts_other_tensors_do_not_matter(offsets, shapes):
    check_fit(offsets, shapes | {"predictor.sigmas": (1000,)}, "fc.safetensors", "mine")


ATTENTION = "diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (lambda shapes: shapes.update({ATTENTION: (32, 1024)}), "input_blocks.1.1.transformer_blocks.0.attn2.to_k"),
        (lambda shapes: shapes.pop(ATTENTION), "input_blocks.1.1.transformer_blocks.0.attn2.to_k"),
        (lambda shapes: shapes.update({"diffusion_model.label_emb.0.weight": (8, 8)}), "label_emb.0.weight"),
        (lambda shapes: shapes.update({CONV_IN: (8, 4, 3, 3)}), "input_blocks.0.0.weight"),
    ],
    ids=["other shape", "missing", "surplus", "first convolution"],
)
def test_another_structure_is_refused_by_file_checkpoint_and_tensor(offsets, shapes, change, first):
    change(shapes)
    message = reason_of(check_fit, offsets, shapes, "fc.safetensors", "wonder-v2")
    assert "The model fc.safetensors does not fit the checkpoint wonder-v2: 1 tensors differ" in message
    assert first in message
    assert "Load a Stable Diffusion 1.5 checkpoint" in message

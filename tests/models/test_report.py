"""The contents of the model folders, described in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sd15_layout import iclight_file, safetensors_bytes

from lib_iclight.models.jobs import Download
from lib_iclight.models.library import ModelLibrary
from lib_iclight.models.report import report
from lib_iclight.ui.models_html import as_html, progress_html

ATTENTION = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"
WHOLE = safetensors_bytes({"conv_in.weight": (320, 8, 3, 3)})
WRONG = {
    "cut.safetensors": (WHOLE[:-100], "is cut off: 100 of its", "download it again"),
    "header.safetensors": (WHOLE[:20], "is cut off inside its header", "download it again"),
    "empty.safetensors": (b"", "is empty", "download it again"),
    "page.safetensors": (b"<!DOCTYPE html><html></html>", "is not a safetensors file", "download it again"),
    "old.ckpt": (b"PK\x03\x04", "never opened because they can run code", "Get the safetensors file"),
    "lora.safetensors": (
        safetensors_bytes({"lora_unet_down.lora_up.weight": (4, 4)}), "is a LoRA", "Move it into models/Lora"
    ),
    "net.safetensors": (
        safetensors_bytes({"control_model.input_blocks.0.0.weight": (4, 4, 3, 3)}),
        "is a ControlNet",
        "Move it into models/ControlNet",
    ),
    "sd.safetensors": (
        safetensors_bytes({"first_stage_model.x": (1,), "model.diffusion_model.conv_in.weight": (4, 4, 3, 3)}),
        "is a Stable Diffusion checkpoint",
        "Move it into models/Stable-diffusion",
    ),
    "xl.safetensors": (
        safetensors_bytes({"conv_in.weight": (320, 8, 3, 3), "add_embedding.linear_1.weight": (4, 4)}),
        "is an SDXL model",
        "Move it out of this folder",
    ),
    "two.safetensors": (
        safetensors_bytes({"conv_in.weight": (320, 8, 3, 3), ATTENTION: (320, 1024)}),
        "is an SD 2 model",
        "Move it out of this folder",
    ),
    "layer.safetensors": (
        safetensors_bytes({"diffusion_model.x::weight::0": (4, 4)}), "is a layer-diffusion model", "layer_model"
    ),
    "iclight_sd15_fc.safetensors.part": (b"12345", "is not completely downloaded: 5 bytes", "Press Download"),
}  # fmt: skip


def look(*folders: Path):
    return report(ModelLibrary(), folders)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_named_with_the_reason_and_the_way_out(folder, name):
    raw, problem, way_out = WRONG[name]
    (folder / name).write_bytes(raw)
    (file,) = look(folder).files
    assert file.name == name
    assert problem in file.problem
    assert way_out in file.way_out
    assert look(folder).chosen == {"fc": None, "fcon": None, "fbc": None}
    shown = as_html(look(folder))
    assert name in shown
    assert problem in shown
    assert str(folder.parent) not in shown


def test_a_usable_file_is_listed_with_kind_style_and_type(folder):
    iclight_file(folder, "iclight_sd15_fcon.safetensors")
    (file,) = look(folder).files
    assert (file.kind, file.modes, file.key_style, file.dtype, file.problem) == (
        "fc",
        ("fcon",),
        "diffusers",
        "F16",
        "",
    )
    assert "iclight_sd15_fcon.safetensors" in as_html(look(folder))


def test_a_damaged_file_does_not_hide_the_whole_one_of_another_folder(folder, tmp_path):
    other = tmp_path / "models" / "unet"
    other.mkdir()
    (folder / "half.safetensors").write_bytes(WHOLE[:-1])
    iclight_file(other, "iclight.safetensors", 12)
    assert look(folder, other).chosen["fbc"] == "iclight.safetensors"


def test_a_shared_folders_foreign_files_are_nobodys_business(tmp_path):
    shared = tmp_path / "unet"
    shared.mkdir()
    (shared / "flux.safetensors").write_bytes(safetensors_bytes({"double_blocks.0.x": (1,)}))
    (shared / "other.bin").write_bytes(b"x")
    (shared / "notes.txt").write_text("notes")
    (shared / "IC-Light half.safetensors").write_bytes(WHOLE[:-1])
    assert [file.name for file in look(shared).files] == ["IC-Light half.safetensors"]


def test_missing_folders_are_empty(tmp_path):
    assert look(tmp_path / "nothing").files == ()


def test_names_are_escaped(folder):
    (folder / "<img src=x>.safetensors").write_bytes(b"")
    assert "<img" not in as_html(look(folder))


def test_a_downloads_progress_is_told():
    job = Download("iclight_sd15_fc.safetensors")
    job.done, job.total, job.doing = 600_000_000, 1_200_000_000, "Downloading"
    shown = progress_html(job)
    assert "Downloading iclight_sd15_fc.safetensors 600 MB of 1.20 GB" in re.sub("<[^>]*>", "", shown)
    assert "aria-valuenow='50'" in shown

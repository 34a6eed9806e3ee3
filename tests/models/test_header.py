"""What a weight file is, recognised by reading only its header."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile

import pytest
from sd15_layout import safetensors_bytes, with_header

from lib_iclight.models.header import HeaderError, read_header
from lib_iclight.models.identity import identify, identify_file


@pytest.fixture
def damage(tmp_path):
    def reason(raw: bytes) -> str:
        path = tmp_path / "model.safetensors"
        path.write_bytes(raw)
        with pytest.raises(HeaderError) as caught:
            read_header(path)
        return str(caught.value)

    return reason


def what_is(tmp_path, *names: str, channels: int = 4):
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes(dict.fromkeys(names, (4, channels, 3, 3))))
    return identify(read_header(path))


KEYS = {"diffusers": "conv_in.weight", "ldm": "input_blocks.0.0.weight"}


@pytest.mark.parametrize("prefix", ["", "diffusion_model.", "model.diffusion_model."])
@pytest.mark.parametrize("style", KEYS)
@pytest.mark.parametrize(("channels", "kind"), [(8, "fc"), (12, "fbc")])
def test_iclight_is_known_by_its_first_convolution(tmp_path, style, prefix, channels, kind):
    found = what_is(tmp_path, prefix + KEYS[style], prefix + "conv_out.weight", channels=channels)
    assert (found.kind, found.style, found.prefix, found.dtype) == (kind, style, prefix, "F16")
    assert found.looks_like == f"an IC-Light {kind} model"


@pytest.mark.parametrize("channels", [4, 9, 5, 16])
def test_a_unet_with_other_channels_is_not_iclight(tmp_path, channels):
    found = what_is(tmp_path, "conv_in.weight", channels=channels)
    assert (found.kind, found.looks_like) == ("", f"a UNet with {channels} input channels")


LDM_CHECKPOINT = ("model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.decoder.conv_in.weight")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("lora_unet_conv_in.lora_up.weight", "lora_unet_conv_in.lora_down.weight"), "a LoRA"),
        (("unet.conv_in.lora_A.weight",), "a LoRA"),
        (("conv_in.weight", "conv_in.lora_up.weight"), "a LoRA"),
        (("control_model.input_blocks.0.0.weight",), "a ControlNet"),
        (("input_blocks.0.0.weight", "input_hint_block.0.weight"), "a ControlNet"),
        (("conv_in.weight", "controlnet_cond_embedding.conv_in.weight"), "a ControlNet"),
        (LDM_CHECKPOINT, "a Stable Diffusion checkpoint"),
        ((*LDM_CHECKPOINT, "conditioner.embedders.0.x"), "an SDXL checkpoint"),
        (("input_blocks.0.0.weight", "label_emb.0.0.weight"), "an SDXL model"),
        (("conv_in.weight", "add_embedding.linear_1.weight"), "an SDXL model"),
        (("double_blocks.0.img_attn.qkv.weight",), "a Flux model"),
        (("joint_blocks.0.x_block.attn.qkv.weight",), "an SD 3 model"),
        (("diffusion_model.input_blocks.0.0.weight::lora::up",), "a layer-diffusion model"),
        (("encoder.conv_in.weight",), "something other than an IC-Light model"),
        ((), "something other than an IC-Light model"),
    ],
)
@pytest.mark.parametrize("channels", [4, 8])
def test_other_models_are_called_by_what_they_are(tmp_path, names, words, channels):
    found = what_is(tmp_path, *names, channels=channels)
    assert (found.kind, found.looks_like) == ("", words)


def test_the_metadata_is_not_a_tensor(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes({"a": (1,)}))
    assert list(read_header(path)) == ["a"]


def test_a_file_cut_off_in_its_data_says_how_much_is_missing(damage):
    whole = safetensors_bytes({"conv_in.weight": (40, 8, 3, 3)})
    assert damage(whole[:-1234]) == f"is cut off: 1,234 of its {len(whole):,} bytes are missing"


def test_a_file_cut_off_in_its_header_says_how_much_is_missing(damage):
    raw = with_header(b'{"a": {"dtype": "F16"}}')
    assert damage(raw[:-10]) == "is cut off inside its header: 10 bytes or more are missing"


def test_bytes_behind_the_data_are_damage(damage):
    assert damage(safetensors_bytes({"a": (1,)}) + b"12345") == "is damaged: it is 5 bytes longer than its header says"


def test_an_empty_file_is_called_empty(damage):
    assert damage(b"") == "is empty"


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"a": 1}))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "raw", [pickle.dumps({"state_dict": 1}, 2), pickle.dumps({"state_dict": 1}, 4), zipped()], ids=["2", "4", "zip"]
)
def test_a_pickle_under_a_safetensors_name_is_called_one(damage, raw):
    assert damage(raw) == "is not a safetensors file but a pickled one"


def header_of(value: object) -> bytes:
    return with_header(json.dumps(value).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00",
        b"1234567",
        struct.pack("<Q", 0),
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2**64 - 1),
        b"<html><head><title>404</title></head></html>",
        with_header(b"not json"),
        with_header(b"\xff\xfe\x00\x01"),
        with_header(b"[" * 100_000),
        header_of([1, 2]),
        header_of("text"),
        header_of(None),
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_another_format_is_not_a_safetensors_file(damage, raw):
    assert damage(raw) == "is not a safetensors file"


@pytest.mark.parametrize(
    "entry",
    [
        5,
        "text",
        None,
        [],
        {},
        {"data_offsets": None},
        {"data_offsets": [0]},
        {"data_offsets": [0, "end"]},
        {"data_offsets": [0, float("inf")]},
    ],
    ids=repr,
)
def test_an_entry_without_offsets_is_a_damaged_header(damage, entry):
    assert damage(header_of({"conv_in.weight": entry})) == "has a damaged safetensors header"


@pytest.mark.parametrize("shape", [None, 5, "8", [], [4, 8], [4, [8], 3, 3], [4, "8", 3, 3], [4, None, 3, 3]], ids=repr)
def test_a_nonsense_shape_is_not_iclight(shape):
    found = identify({"conv_in.weight": {"dtype": "F16", "shape": shape, "data_offsets": [0, 0]}})
    assert found.kind == ""


def attention_seeing(shape: object) -> dict:
    entry = {"dtype": "F16", "data_offsets": [0, 0]}
    name = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"
    return {"conv_in.weight": entry | {"shape": [320, 8, 3, 3]}, name: entry | {"shape": shape}}


@pytest.mark.parametrize(
    ("width", "kind", "words"),
    [(768, "fc", "an IC-Light fc model"), (1024, "", "an SD 2 model"), (2048, "", "an SDXL model")],
)
def test_eight_channels_of_another_stable_diffusion_are_not_iclight(width, kind, words):
    found = identify(attention_seeing([320, width]))
    assert (found.kind, found.looks_like) == (kind, words)


@pytest.mark.parametrize("shape", [None, 5, [], [320], [320, [1]], [320, None]], ids=repr)
def test_a_nonsense_attention_shape_does_not_stop_the_look_at_a_file(shape):
    assert identify(attention_seeing(shape)).looks_like == "an IC-Light fc model"


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_header(tmp_path / "gone.safetensors")


# Headers that nobody should have to read


@pytest.fixture
def reading(tmp_path, monkeypatch):
    """A file's identity, and how many bytes of it were read."""
    taken = []

    class Counted(io.FileIO):
        def read(self, size=-1):
            content = super().read(size)
            taken.append(len(content))
            return content

    def found(raw: bytes):
        path = tmp_path / "model.safetensors"
        path.write_bytes(raw)
        monkeypatch.setattr(type(path), "open", lambda self, mode: Counted(self, "r"))
        return identify_file(path), sum(taken)

    return found


def test_the_weights_are_not_read(reading):
    raw = safetensors_bytes({"conv_in.weight": (320, 8, 3, 3), "filler": (1000, 1000)})
    (length,) = struct.unpack("<Q", raw[:8])
    found, taken = reading(raw)
    assert (found.kind, taken) == ("fc", 8 + length)


def with_metadata(length: int) -> bytes:
    """A LoRA with very long metadata from its trainer."""
    header = {"__metadata__": {"notes": "x" * length}, "a.lora_up.weight": {"data_offsets": [0, 0], "shape": [0]}}
    return header_of(header)


def test_of_a_header_that_is_too_long_for_iclight_next_to_nothing_is_read(reading):
    found, taken = reading(with_metadata(30 << 20))
    assert (found.kind, found.looks_like) == ("", "something other than an IC-Light model")
    assert taken == 8 + 1


def test_what_has_a_header_of_usual_length_is_still_called_by_its_name(reading):
    assert reading(with_metadata(500_000))[0].looks_like == "a LoRA"


def test_a_long_header_that_is_cut_off_or_none_is_damage(damage):
    whole = with_metadata(2 << 20)
    assert damage(whole[: 1 << 20]).startswith("is cut off inside its header")
    assert damage(struct.pack("<Q", 50_000_000) + b"<html>") == "is not a safetensors file"


DAMAGED = "has a damaged safetensors header"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b'{"a": {"data_offsets": [0, 1]}, "a": {"data_offsets": [0, 0]}}', DAMAGED),
        (b'{"a": {"data_offsets": [0, 1], "data_offsets": [0, 0]}}', DAMAGED),
        (b'{"a": {"data_offsets": [0, ' + b"9" * 900_000 + b"]}}", DAMAGED),
        (b'{"a": {"data_offsets": [5, 2]}}', DAMAGED),
        (b'{"a": {"data_offsets": [-2, 0]}}', DAMAGED),
        (b'{"a": {"data_offsets": ["0", "0"]}}', DAMAGED),
        (b'{"a": {"data_offsets": [false, false]}}', DAMAGED),
        (b'{"a": ' + b'{"b":' * 200_000, "is not a safetensors file"),
    ],
    ids=["a name twice", "offsets twice", "a huge number", "backwards", "negative", "text", "truth", "nested"],
)
def test_a_header_with_tricks_is_damage(damage, header, reason):
    assert damage(with_header(header)) == reason


def test_a_type_is_not_any_text():
    entry = {"dtype": "F" * 100_000, "shape": [320, 8, 3, 3], "data_offsets": [0, 0]}
    assert identify({"conv_in.weight": entry}).dtype == ""

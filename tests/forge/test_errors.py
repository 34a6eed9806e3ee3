"""Every user error stops a real Forge before it samples, with a helpful message."""

from __future__ import annotations

import numpy as np
import pytest
from forge import hosts_table, model_files, pictures
from PIL import Image
from samples import file_bytes

SUBJECT = pictures.subject()
FOREGROUND = pictures.text(SUBJECT)
FC = {"foreground": FOREGROUND}
_WHOLE_FILE = file_bytes(pictures.coloured(200, 200))
CUT_OFF = pictures.text(_WHOLE_FILE[: len(_WHOLE_FILE) // 2])
OPAQUE = pictures.text(pictures.coloured(64, 64))

REQUESTS = {
    "no foreground": ({}, ["foreground", "accordion", "turn IC Light off"]),
    "foreground is no base64": ({"foreground": "%%%"}, ["foreground", "base64"]),
    "foreground is no picture": ({"foreground": pictures.text(b"hello" * 99)}, ["foreground", "not a picture", "PNG"]),
    "foreground is cut off": ({"foreground": CUT_OFF}, ["foreground", "cut off", "again"]),
    "foreground is a number": ({"foreground": 7}, ["foreground", "base64"]),
    "foreground is transparent": (
        {"foreground": pictures.text(Image.new("RGBA", (9, 9)))},
        ["foreground", "fully transparent", "visible"],
    ),
    "background is cut off": (
        {**FC, "mode": "fbc", "background": CUT_OFF},
        ["background", "cut off"],
    ),
    "unknown field": ({"foregroud": FOREGROUND}, ["'foregroud'", "'foreground'"]),
    "field of the wrong kind": ({**FC, "flip_background": "yes"}, ["flip_background", "true or false"]),
    "number out of range": ({**FC, "light_strength": 9}, ["light_strength", "0 to 3", "9"]),
    "number that is text": ({**FC, "restore_details": "much"}, ["restore_details", "0 to 1", "much"]),
    "wrong mode": ({**FC, "mode": "fcb"}, ["mode", "fc, fcon, fbc", "fcb"]),
    "wrong light": ({**FC, "light": "behind"}, ["light", "left", "behind"]),
    "light with a wrong key": (
        {**FC, "light": {"version": 1, "lights": [{"angle": 0, "hue": 3}]}},
        ["light.lights[0]", "'hue'", "softness"],
    ),
    "placement out of range": ({**FC, "placement": {"scale": 99}}, ["placement.scale", "0.05 to 8", "99"]),
    "light map is missing": ({**FC, "light": "custom"}, ["light map", "another light"]),
    "fbc without background or light": ({**FC, "mode": "fbc"}, ["fbc", "background", "light"]),
    "unknown background remover": (
        {"foreground": OPAQUE, "matting_model": "scissors"},
        ["scissors", "isnet-general-use"],
    ),
    "model that is not there": ({**FC, "model": "nowhere"}, ["nowhere", "Put it into", "auto"]),
}
DAMAGED_AND_FOREIGN = {
    "cut-off.safetensors": ["cut off", "missing"],
    "cut-off-header.safetensors": ["cut off", "missing"],
    "empty.safetensors": ["empty"],
    "web-page.safetensors": ["not a safetensors file"],
    "renamed-pickle.safetensors": ["not a safetensors file", "pickled"],
    "pickled.ckpt": ["safetensors", "run code"],
    "lora.safetensors": ["LoRA"],
    "controlnet.safetensors": ["ControlNet"],
    "checkpoint.safetensors": ["checkpoint"],
    "plain-unet.safetensors": ["4 input channels"],
    "sdxl-unet.safetensors": ["SDXL"],
}
CHECKPOINTS = {
    "SDXL": ({"is_sd1": False, "is_sdxl": True}, "SDXL"),
    "SD 2": ({"is_sd1": False, "is_sd2": True}, "SD 2"),
    "Flux": ({"is_sd1": False}, "is"),
    "inpainting": ({"is_inpaint": True}, "inpainting"),
}


def assert_refused(answer, words):
    """Check that the run ended with a 4xx and a message with all the words, and that nothing was sampled."""
    assert 400 <= answer.status < 500, f"{answer.status}: {answer.body}"
    for word in words:
        assert word in answer.message
    assert answer.record.report
    assert not answer.record.sampled


@pytest.fixture(scope="module", autouse=True)
def _files(forge):
    for name, content in model_files.damaged_and_foreign().items():
        forge.models.joinpath(name).write_bytes(content)
    yield
    for name in model_files.damaged_and_foreign():
        forge.models.joinpath(name).unlink()


@pytest.mark.parametrize("case", REQUESTS)
def test_request_is_refused(client, case):
    relight, words = REQUESTS[case]
    assert_refused(client.txt2img(relight), words)


@pytest.mark.parametrize("name", DAMAGED_AND_FOREIGN)
def test_damaged_or_foreign_weights_are_refused(client, name):
    assert_refused(client.txt2img({**FC, "model": name}), [name, *DAMAGED_AND_FOREIGN[name], "ic-light"])


def test_weights_of_another_mode_are_refused(client, offsets):
    name = offsets["fbc"].name
    assert_refused(client.txt2img({**FC, "model": name}), [name, "fbc", "Choose the mode fbc"])
    relight = {**FC, "mode": "fbc", "light": "left", "model": offsets["fc"].name}
    assert_refused(client.txt2img(relight), [offsets["fc"].name, "Choose the mode fc"])


def test_weights_that_do_not_fit_are_refused(client, forge):
    lacking = forge.models / "one-layer.safetensors"
    lacking.write_bytes(model_files.content({"conv_in.weight": [320, 8, 3, 3]}))
    try:
        answer = client.txt2img({**FC, "model": lacking.name})
    finally:
        lacking.unlink()
    assert_refused(answer, [lacking.name, "does not fit"])


def test_web_ui_without_weights_says_where_to_get_them(client, tmp_path):
    answer = client.txt2img({**FC, "mode": "fbc", "light": "left"}, probe={"models": str(tmp_path)})
    assert_refused(
        answer, ["iclight_sd15_fbc.safetensors", "https://huggingface.co/lllyasviel/ic-light", "put it into"]
    )


@pytest.mark.parametrize("case", CHECKPOINTS)
def test_other_checkpoint_is_refused(client, host, case):
    if case == "inpainting":
        host.needs(hosts_table.PRETENDED_INPAINTING)
    pretend, word = CHECKPOINTS[case]
    answer = client.txt2img(FC, probe={"pretend": pretend})
    assert_refused(answer, [word, "Stable Diffusion 1.5 checkpoint", "turn IC Light off"])


def test_missing_background_remover_says_what_to_do(client):
    answer = client.txt2img({"foreground": OPAQUE}, probe={"missing": ["rembg"]})
    assert_refused(answer, ["rembg", "install", "transparency", "Remove background"])


def test_img2img_refuses_as_txt2img_does(client):
    body = {"init_images": [OPAQUE]}
    assert_refused(client.img2img({**FC, "mode": "nothing"}, **body), ["mode"])
    assert_refused(client.img2img({**FC, "light": "custom", "light_map": "%%%"}, **body), ["light map", "base64"])
    transparent = pictures.text(Image.new("RGBA", (9, 9)))
    assert_refused(client.img2img({"light": "left"}, init_images=[transparent]), ["fully transparent"])


def test_request_that_is_off_is_never_refused(client, untouched):
    answer = client.txt2img({"enabled": False, "mode": "fbc", "foreground": None})
    assert answer.files == untouched.files


def test_plain_generation_after_all_these_errors_is_as_before(client, untouched):
    assert client.txt2img().files == untouched.files


def opaque(image, **options):
    """IC Light's dict for an opaque picture that is used as it is."""
    return {"foreground": pictures.text(file_bytes(image, **options)), "remove_background": False}


COLOURED = pictures.coloured(60, 80)
GREY = COLOURED.convert("L")
SAME = {
    "grey": (opaque(GREY), opaque(GREY.convert("RGB"))),
    "grey with alpha": (
        {"foreground": pictures.text(SUBJECT.convert("LA"))},
        {"foreground": pictures.text(SUBJECT.convert("LA").convert("RGBA"))},
    ),
    "palette": (
        opaque(COLOURED.convert("P", palette=Image.ADAPTIVE)),
        opaque(COLOURED.convert("P", palette=Image.ADAPTIVE).convert("RGB")),
    ),
    "16 bits": (opaque(Image.fromarray(np.asarray(GREY).astype(np.uint16) * 257)), opaque(GREY)),
    "black and white": (opaque(GREY.convert("1")), opaque(GREY.convert("1").convert("RGB"))),
    "data URL": (
        {"foreground": f"data:image/png;base64,{FOREGROUND}"},
        {"foreground": FOREGROUND},
    ),
}


def rotated_by_exif():
    """A picture stored on its side, and the same one upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return opaque(COLOURED.transpose(Image.Transpose.ROTATE_90), exif=exif), opaque(COLOURED)


@pytest.mark.parametrize("kind", [*SAME, "EXIF"])
def test_picture_of_any_kind_is_what_it_shows(client, kind):
    found, expected = rotated_by_exif() if kind == "EXIF" else SAME[kind]
    assert np.array_equal(client.txt2img(found).pixels, client.txt2img(expected).pixels)


@pytest.mark.parametrize("kind", ["CMYK", "one pixel", "very long", "very large"])
def test_odd_picture_just_works(client, kind):
    relight = {
        "CMYK": lambda: opaque(COLOURED.convert("CMYK"), file_format="JPEG"),
        "one pixel": lambda: opaque(Image.new("RGB", (1, 1), "red")),
        "very long": lambda: opaque(pictures.coloured(20000, 3)),
        "very large": lambda: opaque(Image.new("RGB", (9000, 7000), "teal")),
    }[kind]()
    answer = client.txt2img(relight)
    assert answer.record.channels == {8}
    assert answer.pixels.shape == (64, 64, 3)

"""Lights that are described, the mask as a light map, and placements, over the API of a real Forge."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from forge import pictures
from forge.client import SECOND_PASS
from forge.companions import plotted
from PIL import Image

FOREGROUND = pictures.text(pictures.subject())
FC = {"foreground": FOREGROUND, "mode": "fc"}
FBC = {**FC, "mode": "fbc"}
OPAQUE = pictures.text(pictures.coloured(64, 64))
LAMPS = {
    "version": 1,
    "ambient": {"level": 0.1},
    "lights": [{"angle": 33, "softness": 0.4, "colour": "#ff8800"}, {"x": 1.2, "y": -0.1, "kelvin": 9000}],
}
TEXT = json.dumps(LAMPS, separators=(",", ":"))


def drawn(client, **body) -> str:
    """A light's map from the extension's own route, as base64."""
    from urllib import request

    call = request.Request(f"{client.url}/ic-light/light-map", json.dumps(body).encode())
    call.add_header("Content-Type", "application/json")
    with request.build_opener(request.ProxyHandler({})).open(call) as answer:
        return base64.b64encode(answer.read()).decode()


def start(answer) -> np.ndarray:
    """The latents that img2img started from."""
    (tensor,) = answer.record.tensors("start").values()
    return tensor.float().numpy()


def test_the_description_of_a_named_light_gives_its_picture(client):
    described = {"version": 1, "lights": [{"angle": 180}]}
    fc = client.txt2img({**FC, "light": described})
    assert np.array_equal(fc.pixels, client.kept("txt2img", {**FC, "light": "left"}).pixels)
    fbc = client.txt2img({**FBC, "light": {**described, "range": [32, 224]}})
    assert np.array_equal(fbc.pixels, client.kept("txt2img", {**FBC, "light": "left"}).pixels)


@pytest.mark.parametrize("light", [LAMPS, TEXT], ids=["object", "text"])
def test_a_description_starts_img2img_from_its_map(client, light):
    given = {"init_images": [FOREGROUND]}
    spot = drawn(client, light=LAMPS, width=64, height=64)
    described = client.img2img({"light": light}, **given)
    pictured = client.kept("img2img", {"light": "custom", "light_map": spot}, **given)
    assert np.array_equal(start(described), start(pictured))
    assert np.array_equal(described.pixels, pictured.pixels)


def test_what_is_drawn_is_read_back_from_png_info(client):
    placed = {"scale": 1.25, "x": 0.4, "y": 0.5}
    answer = client.txt2img({**FC, "light": LAMPS, "placement": placed})
    status, parsed = client.call("/sdapi/v1/png-info", {"image": pictures.text(answer.files[0])})
    assert status == 200
    fields = parsed["parameters"]
    assert fields["IC Light direction"] == "editor"
    assert fields["IC Light lights"] == TEXT
    assert json.loads(fields["IC Light placement"]) == placed
    again = client.txt2img(
        {**FC, "light": fields["IC Light lights"], "placement": fields["IC Light placement"]},
    )
    assert np.array_equal(again.pixels, answer.pixels)


# Placement


def prepared(answer) -> np.ndarray:
    """The subject that is shown after the result."""
    return answer.pictures[-1]


def test_the_middle_at_scale_one_is_cover(client):
    placed = client.txt2img({**FC, "light": "left", "placement": {"scale": 1, "x": 0.5, "y": 0.5}})
    assert np.array_equal(placed.pixels, client.kept("txt2img", {**FC, "light": "left"}).pixels)


@pytest.mark.parametrize("tab", ["txt2img", "img2img"])
def test_the_subject_stands_where_it_is_placed(client, tab):
    placed = {"placement": {"scale": 0.5, "x": 0.25, "y": 0.5}, "light": "top", "show_subject": True}
    if tab == "txt2img":
        answer = client.txt2img({**FC, **placed})
    else:
        answer = client.img2img(placed, init_images=[FOREGROUND])
    shown = prepared(answer)
    assert (shown[:, 34:] == 127).all()
    assert not (shown[20:44, 4:28] == 127).all()
    assert answer.record.channels == {8}


def test_contain_keeps_all_of_the_subject(client):
    picture = pictures.text(pictures.coloured(128, 64))
    relight = {"foreground": picture, "remove_background": False, "placement": "contain", "show_subject": True}
    shown = prepared(client.txt2img(relight))
    assert (shown[:16] == 127).all()
    assert (shown[48:] == 127).all()
    assert not (shown[16:48] == 127).all(axis=-1).any()


def test_the_second_pass_places_the_subject_anew(client, host):
    host.needs_size(96)
    placed = {**FC, "placement": {"scale": 0.5, "x": 0.25, "y": 0.5}, "restore_details": True, "details_radius": 16}
    answer = client.txt2img(placed, **SECOND_PASS)
    assert answer.pixels.shape == (96, 96, 3)
    assert answer.record.own_encodes.count((96, 96)) == 1
    plain = client.txt2img({**placed, "restore_details": False}, **SECOND_PASS)
    changed = (answer.pixels != plain.pixels).any(axis=-1)
    assert changed[:, :48].any()
    assert not changed[:, 52:].any()


def test_a_subject_placed_outside_is_refused_before_anything_is_sampled(client):
    answer = client.txt2img({**FC, "placement": {"scale": 0.1, "x": 2, "y": 0.5}})
    assert answer.status == 422
    assert "placed outside the frame" in answer.message
    assert not answer.record.report["unet"]


# The mask as a light map


def painted() -> Image.Image:
    return pictures.half_mask(64, 64)


MASKED = {"init_images": [OPAQUE], "mask_blur": 0, "inpainting_fill": 1}
WHOLE = {"mode": "fc", "remove_background": False}


@pytest.mark.parametrize("only_masked", [False, True], ids=["whole picture", "only masked"])
def test_the_mask_is_the_light_map_and_the_whole_picture_is_relit(client, only_masked):
    mask = pictures.text(painted())
    answer = client.img2img({**WHOLE, "light": "mask"}, **MASKED, mask=mask, inpaint_full_res=only_masked)
    pictured = client.kept("img2img", {**WHOLE, "light": "custom", "light_map": mask}, init_images=[OPAQUE])
    assert np.array_equal(answer.pixels, pictured.pixels)
    assert "IC Light direction: mask" in answer.infotext
    assert "Mask" not in answer.infotext


def test_a_mask_of_what_is_not_masked_lights_the_other_side(client):
    inverted = pictures.text(painted().point(lambda value: 255 - value))
    answer = client.img2img(
        {**WHOLE, "light": "mask"}, **MASKED, mask=pictures.text(painted()), inpainting_mask_invert=1
    )
    pictured = client.img2img({**WHOLE, "light": "custom", "light_map": inverted}, init_images=[OPAQUE])
    assert np.array_equal(answer.pixels, pictured.pixels)


def test_inpainting_is_as_ever_after_a_mask_was_a_light(client):
    mask = pictures.text(painted())
    client.img2img({**WHOLE, "light": "mask"}, **MASKED, mask=mask)
    answer = client.img2img({**WHOLE, "light": "left"}, **MASKED, mask=mask, inpaint_full_res=False)
    assert np.array_equal(answer.pixels[:, 32:], np.asarray(pictures.coloured(64, 64))[:, 32:])


@pytest.mark.parametrize(
    ("tab", "given"),
    [
        ("txt2img", {}),
        ("img2img", {"init_images": [OPAQUE]}),
        ("img2img", {"init_images": [OPAQUE], "mask": pictures.text(Image.new("L", (64, 64)))}),
    ],
    ids=["txt2img", "without a mask", "with nothing painted"],
)
def test_without_a_mask_the_run_ends_with_what_to_do(client, tab, given):
    answer = getattr(client, tab)({**FC, "light": "mask"}, **given)
    assert answer.status == 422
    assert "The light is mask, but" in answer.message
    assert "choose another light" in answer.message
    assert not answer.record.sampled


# Axes


def test_a_plot_turns_the_light(client):
    scripts = client.call("/sdapi/v1/script-info")[1]
    plot = next(script for script in scripts if script["name"] == "x/y/z plot" and not script["is_img2img"])
    axes = plot["args"][0]["choices"]
    assert "[IC Light] Light angle" in axes
    assert "[IC Light] Placement" in axes
    answer = client.txt2img(FC, **plotted(axes.index("[IC Light] Light angle"), "180, 0"))
    left, right = (client.kept("txt2img", {**FC, "light": light}).pixels for light in ("left", "right"))
    assert np.array_equal(answer.pictures[1], left)
    assert np.array_equal(answer.pictures[2], right)
    text = Image.open(io.BytesIO(answer.files[1])).info["parameters"]
    assert "IC Light direction: editor" in text

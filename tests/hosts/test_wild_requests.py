"""Every request gets its picture or a short reason, and never a server error.

``IC_LIGHT_FUZZ_CASES`` sets the number of requests; the first ones are always the same.
"""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from samples import as_base64, encoded, file_bytes, noise, plain

from lib_iclight.light.maps import LIGHTS
from lib_iclight.request import FIELDS, MODES
from lib_iclight.subject.background_removal import MODELS

pytestmark = pytest.mark.usefixtures("rembg")

CASES = int(os.environ.get("IC_LIGHT_FUZZ_CASES", "100"))
LONGEST_ANSWER = 2000
JSON = {"Content-Type": "application/json"}
TRIED = settings(
    max_examples=CASES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

CUT_OUT = encoded(plain((200, 120, 40, 255), 24, 24).rotate(20))
BRIGHT = encoded(Image.fromarray(noise(24, 16, seed=1)))
PICTURES = (
    CUT_OUT,
    BRIGHT,
    f"data:image/png;base64,{CUT_OUT}",
    encoded(plain((200, 120, 40), 9, 31), "JPEG"),
    encoded(plain((200, 120, 40), 1, 1)),
    encoded(Image.new("I;16", (16, 16), 40_000)),
    encoded(Image.new("1", (16, 16), 1)),
    encoded(plain((200, 120, 40)).convert("P")),
    encoded(Image.new("RGBA", (16, 16))),
    as_base64(file_bytes(Image.fromarray(noise(24, 24)))[:300]),
    as_base64(b"no picture at all"),
    f"data:image/svg+xml;base64,{as_base64(b'<svg/>')}",
)

texts = st.one_of(st.text(st.characters(), max_size=12), st.sampled_from(("\ud800", "x\udfffy")))
long_texts = st.sampled_from(("x", '"', "\0", "\ud800", "\U0001f600", "あ")).map(lambda one: one * 3000)
numbers = st.one_of(st.integers(), st.floats(), st.integers(-3, 20), st.floats(-2, 5), st.just(10**400))
wild = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts, long_texts, st.sampled_from((*PICTURES, *LIGHTS, *MODES))),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)

colours = st.one_of(st.sampled_from(("#ff8800", "#FFFFFF", "red", "#12345g")), wild)
some_numbers = st.one_of(st.floats(-1, 4), st.integers(0, 3), wild)
lamps = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("angle", "x", "y", "softness", "strength"), some_numbers),
        "kelvin": st.one_of(st.integers(1500, 15000), wild),
        "colour": colours,
        "color": colours,
    },
)
good_lamps = st.one_of(
    st.fixed_dictionaries({"angle": st.floats(-360, 720)}, optional={"strength": st.floats(0, 4)}),
    st.fixed_dictionaries({"x": st.floats(-1, 2), "y": st.floats(-1, 2)}, optional={"softness": st.floats(0.02, 1)}),
)
descriptions = st.fixed_dictionaries(
    {"version": st.one_of(st.just(1), st.just(1), wild), "lights": st.lists(st.one_of(good_lamps, lamps), max_size=9)},
    optional={
        "ambient": st.one_of(st.fixed_dictionaries({"level": some_numbers}, optional={"colour": colours}), wild),
        "range": st.one_of(st.tuples(st.floats(0, 127), st.floats(127, 255)).map(list), wild),
    },
)
good_descriptions = st.builds(lambda lights: {"version": 1, "lights": lights}, st.lists(good_lamps, max_size=8))
lights = st.one_of(
    st.sampled_from(LIGHTS),
    good_descriptions,
    good_descriptions.map(json.dumps),
    descriptions,
    descriptions.map(json.dumps),
)
placements = st.one_of(
    st.sampled_from(("cover", "contain")),
    st.fixed_dictionaries({}, optional={"scale": st.floats(0.05, 8), "x": st.floats(-1, 2), "y": st.floats(-1, 2)}),
    st.dictionaries(st.sampled_from(("scale", "x", "y", "z")), some_numbers),
)

strengths = st.one_of(st.booleans(), st.floats(0, 1))
pictures = st.sampled_from(PICTURES)
likely = {
    "mode": st.sampled_from(MODES),
    "model": st.sampled_from(("auto", "", "iclight_sd15_fc", "absent.safetensors")),
    "foreground": pictures,
    "background": pictures,
    "flip_background": st.booleans(),
    "light": lights,
    "light_map": pictures,
    "light_strength": st.floats(0, 3),
    "remove_background": st.booleans(),
    "matting_model": st.sampled_from((MODELS[0], MODELS[0], "", *MODELS, "mine.onnx", "../x.onnx")),
    "alpha_matting": st.booleans(),
    "matte_threshold": st.floats(0, 1),
    "matte_shrink": st.floats(-16, 16),
    "matte_feather": st.floats(0, 16),
    "decontaminate": strengths,
    "reinforce_foreground": strengths,
    "restore_details": strengths,
    "details_radius": st.floats(0.1, 16),
    "keep_colours": strengths,
    "result": st.sampled_from(("painting", "photograph")),
    "photograph_strength": st.floats(0, 2),
    "photograph_colour": st.floats(0, 1),
    "photograph_highlights": strengths,
    "photograph_radius": st.floats(0.25, 4),
    "photograph_size": st.sampled_from(("run", "photograph", "background")),
    "photograph_background": st.sampled_from(("auto", "painted", "original", "relit")),
    "photograph_shadow": st.floats(0, 1),
    "keep_original": st.booleans(),
    "placement": placements,
    "show_subject": st.booleans(),
}
legacy = {
    "model_type": st.sampled_from(("fc", "FBC", "iclight_sd15_fcon", "sdxl")),
    "input_fg": pictures,
    "uploaded_bg": pictures,
    "remove_bg": st.booleans(),
    "reinforce_fg": st.booleans(),
    "bg_source_fc": st.sampled_from(("None", "Left Light", "Custom LightMap", "Behind")),
    "bg_source_fbc": st.sampled_from(("Use Background Image", "Use Flipped Background Image", "Ambient")),
    "detail_transfer": st.booleans(),
    "detail_transfer_blur_radius": st.integers(0, 1200),
}
NAMES = (*FIELDS, *legacy, "foregroud", "\ud800", "n" * 3000)


@st.composite
def dicts(draw) -> dict:
    """Plausible requests with some values corrupted."""
    good = draw(st.sampled_from((likely, likely, {**legacy})))
    picture = "foreground" if good is likely else "input_fg"
    fields = {"enabled": True, picture: CUT_OUT, **draw(st.fixed_dictionaries({}, optional=good))}
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=2)):
        fields[name] = draw(wild)
    return fields


args = st.one_of(
    dicts().map(lambda fields: [fields]),
    dicts().map(lambda fields: [fields]),
    st.tuples(dicts(), st.lists(wild, max_size=2)).map(lambda both: [both[0], *both[1]]),
    st.lists(wild, max_size=len(FIELDS)).map(lambda values: [True, *values]),
    st.lists(wild, max_size=3),
)
BODY = {"prompt": "a ball", "steps": 1, "width": 64, "height": 64, "seed": 5, "cfg_scale": 1, "sampler_name": "Euler"}


def asks_for_it(values: list) -> bool:
    """Whether a request's args turn relighting on."""
    first = values[0] if values else None
    return (first.get("enabled") if isinstance(first, dict) else first) is True


def assert_short_client_error(answer) -> None:
    assert 400 <= answer.status_code < 500, answer.text[:3000]
    assert len(answer.content) <= LONGEST_ANSWER
    assert answer.json()["detail"]


def test_a_request_gets_the_picture_it_asks_for_or_a_short_reason(host, rembg):
    relit = []

    @TRIED
    @given(args, st.sampled_from(("txt2img", "img2img", "inpaint")))
    @example([{"enabled": True, "foreground": "\ud800"}], "txt2img")
    @example([{"enabled": True, "foreground": CUT_OUT, "matting_model": "\ud800"}], "txt2img")
    @example([{"enabled": True, "foreground": CUT_OUT, "model": "x" * 1_000_000}], "img2img")
    @example([False, "\ud800"], "txt2img")
    def tried(values, tab):
        body = {**BODY, "alwayson_scripts": {"IC Light": {"args": values}}}
        if tab != "txt2img":
            body |= {"init_images": [BRIGHT], "denoising_strength": 0.9}
        if tab == "inpaint":
            body |= {"mask": encoded(Image.new("L", (24, 16), 255)), "inpaint_full_res": False}
        answer = host.api.post(f"/sdapi/v1/{tab.replace('inpaint', 'img2img')}", content=json.dumps(body), headers=JSON)
        if answer.status_code != 200:
            assert_short_client_error(answer)
        elif asks_for_it(values):
            assert "IC Light mode: " in json.loads(answer.json()["info"])["infotexts"][0]
            assert answer.json()["images"]
            relit.append(values)

    tried()
    assert len(relit) > CASES / 10, "most requests are so wrong that little is tried"


def test_a_route_gets_its_picture_or_a_short_reason(host, rembg):
    sides = st.one_of(st.integers(1, 64), wild)
    maps = st.fixed_dictionaries(
        {"light": lights, "width": sides, "height": sides}, optional={"strength": some_numbers, "background": wild}
    )
    edges = {name: likely[name] for name in ("matting_model", "alpha_matting", "matte_shrink", "decontaminate")}
    cut_outs = st.fixed_dictionaries({"image": st.one_of(pictures, wild)}, optional={**edges, "matte_feather": wild})

    @TRIED
    @given(st.sampled_from(("light-map", "foreground")), st.one_of(maps, cut_outs, wild))
    @example("foreground", {"image": "\ud800"})
    @example("foreground", {"image": CUT_OUT, "matting_model": "x" * 1_000_000})
    def tried(path, body):
        answer = host.api.post(f"/ic-light/{path}", content=json.dumps(body), headers=JSON)
        if answer.status_code == 200:
            assert answer.headers["Content-Type"] == "image/png"
        else:
            assert_short_client_error(answer)

    tried()

"""Layers of a mix, which add up to it, as psd-tools and OpenEXR read them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import OpenEXR
import pytest
from light_sets import ball_set, doubled, gains_of
from psd_tools import PSDImage
from psd_tools.composite import composite
from psd_tools.constants import BlendMode, Resource
from refusals import reason_of
from samples import noise

from lib_iclight.files import exr, psd
from lib_iclight.picture.icc import linear_profile
from lib_iclight.picture.srgb import srgb_to_linear
from lib_iclight.studio import layers
from lib_iclight.studio.brightness import Brightness
from lib_iclight.studio.lamps import Lamp
from lib_iclight.studio.layers import write
from lib_iclight.studio.light_set import LightSet
from lib_iclight.studio.lit_surface import LitSurface
from lib_iclight.studio.mix import Fader, Mix, Turned
from lib_iclight.studio.mixing import Desk
from lib_iclight.studio.result import Result, result_of

WIDTH, HEIGHT = 40, 36


def gains() -> LightSet:
    """Gains of a subject with a soft rim, none of which makes it brighter than it is."""
    matte = np.repeat(np.linspace(-100, 400, WIDTH).clip(0, 255).astype(np.uint8)[None], HEIGHT, axis=0)
    photograph = noise(WIDTH, HEIGHT, seed=4)
    ends = {"left": (0.9, 0.1), "right": (0.1, 0.9), "ambient": (0.5, 0.6)}
    paintings = {
        name: (photograph * np.linspace(*each, WIDTH)[None, :, None]).astype(np.uint8) for name, each in ends.items()
    }
    return gains_of(photograph, paintings, matte)


GAINS, BALL = gains(), ball_set()
LARGE = replace(GAINS, full=doubled(GAINS, np.uint16))
# A hard light that is turned between those that were shot takes off some of theirs.
HARD, TURNED = ball_set(wrap=0.0), Mix({}, ambient=Fader(0.8), turned=Turned(45))
MIX = Mix({"left": Fader(0.7, "#ff8844")}, ambient=Fader(0.2), turned=Turned(30, Fader(0.1)), exposure=-0.5)


def result(light_set: LightSet, mix: Mix = MIX) -> Result:
    return result_of(light_set, "ball", mix, Desk(light_set).brightness)


def linear_of(pixels: np.ndarray) -> np.ndarray:
    return srgb_to_linear(pixels / np.iinfo(pixels.dtype).max)


def exr_of(path, made: Result) -> dict[str, np.ndarray]:
    """The layers ``[H, W, 3]`` by their names, "" for that of the result, and what has one channel."""
    write(path, made.layered, made.developed.picture)
    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = {name: channel.pixels.astype(float) for name, channel in file.channels().items()}
    found = {name: values for name, values in channels.items() if name == "matte.A"}
    for name in {name.rpartition(".")[0] for name in channels} - {"matte"}:
        prefix = f"{name}." if name else ""
        found[name] = np.stack([channels[f"{prefix}{channel}"] for channel in "RGB"], axis=-1)
    return found


@pytest.mark.parametrize("light_set", [GAINS, LARGE, BALL], ids=["run", "16 bits", "paintings"])
def test_in_exr_the_lights_that_are_on_add_up_to_the_result(tmp_path, light_set, monkeypatch):
    monkeypatch.setattr(exr, "_STRIP_PIXELS", 1000)
    made = result(light_set)
    found = exr_of(tmp_path / "a.exr", made)
    total = sum(values for name, values in found.items() if name.startswith("light."))
    picture = linear_of(made.developed.picture)
    np.testing.assert_allclose(total.clip(0, 1), picture, rtol=3e-3, atol=4e-3)
    np.testing.assert_allclose(found[""], picture, rtol=1e-3, atol=1e-6)


def test_in_exr_there_is_a_layer_for_each_light_with_photograph_and_matte(tmp_path):
    found = exr_of(tmp_path / "a.exr", result(BALL))
    assert {*found} == {
        *("", "light.left", "light.ambient", "light.turned", "off.right", "off.top", "off.bottom"),
        *("photograph", "matte.A"),
    }
    np.testing.assert_allclose(found["off.top"], BALL.lights[1].values * 2**-0.5, rtol=2e-3, atol=1e-6)
    np.testing.assert_allclose(found["photograph"], linear_of(BALL.photograph), rtol=1e-3)
    np.testing.assert_allclose(found["matte.A"], BALL.matte / 255, rtol=1e-3)
    left = BALL.lights[2].values * 0.7 * srgb_to_linear(np.array([255, 0x88, 0x44]) / 255) * 2**-0.5
    np.testing.assert_allclose(found["light.left"], left, rtol=2e-3, atol=1e-6)


def test_a_dot_in_a_lights_name_begins_no_layer(tmp_path):
    dotted = replace(BALL, lights=tuple(replace(shot, name=f"{shot.name}.1") for shot in BALL.lights))
    found = exr_of(tmp_path / "a.exr", result(dotted, Mix({"left.1": Fader()})))
    assert "light.left_1" in found


def test_lights_whose_names_differ_by_a_dot_alone_are_layers_each(tmp_path):
    names = ["a.b", "a_b", "c", "d"]
    alike = replace(BALL, lights=tuple(replace(shot, name=name) for shot, name in zip(BALL.lights, names)))
    found = exr_of(tmp_path / "a.exr", result(alike, Mix({name: Fader() for name in names})))
    added = sum(found[f"light.{name}"] for name in ("a_b", "a_b_", "c", "d"))
    np.testing.assert_allclose(added, sum(shot.values.astype(np.float32) for shot in alike.lights), atol=2e-3)


@pytest.mark.parametrize("light_set", [GAINS, LARGE, BALL, HARD], ids=["run", "16 bits", "paintings", "hard"])
def test_in_a_psd_linear_dodge_adds_the_lights_up_to_the_result(tmp_path, light_set):
    """As psd-tools lays the layers over each other, which follows Photoshop."""
    made = result(light_set, TURNED if light_set is HARD else MIX)
    write(tmp_path / "a.psd", made.layered, made.developed.picture)
    document = PSDImage.open(tmp_path / "a.psd")
    colour, _, _ = composite(document, force=True)
    picture = linear_of(made.developed.picture)
    np.testing.assert_allclose(colour, picture, atol=5e-3)
    np.testing.assert_allclose(document.numpy()[..., :3], picture, atol=1e-4)
    total = sum(made.layered.linear(layer, slice(None)) for layer in made.layered.layers if layer.is_on)
    np.testing.assert_allclose(colour, total.clip(0, 1), atol=1e-4)


def test_in_a_psd_a_layer_subtracts_what_a_turned_light_takes_off(tmp_path):
    made = result(HARD, TURNED)
    write(tmp_path / "a.psd", made.layered, made.developed.picture)
    taken = next(layer for layer in PSDImage.open(tmp_path / "a.psd") if layer.name == "turned, taken off")
    assert taken.blend_mode == BlendMode.SUBTRACT
    turned = made.layered.linear(made.layered.layers[-1], slice(None))
    assert turned.min() < -0.02
    np.testing.assert_allclose(taken.numpy("color"), (-turned).clip(0, 1), atol=1e-4)


def test_a_psd_is_of_linear_light_and_says_so(tmp_path):
    made = result(BALL)
    write(tmp_path / "a.psd", made.layered, made.developed.picture)
    document = PSDImage.open(tmp_path / "a.psd")
    assert document.depth == 16
    assert bytes(document.image_resources[Resource.ICC_PROFILE].data) == linear_profile()
    shown = {layer.name: layer.visible for layer in document}
    assert shown == {
        "Black": True,
        "right": False,
        "top": False,
        "left": True,
        "bottom": False,
        "ambient": True,
        "turned": True,
        "Photograph": False,
    }
    lights = [layer for layer in document if layer.name not in ("Black", "Photograph")]
    assert {layer.blend_mode for layer in lights} == {BlendMode.LINEAR_DODGE}
    photograph = next(layer for layer in document if layer.name == "Photograph")
    np.testing.assert_allclose(photograph.numpy("color"), linear_of(BALL.photograph), atol=1e-4)
    np.testing.assert_allclose(photograph.numpy("mask")[..., 0], BALL.matte / 255, atol=1e-6)


def test_solo_and_mute_decide_which_lights_are_on():
    mix = Mix({"left": Fader(muted=True), "top": Fader(solo=True), "right": Fader()}, ambient=Fader())
    on = [layer.name for layer in result(BALL, mix).layered.layers if layer.is_on]
    assert on == ["top"]


def test_each_lamp_is_a_layer_and_all_add_up(tmp_path):
    lamps = (Lamp(0.2, 0.1, fader=Fader(0.4)), Lamp(1, 1, fader=Fader(0)), Lamp(0.5, 0.5, 0.3, fader=Fader(0.2)))
    found = exr_of(tmp_path / "a.exr", result(BALL, replace(MIX, lamps=lamps)))
    assert sorted(name for name in found if "lamp" in name) == ["light.lamp 1", "light.lamp 3"]
    total = sum(values for name, values in found.items() if name.startswith("light."))
    np.testing.assert_allclose(total.clip(0, 1), found[""], atol=0.006)


def test_what_a_psd_cannot_hold_is_refused_with_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(psd, "LONGEST_SIDE", 10)
    made = result(BALL)
    assert "Choose exr." in reason_of(write, tmp_path / "a.psd", made.layered, made.developed.picture)
    assert [*tmp_path.iterdir()] == []


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(layers.packages, "absent", lambda kinds: ["psd-tools"] if "psd" in kinds else [])
    assert layers.offered() == ["exr"]
    assert "psd-tools" in reason_of(layers.check, ("psd", "exr"))
    layers.check(("exr",))


def test_the_automatic_exposure_is_the_one_that_is_given():
    mix = Mix({"left": Fader()}, exposure=None)
    dark = Brightness(np.ones((5, 3)), 0.25, LitSurface(BALL))
    made = result_of(BALL, "ball", mix, dark)
    desk = Desk(BALL, dark)
    np.testing.assert_array_equal(made.developed.picture, desk.picture(desk.factors(mix)))
    assert desk.factors(mix).max() == pytest.approx(0.25)

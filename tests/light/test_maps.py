"""Light maps equal the demos', byte for byte."""

from __future__ import annotations

import numpy as np
import pytest

from lib_iclight.errors import ICLightError
from lib_iclight.light import maps
from lib_iclight.light.colour import linear_from_hex, linear_from_kelvin
from lib_iclight.light.description import Directional, Light, LightDescription, parse
from lib_iclight.picture.srgb import linear_to_srgb, srgb_to_linear

SIZES = [(512, 640), (328, 200), (1, 1), (7, 3), (3, 7), (257, 129)]
FC = {"left": (255, 0), "right": (0, 255), "top": (255, 0), "bottom": (0, 255)}
FBC = {"left": (224, 32), "right": (32, 224), "top": (224, 32), "bottom": (32, 224)}


def reference(light: str, ends: tuple[int, int], width: int, height: int) -> np.ndarray:
    """How the demos draw a gradient."""
    if light in ("left", "right"):
        plane = np.tile(np.linspace(*ends, width), (height, 1))
    else:
        plane = np.tile(np.linspace(*ends, height)[:, None], (1, width))
    return np.stack((plane,) * 3, axis=-1).astype(np.uint8)


def drawn(light: str, width: int, height: int, background: bool = False) -> np.ndarray:
    return maps.render(maps.preset(light, background), width, height)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("light", FC)
def test_fc_maps_are_the_references(light, size):
    np.testing.assert_array_equal(drawn(light, *size), reference(light, FC[light], *size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("light", FBC)
def test_fbc_backgrounds_are_the_references(light, size):
    np.testing.assert_array_equal(drawn(light, *size, background=True), reference(light, FBC[light], *size))


def test_ambient_is_flat():
    assert np.unique(drawn("ambient", 5, 3)).tolist() == [127]
    assert np.unique(drawn("ambient", 5, 3, background=True)).tolist() == [64]


def test_a_description_of_a_named_light_is_the_named_light():
    for light in maps.DRAWN:
        for background in (False, True):
            described = parse(maps.preset(light, background).to_json())
            expected = maps.render(maps.preset(light, background), 31, 20)
            np.testing.assert_array_equal(maps.render(described, 31, 20), expected)


def test_front_light_in_numbers():
    pixels = drawn("front", 5, 3)
    assert pixels[1, :, 0].tolist() == [127, 191, 255, 191, 127]
    assert drawn("front", 5, 3, background=True)[1, :, 0].tolist() == [128, 176, 224, 176, 128]


def test_left_light_in_numbers():
    assert drawn("left", 4, 1)[0, :, 0].tolist() == [255, 170, 85, 0]


@pytest.mark.parametrize("light", ["none", "custom", "Left", "north"])
def test_a_light_without_a_gradient_is_refused_with_the_choices(light):
    with pytest.raises(ICLightError, match=rf"no light named '{light}'.*left, right, top"):
        drawn(light, 8, 8)


@pytest.mark.parametrize(
    ("strength", "expected"), [(0, [127, 127, 127]), (0.5, [64, 127, 191]), (1, [0, 127, 255]), (3, [0, 127, 255])]
)
def test_contrast_scales_the_distance_from_grey(strength, expected):
    pixels = np.repeat(np.array([[0, 127, 255]], np.uint8)[..., None], 3, axis=2)
    assert maps.with_contrast(pixels, strength)[0, :, 0].tolist() == expected


# Descriptions


def described(*of_lights: dict, **more) -> LightDescription:
    return parse({"version": 1, "lights": list(of_lights), **more})


def falloff(light: Light, width: int, height: int) -> np.ndarray:
    """The documented falloff in linear light, word for word: float64 ``[H, W]``."""
    i, j = np.meshgrid(np.arange(width), np.arange(height))
    if isinstance(light, Directional):
        angle = np.radians(light.angle)
        along = i * np.cos(angle) - j * np.sin(angle)
        span = np.ptp(along)
        n = (along - along.min()) / span if span else np.ones_like(along)
        return srgb_to_linear(np.clip((n - 0.5) / light.softness + 0.5, 0, 1))
    distance = np.hypot(i - light.x * (width - 1), j - light.y * (height - 1)) / max(width - 1, height - 1, 1)
    return srgb_to_linear(np.clip(1 - distance / (2 * light.softness), 0, 1))


def exact(description: LightDescription, width: int, height: int) -> np.ndarray:
    """The documented formulae, word for word, in float64."""
    base = srgb_to_linear(description.ambient) * linear_from_hex(description.ambient_colour)
    linear = np.zeros((height, width, 3)) + base
    for light in description.lights:
        hue = linear_from_hex(light.colour) if light.kelvin is None else linear_from_kelvin(light.kelvin)
        linear += light.strength * falloff(light, width, height)[..., None] * hue
    shown = linear / np.maximum(linear.max(axis=2, keepdims=True), 1)
    low, high = description.range
    return np.floor(low + (high - low) * linear_to_srgb(shown) + 1e-6).astype(int)


def random_description(rng: np.random.Generator) -> LightDescription:
    def light() -> dict:
        place = {"angle": rng.uniform(0, 360)} if rng.random() < 0.5 else {"x": rng.uniform(-1, 2), "y": rng.random()}
        colour = {"kelvin": rng.uniform(1500, 15000)} if rng.random() < 0.5 else {"colour": f"#{rng.bytes(3).hex()}"}
        softness = {"softness": float(rng.choice([0.02, 0.1, 0.5, 1]))} if rng.random() < 0.8 else {}
        return {**place, **colour, **softness, "strength": float(rng.choice([0.1, 1, 1, 4]))}

    ambient = {"level": rng.uniform(0, 0.6), "colour": f"#{rng.bytes(3).hex()}"} if rng.random() < 0.5 else {}
    low, high = sorted(rng.uniform(0, 255, 2))
    return described(*[light() for _ in range(rng.integers(1, 9))], ambient=ambient, range=[low, high])


@pytest.mark.parametrize("seed", range(60))
def test_any_description_is_what_the_formulae_say_within_one_level(seed):
    rng = np.random.default_rng(seed)
    description, size = random_description(rng), rng.integers(1, 300, 2)
    pixels = maps.render(description, *size.tolist())
    assert pixels.dtype == np.uint8
    assert np.abs(pixels - exact(description, *size.tolist())).max() <= 1


@pytest.mark.parametrize("size", [(40, 24), (33, 57), (128, 128)])
@pytest.mark.parametrize("angle", [0, 10, 45, 77.7, 123.4, 300])
@pytest.mark.parametrize("more", [{}, {"softness": 0.3}, {"colour": "#ff8800", "strength": 1.5}], ids=str)
def test_a_light_a_right_angle_on_gives_the_turned_map(angle, more, size):
    width, height = size
    turned = maps.render(described({"angle": angle + 90, **more}), height, width)
    np.testing.assert_array_equal(turned, np.rot90(maps.render(described({"angle": angle, **more}), width, height)))


def test_a_turned_place_gives_the_turned_map():
    here, there = ({"x": x, "y": y, "colour": "#80ff40"} for x, y in ((0.2, 0.9), (0.9, 0.8)))
    np.testing.assert_array_equal(maps.render(described(there), 24, 40), np.rot90(maps.render(described(here), 40, 24)))


def test_a_mirrored_description_gives_the_mirrored_map():
    here = described({"angle": 30, "kelvin": 3000}, {"x": 0.2, "y": -0.5}, {"angle": 250, "softness": 0.1})
    there = described({"angle": 150, "kelvin": 3000}, {"x": 0.8, "y": -0.5}, {"angle": 290, "softness": 0.1})
    mirrored = maps.render(here, 51, 40)[:, ::-1].astype(int)
    assert np.abs(maps.render(there, 51, 40) - mirrored).max() <= 1


SUMMED = [{"angle": 20, "strength": 0.5, "colour": "#ff8040"}, {"x": 0.3, "y": 1.2, "softness": 0.9, "kelvin": 9000}]


@pytest.mark.parametrize("ambient", [0, 0.3])
def test_two_lights_are_the_linear_sum_of_each(ambient):
    both = maps.render(described(*SUMMED, ambient={"level": ambient}), 60, 45)
    linear = sum(srgb_to_linear(maps.render(described(light), 60, 45) / 255) for light in SUMMED)
    linear += srgb_to_linear(ambient)
    expected = 255 * linear_to_srgb(linear / np.maximum(linear.max(axis=2, keepdims=True), 1))
    # Each map was cut to whole levels, which counts most where it is dark.
    assert np.abs(both - expected).max() <= 3
    assert np.abs(both - expected).mean() < 1


def test_the_order_of_lights_does_not_matter():
    np.testing.assert_array_equal(
        maps.render(described(*SUMMED), 30, 20), maps.render(described(*SUMMED[::-1]), 30, 20)
    )


def test_too_much_light_is_white_and_never_wraps_around():
    blinding = described(*[{"angle": 0, "strength": 4}, {"x": 0.5, "y": 0.5, "strength": 4}] * 4)
    assert maps.render(blinding, 16, 16)[8, 8].tolist() == [255, 255, 255]
    assert (np.diff(maps.render(blinding, 16, 1)[0, :8, 0].astype(int)) >= 0).all()


@pytest.mark.parametrize("colour", ["#ff8800", "#0066ff", "#c04060", 2000.0], ids=str)
@pytest.mark.parametrize("place", [{"angle": 33}, {"x": 0.3, "y": 0.4}], ids=str)
def test_a_strong_coloured_light_keeps_its_hue_and_is_as_bright_as_its_colour_can_be(place, colour):
    shade = {"kelvin": colour} if isinstance(colour, float) else {"colour": colour}
    usual, strong = (
        srgb_to_linear(maps.render(described({**place, **shade, "strength": strength}), 64, 48) / 255)
        for strength in (1, 4)
    )
    bright = strong[strong.max(axis=2) > 0.2]
    shares = bright / bright.sum(axis=1, keepdims=True)
    expected = usual[np.unravel_index(usual.sum(axis=2).argmax(), (48, 64))]
    np.testing.assert_allclose(shares, np.broadcast_to(expected / expected.sum(), shares.shape), atol=0.02)
    assert strong.max() == 1
    assert strong.mean() > 1.5 * usual.mean()


def test_strong_grey_lights_are_clipped():
    grey = described({"angle": 33, "colour": "#b0b0b0", "strength": 4}, {"x": 0.2, "y": 0.9, "strength": 2})
    levels = [light.strength * linear_from_hex(light.colour)[0] for light in grey.lights]
    linear = sum(level * falloff(light, 50, 40) for level, light in zip(levels, grey.lights, strict=True))
    expected = 255 * linear_to_srgb(np.minimum(linear, 1))
    assert np.abs(maps.render(grey, 50, 40) - expected[..., None]).max() <= 1


def test_a_soft_light_has_a_soft_edge_and_a_hard_one_a_hard_edge():
    soft, hard = (maps.render(described({"angle": 0, "softness": s}), 101, 1)[0, :, 0] for s in (0.5, 0.02))
    assert (soft[:25] == 0).all()
    assert (soft[76:] == 255).all()
    assert len(np.unique(soft)) > 45
    assert len(np.unique(hard)) <= 4


def test_a_coloured_ambient_is_flat_in_its_colour():
    pixels = maps.render(described(ambient={"level": 1, "colour": "#ff8020"}), 4, 3)
    assert np.unique(pixels.reshape(-1, 3), axis=0).tolist() == [[255, 128, 32]]


def test_a_light_from_an_angle_has_the_range_of_the_named_lights():
    for background in (False, True):
        assert maps.directional(-180, background) == maps.preset("left", background)

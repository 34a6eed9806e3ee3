"""Light maps are the demos' own, to the byte."""

from __future__ import annotations

import numpy as np
import pytest

from lib_iclight import lights
from lib_iclight.errors import ICLightError

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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("light", FC)
def test_fc_maps_are_the_references(light, size):
    np.testing.assert_array_equal(lights.light_map(light, *size), reference(light, FC[light], *size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("light", FBC)
def test_fbc_backgrounds_are_the_references(light, size):
    np.testing.assert_array_equal(lights.light_background(light, *size), reference(light, FBC[light], *size))


def test_ambient_is_flat():
    assert np.unique(lights.light_map("ambient", 5, 3)).tolist() == [127]
    assert np.unique(lights.light_background("ambient", 5, 3)).tolist() == [64]


def test_left_light_in_numbers():
    assert lights.light_map("left", 4, 1)[0, :, 0].tolist() == [255, 170, 85, 0]


@pytest.mark.parametrize("light", ["none", "custom", "Left", "north"])
def test_a_light_without_a_gradient_is_refused_with_the_choices(light):
    with pytest.raises(ICLightError, match=rf"no light named '{light}'.*left, right, top"):
        lights.light_map(light, 8, 8)


@pytest.mark.parametrize(
    ("strength", "expected"), [(0, [127, 127, 127]), (0.5, [64, 127, 191]), (1, [0, 127, 255]), (3, [0, 127, 255])]
)
def test_contrast_scales_the_distance_from_grey(strength, expected):
    pixels = np.repeat(np.array([[0, 127, 255]], np.uint8)[..., None], 3, axis=2)
    assert lights.with_contrast(pixels, strength)[0, :, 0].tolist() == expected

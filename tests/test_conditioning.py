"""From pixels to latents: the reference's range, each picture encoded once, light inside the mask."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from caches import latent_cache
from samples import noise

from lib_iclight.conditioning import LazyImage, inside_mask, paste_subject, scale_contrast, to_host_range


def test_the_hosts_encoder_sees_the_references_range():
    values = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    seen = 2 * to_host_range(values) - 1
    expected = torch.from_numpy(values).float() / 127 - 1
    torch.testing.assert_close(seen[0], expected, rtol=0, atol=2e-7)


def test_grey_127_is_exactly_nothing():
    seen = 2 * to_host_range(np.full((2, 2, 3), 127, np.uint8)) - 1
    assert torch.count_nonzero(seen) == 0


def test_pixels_go_to_the_host_as_a_float_batch_of_one():
    pixels = to_host_range(noise(16, 8))
    assert (pixels.shape, pixels.dtype) == ((1, 8, 16, 3), torch.float32)


def encode(pixels: torch.Tensor) -> torch.Tensor:
    """A stand-in for a VAE: the mean of each 8 x 8 square, four channels."""
    means = torch.nn.functional.avg_pool2d(pixels.movedim(-1, 1), 8)
    return torch.cat([means, means[:, :1]], dim=1)


def layer(key: str, value: int) -> LazyImage:
    return LazyImage(key, lambda width, height: np.full((height, width, 3), value, np.uint8))


@pytest.fixture
def cache():
    return latent_cache()


class Counting:
    """An encoder that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return encode(pixels)


@pytest.fixture
def counting():
    return Counting()


def test_the_same_picture_is_encoded_and_drawn_once(cache, counting):
    drawn = []

    def draw(width, height):
        drawn.append((width, height))
        return np.zeros((height, width, 3), np.uint8)

    first = cache.latent(LazyImage("a", draw), 64, 32, "vae", counting)
    again = cache.latent(LazyImage("a", draw), 64, 32, "vae", counting)
    assert first is again
    assert drawn == [(64, 32)]
    assert counting.calls == 1


@pytest.mark.parametrize(
    "other", [("b", 64, 32, "vae"), ("a", 32, 64, "vae"), ("a", 64, 64, "vae"), ("a", 64, 32, "another vae")]
)
def test_another_picture_size_or_vae_is_encoded_anew(cache, counting, other):
    cache.latent(layer("a", 1), 64, 32, "vae", counting)
    key, width, height, vae = other
    latent = cache.latent(layer(key, 1), width, height, vae, counting)
    assert latent.shape == (1, 4, height // 8, width // 8)
    assert counting.calls == 2


def test_going_back_and_forth_between_two_passes_encodes_each_size_once(cache, counting):
    for width in (64, 96, 96, 64, 96, 96):
        cache.latent(layer("a", 1), width, width, "vae", counting)
    assert counting.calls == 2


def test_a_stack_has_foreground_first_then_background(cache):
    stacked = cache.stack([layer("fg", 254), layer("bg", 0)], 16, 8, "vae", encode)
    assert stacked.shape == (1, 8, 1, 2)
    assert stacked[0, :, 0, 0].tolist() == [1, 1, 1, 1, 0, 0, 0, 0]


def test_reinforcing_pastes_the_subject_where_its_matte_is():
    light, subject = np.full((1, 3, 3), 200, np.uint8), np.full((1, 3, 3), 50, np.uint8)
    matte = np.array([[0, 255, 255]], np.uint8)
    assert paste_subject(light, subject, matte, 1.0)[0, :, 0].tolist() == [200, 50, 50]
    assert paste_subject(light, subject, matte, 0.0)[0, :, 0].tolist() == [200, 200, 200]


def test_reinforcing_by_half_mixes():
    light, subject = np.full((1, 1, 3), 200, np.uint8), np.full((1, 1, 3), 100, np.uint8)
    assert paste_subject(light, subject, np.full((1, 1), 255, np.uint8), 0.5)[0, 0, 0] == pytest.approx(150, abs=1)


@pytest.mark.parametrize(("strength", "expected"), [(0, [1, 1]), (0.5, [2, 0.5]), (1, [3, 0]), (2, [5, -1])])
def test_the_strength_scales_latents_about_those_of_grey(strength, expected):
    start = torch.tensor([3.0, 0.0]).reshape(2, 1, 1, 1).expand(2, 4, 2, 2)
    scaled = scale_contrast(torch.ones(1, 4, 2, 2), start, strength)
    assert scaled.shape == (2, 4, 2, 2)
    assert scaled[:, 0, 0, 0].tolist() == expected


def test_inpainting_starts_from_the_light_inside_the_mask_only():
    start, latents = torch.full((1, 4, 2, 2), 5.0), torch.full((2, 4, 2, 2), 1.0)
    mask = torch.tensor([[1.0, 0.0], [0.5, 0.0]])
    result = inside_mask(start, latents, mask)
    assert result.shape == (2, 4, 2, 2)
    assert result[1, 3].tolist() == [[5, 1], [3, 1]]


def test_without_a_mask_the_light_is_everywhere_and_may_be_changed():
    start = torch.full((1, 4, 2, 2), 5.0)
    result = inside_mask(start, torch.zeros(2, 4, 2, 2), None)
    assert (result == 5).all()
    result += 1
    assert (start == 5).all()


def test_starting_latents_take_the_dtype_of_the_pictures():
    latents = torch.zeros(1, 4, 2, 2, dtype=torch.float16)
    assert inside_mask(torch.ones(1, 4, 2, 2), latents, torch.ones(1, 1, 2, 2)).dtype == torch.float16

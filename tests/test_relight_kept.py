"""What the pipeline caches between runs, and what it does to finished pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from caches import relight_pipeline, shared_cache
from PIL import Image
from samples import encoded, no_remover, noise, plain

from lib_iclight.conditioning import LazyImage
from lib_iclight.light import description, maps
from lib_iclight.picture import scaling
from lib_iclight.relight import Plan, RelightPipeline, condition_layers, finish, start_layer
from lib_iclight.request import Request
from lib_iclight.subject.placement import Placement
from lib_iclight.subject.prepare import Framing

LAMP = description.parse({"version": 1, "lights": [{"x": 0.2, "y": 0.1, "kelvin": 3000}, {"angle": 30}]})
FOREGROUND, BACKGROUND, MAP, INIT = (200, 0, 0), (0, 200, 0), (0, 0, 200), (90, 60, 30)


def encodes(pipeline: RelightPipeline, drawn: Plan, width: int = 16) -> int:
    """Encode everything that a run needs; returns the number of encoded pictures."""
    encoded_pictures = []

    def encode(pixels):
        encoded_pictures.append(pixels)
        return torch.zeros(1, 4, 2, 2)

    for subject in drawn.subjects:
        layers = [*condition_layers(drawn, subject), start_layer(drawn, subject)]
        for layer in filter(None, layers):
            pipeline.latents.latent(layer, width, 16, "vae", encode)
    return len(encoded_pictures)


WANTED = {"foreground": encoded(plain(FOREGROUND)), "light": "left", "reinforce_foreground": 0.5}


def test_the_same_request_again_encodes_nothing(pipeline, plan):
    assert encodes(pipeline, plan(**WANTED)) == 2
    assert encodes(pipeline, plan(**WANTED)) == 0


def test_pictures_subjects_and_latents_are_kept_in_the_one_cache_that_is_given():
    cache = shared_cache()
    pipeline, used = relight_pipeline(cache), []
    picture = pipeline.pictures.picture(WANTED["foreground"], "foreground")
    used.append(cache._used)
    subject = pipeline.subject(Request(remove_background=False), picture, no_remover)
    used.append(cache._used)
    pipeline.latents.latent(LazyImage("a", subject.pixels), 16, 16, "vae", lambda pixels: torch.zeros(1, 4, 2, 2))
    used.append(cache._used)
    assert 0 < used[0] <= used[1] < used[2]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"light": "right"}, 1),
        ({"reinforce_foreground": 0.75}, 1),
        ({"light": "custom", "light_map": encoded(plain(MAP))}, 1),
        ({"light": LAMP}, 1),
        ({"light": maps.preset("left")}, 0),
        ({"placement": "contain"}, 2),
        ({"placement": Placement(2.0)}, 2),
        ({"foreground": encoded(plain(INIT))}, 2),
        ({"light_strength": 2.0}, 0),
        ({"restore_details": 1.0}, 0),
        ({"mode": "fbc", "light": "left"}, 1),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else str(value),
)
def test_a_change_encodes_just_what_it_changes(pipeline, plan, change, number):
    encodes(pipeline, plan(**WANTED))
    assert encodes(pipeline, plan(**(WANTED | change))) == number


@pytest.mark.parametrize(
    "change",
    [{"light_strength": 2.0}, {"light": "right"}, {"light": LAMP}, {"background": encoded(plain(BACKGROUND))}],
    ids=str,
)
def test_fbc_encodes_another_background_for_another_choice(pipeline, plan, change):
    wanted = WANTED | {"mode": "fbc"}
    encodes(pipeline, plan(**wanted))
    assert encodes(pipeline, plan(**(wanted | change))) == 1


def test_flipping_encodes_the_background_anew(pipeline, plan):
    wanted = WANTED | {"mode": "fbc", "background": encoded(Image.fromarray(noise(8, 8)))}
    encodes(pipeline, plan(**wanted))
    assert encodes(pipeline, plan(**wanted, flip_background=True)) == 1


def test_another_description_encodes_another_map(pipeline, plan):
    encodes(pipeline, plan(**(WANTED | {"light": LAMP})))
    assert encodes(pipeline, plan(**(WANTED | {"light": LAMP}))) == 0
    assert encodes(pipeline, plan(**(WANTED | {"light": replace(LAMP, ambient=0.5)}))) == 1


def test_another_framing_encodes_the_subject_anew(pipeline, plan):
    drawn = plan(init=[plain(INIT)])
    encodes(pipeline, drawn)
    stretched = tuple(subject.framed(Framing("stretch")) for subject in drawn.subjects)
    assert encodes(pipeline, replace(drawn, subjects=stretched)) == 1


# Finishing


def finished(drawn: Plan, pixels: np.ndarray, index: int = 0) -> np.ndarray:
    return finish(drawn, drawn.subjects[index], pixels).picture


def test_without_details_and_colours_the_result_is_left_alone(plan):
    pixels = noise(16, 16)
    assert finished(plan(foreground=plain(FOREGROUND)), pixels) is pixels


def test_keeping_colours_uses_the_subjects_own(plan):
    drawn = plan(init=[plain((150, 150, 150), 64, 64), plain((170, 140, 130), 64, 64)], keep_colours=1.0)
    relit = np.broadcast_to(np.array([120, 130, 170], np.uint8), (64, 64, 3))
    grey, coloured = [int(np.ptp(finished(drawn, relit, index)[32, 32].astype(int))) for index in range(2)]
    assert grey <= 1
    assert coloured > 20


def test_restoring_details_uses_the_crop_that_conditioned_the_run(plan):
    pixels = noise(96, 64)
    drawn = plan(foreground=Image.fromarray(pixels), restore_details=1.0, details_radius=16.0)
    flat = np.full((48, 48, 3), 127, np.uint8)
    restored = finished(drawn, flat).astype(float)
    crop = scaling.cover_crop(pixels, 48, 48).astype(float)
    assert np.corrcoef(restored.ravel(), crop.ravel())[0, 1] > 0.6


def test_a_photograph_is_the_subject_in_the_light_and_not_what_was_painted(plan):
    pixels = noise(96, 64)
    drawn = plan(foreground=Image.fromarray(pixels), result="photograph", restore_details=1.0, keep_colours=1.0)
    crop = scaling.cover_crop(pixels, 48, 48)
    np.testing.assert_array_equal(finished(drawn, crop), crop)
    dark = np.full((48, 48, 3), 20, np.uint8)
    relit = finished(drawn, dark).astype(float)
    assert relit.mean() < 0.5 * crop.mean()
    assert np.corrcoef(relit.ravel(), crop.ravel())[0, 1] > 0.8


def test_no_strength_leaves_the_photograph_as_it_is(plan):
    pixels = noise(48, 48)
    drawn = plan(foreground=Image.fromarray(pixels), result="photograph", photograph_strength=0.0)
    np.testing.assert_array_equal(finished(drawn, noise(48, 48, seed=4)), pixels)

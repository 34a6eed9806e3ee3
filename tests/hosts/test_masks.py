"""img2img's mask as a light map, detached from a processing object for one run."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from lib_iclight.hosts import masks
from lib_iclight.picture.opening import MAX_PIXELS

GREY = np.array([[0, 100, 255]], np.uint8)


def processing(mask, **more) -> SimpleNamespace:
    """A processing object with a mask; blur and inversion are off unless a test says so."""
    return SimpleNamespace(
        **{"image_mask": mask, "inpainting_mask_invert": 0, "mask_blur_x": 0, "mask_blur_y": 0, **more}
    )


def light(mask, **more) -> list[int] | None:
    found = masks.as_light(processing(mask, **more), MAX_PIXELS)
    return None if found is None else np.asarray(found)[0].tolist()


def with_alpha(mode: str) -> Image.Image:
    image = Image.new(mode, (3, 1))
    image.putalpha(Image.fromarray(GREY))
    return image


@pytest.mark.parametrize(
    "mask",
    [
        Image.fromarray(GREY),
        Image.fromarray(GREY).convert("RGB"),
        Image.fromarray(GREY).convert("RGBA"),
        with_alpha("RGBA"),
        with_alpha("LA"),
    ],
    ids=["grey", "RGB", "opaque RGBA", "painted transparency", "grey transparency"],
)
def test_what_is_painted_is_light_with_its_greys(mask):
    assert light(mask) == [0, 100, 255]


def test_a_mask_of_what_is_not_masked_is_turned_round():
    assert light(Image.fromarray(GREY), inpainting_mask_invert=1) == [255, 155, 0]


def test_the_hosts_blur_softens_the_light():
    edge = Image.fromarray(np.repeat(np.array([[0, 255]], np.uint8), 20, axis=1))
    blurred = light(edge, mask_blur_x=4, mask_blur_y=4)
    assert len(set(blurred)) > 8
    assert (blurred[0], blurred[-1]) == (0, 255)


@pytest.mark.parametrize(
    ("mask", "inverted"),
    [(None, 0), (Image.new("L", (4, 4), 0), 0), (Image.new("L", (4, 4), 255), 1)],
    ids=["none", "nothing painted", "all painted and turned round"],
)
def test_nothing_painted_is_no_mask(mask, inverted):
    assert light(mask, inpainting_mask_invert=inverted) is None


def test_a_processing_object_of_txt2img_has_none():
    assert masks.as_light(SimpleNamespace(), MAX_PIXELS) is None


def test_the_mask_is_off_for_the_run_and_comes_back():
    mask = Image.fromarray(GREY)
    p = processing(mask)
    taken = masks.detach(p)
    assert p.image_mask is None
    for _ in range(2):
        masks.restore(p, taken)
        assert p.image_mask is mask


def test_without_a_detached_mask_nothing_is_restored():
    p = processing(None)
    masks.restore(p, None)
    assert p.image_mask is None


def test_a_mask_that_was_set_since_stays():
    p, other = processing(Image.fromarray(GREY)), Image.new("L", (1, 1), 255)
    taken = masks.detach(p)
    p.image_mask = other
    masks.restore(p, taken)
    assert p.image_mask is other

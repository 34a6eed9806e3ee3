"""Each way of breaking the product on purpose brings a score below its bar: the bars guard the plumbing.

The first 2 held-out scenes of 256 px. Whole, the product meets these bars: see `test_relighting.py`.
"""

from __future__ import annotations

import pytest

from small_model.quality import broken, measures
from small_model.quality.heldout import SIDES
from small_model.quality.report import BARS


def four(relight, held):
    return {side: relight(held, [angle] * len(held.masks)) for side, angle in SIDES.items()}


def outline_is_kept(made, held):
    return BARS["fbc: silhouette IoU"].met(float(measures.silhouette(made, held).mean()))


def test_a_flipped_gradient_lights_the_wrong_side(product, few):
    with broken.flipped_gradient():
        made = product.fc(few, [SIDES["left"]] * len(few.masks))
    bright = float(measures.lit_half(made, few, SIDES["left"]).mean())
    assert not BARS["fc left: half towards the light brighter"].met(bright)


@pytest.mark.parametrize("broken_by", [broken.swapped_layers, broken.black_for_grey, broken.no_offsets])
def test_swapped_layers_black_for_grey_or_no_offsets_lose_the_outline_and_the_normals(product, few, broken_by):
    with broken_by():
        made = four(product.fbc, few)
    assert not outline_is_kept(made, few)
    assert not BARS["fbc: normals from four relights, degrees"].met(float(measures.normal_error(made, few).mean()))


def test_what_was_broken_is_whole_again(product, few):
    asked = [SIDES["top"]] * len(few.masks)
    before = product.fc(few, asked)
    with broken.flipped_gradient(), broken.no_offsets():
        assert not (product.fc(few, asked) == before).all()
    assert (product.fc(few, asked) == before).all()

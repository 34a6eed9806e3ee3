"""Each way of breaking the product on purpose brings a score below its bar: the bars guard the plumbing.

The first 6 held-out scenes of 256 px.
"""

from __future__ import annotations

from workbench.quality import broken, measures
from workbench.quality.heldout import SIDES
from workbench.quality.report import BARS


def side_share(pictures, held, side):
    return float(measures.towards(measures.light_angles(pictures, held), SIDES[side]).mean())


def four(relight, held):
    return {side: relight(held, [angle] * len(held.masks)) for side, angle in SIDES.items()}


def test_a_flipped_gradient_lights_the_wrong_side(product, few):
    with broken.flipped_gradient():
        made = product.fc(few, [SIDES["left"]] * len(few.masks))
    assert not BARS["fc left: lit from the asked side"].met(side_share(made, few, "left"))


def test_swapped_subject_and_background_lose_the_subject(product, few):
    with broken.swapped_layers():
        made = product.fbc(few, [SIDES["left"]] * len(few.masks))
    assert not BARS["fbc left: lit from the background's side"].met(side_share(made, few, "left"))


def test_black_in_place_of_grey_loses_the_outline(product, few):
    with broken.black_for_grey():
        made = four(product.fc, few)
    assert not BARS["fc: silhouette IoU"].met(float(measures.silhouette(made, few).mean()))


def test_without_offsets_the_subject_is_not_there(product, few):
    with broken.no_offsets():
        made = four(product.fc, few)
    assert not BARS["fc: silhouette IoU"].met(float(measures.silhouette(made, few).mean()))
    assert not BARS["fc: normals from four relights, degrees"].met(float(measures.normal_error(made, few).mean()))


def test_what_was_broken_is_whole_again(product, few):
    asked = [SIDES["top"]] * len(few.masks)
    before = product.fc(few, asked)
    with broken.flipped_gradient(), broken.no_offsets():
        assert not (product.fc(few, asked) == before).all()
    assert (product.fc(few, asked) == before).all()

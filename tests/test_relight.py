"""The plan of a run: the role of each picture, for every combination of choices."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from PIL import Image
from samples import left_half, noise, plain

from lib_iclight.errors import ICLightError
from lib_iclight.light import description, maps
from lib_iclight.light.maps import LIGHTS
from lib_iclight.picture import arrays, scaling
from lib_iclight.relight import Plan, condition_layers, start_layer
from lib_iclight.request import MODES

FOREGROUND, BACKGROUND, MAP, INIT, MASK = (200, 0, 0), (0, 200, 0), (0, 0, 200), (90, 60, 30), (70, 70, 70)
NAMES = {FOREGROUND: "foreground", BACKGROUND: "background", MAP: "map", INIT: "init", MASK: "mask"}


def colour(picture: arrays.Picture | None) -> str | None:
    return None if picture is None else NAMES[tuple(picture.rgb[0, 0].tolist())]


@dataclass(frozen=True)
class Case:
    """A combination of choices: the tab, the settings, the slots with a picture."""

    img2img: bool = False
    mode: str = "fc"
    light: str = "none"
    foreground: bool = True
    background: bool = False
    map: bool = False
    reinforced: bool = False
    mask: bool = False

    def draw_up(self, plan) -> Plan:
        return plan(
            init=[plain(INIT)] if self.img2img else None,
            mode=self.mode,
            light=self.light,
            foreground=plain(FOREGROUND) if self.foreground else None,
            background=plain(BACKGROUND) if self.background else None,
            light_map=plain(MAP) if self.map else None,
            reinforce_foreground=1.0 if self.reinforced else 0.0,
            mask=plain(MASK) if self.mask else None,
        )


def parts(plan: Plan) -> tuple:
    """Subject, light, light map, background, and whether the sampler starts from our latents."""
    return (
        colour(plan.subjects[0].picture),
        plan.light,
        colour(plan.map),
        colour(plan.background),
        plan.has_start,
    )


LAMP = description.parse({"version": 1, "lights": [{"x": 0.2, "y": 0.1, "kelvin": 3000}, {"angle": 30}]})
IMG2IMG = Case(img2img=True, foreground=False)
BOTH = Case(img2img=True)
FBC = Case(mode="fbc")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (Case(), ("foreground", "none", None, None, False)),
        (Case(light="left"), ("foreground", "left", None, None, True)),
        (Case(light="custom", map=True), ("foreground", "custom", "map", None, True)),
        (Case(light="left", map=True), ("foreground", "left", None, None, True)),
        (Case(background=True), ("foreground", "none", None, None, False)),
        (Case(reinforced=True), ("foreground", "none", None, None, True)),
        (Case(mode="fcon", light="top"), ("foreground", "top", None, None, True)),
        (IMG2IMG, ("init", "none", None, None, False)),
        (replace(IMG2IMG, light="ambient"), ("init", "ambient", None, None, True)),
        (replace(IMG2IMG, light="custom", map=True), ("init", "custom", "map", None, True)),
        (BOTH, ("foreground", "custom", "init", None, True)),
        (replace(BOTH, light="left"), ("foreground", "left", None, None, True)),
        (replace(BOTH, light="custom"), ("foreground", "custom", "init", None, True)),
        (replace(BOTH, light="custom", map=True), ("foreground", "custom", "map", None, True)),
        (replace(FBC, background=True), ("foreground", "none", None, "background", False)),
        (replace(FBC, background=True, light="left"), ("foreground", "left", None, "background", False)),
        (replace(FBC, light="right"), ("foreground", "right", None, None, False)),
        (replace(FBC, light="custom", map=True), ("foreground", "custom", "map", None, False)),
        (replace(FBC, light="left", reinforced=True), ("foreground", "left", None, None, False)),
        (replace(FBC, img2img=True), ("foreground", "none", None, "init", False)),
        (replace(FBC, img2img=True, background=True), ("foreground", "none", None, "background", False)),
        (replace(FBC, img2img=True, light="top"), ("foreground", "top", None, None, False)),
        (replace(IMG2IMG, mode="fbc", background=True), ("init", "none", None, "background", False)),
        (replace(IMG2IMG, mode="fbc", light="left"), ("init", "left", None, None, False)),
        (Case(light="front"), ("foreground", "front", None, None, True)),
        (Case(light=LAMP), ("foreground", "editor", None, None, True)),
        (replace(FBC, light=LAMP), ("foreground", "editor", None, None, False)),
        (replace(BOTH, light=LAMP, map=True), ("foreground", "editor", None, None, True)),
        (replace(IMG2IMG, light="mask", mask=True), ("init", "mask", "mask", None, True)),
        (replace(IMG2IMG, light="left", mask=True), ("init", "left", None, None, True)),
        (replace(BOTH, light="mask", mask=True), ("foreground", "mask", "mask", None, True)),
        (replace(IMG2IMG, mode="fbc", light="mask", mask=True), ("init", "mask", "mask", None, False)),
        (replace(FBC, background=True, light="mask"), ("foreground", "mask", None, "background", False)),
    ],
)
def test_which_picture_is_what(plan, case, expected):
    assert parts(case.draw_up(plan)) == expected


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (Case(foreground=False), "no foreground.*Drop a picture of the subject"),
        (Case(foreground=False, mode="fbc", background=True), "no foreground"),
        (Case(light="custom"), "no light map.*field 'light_map'.*choose another light"),
        (replace(IMG2IMG, light="custom"), "no light map"),
        (replace(FBC, light="custom"), "no light map"),
        (replace(FBC, img2img=True, light="custom"), "no light map"),
        (Case(light="mask"), "txt2img has no mask.*custom takes a picture"),
        (replace(IMG2IMG, light="mask"), "there is no mask.*Inpaint tab.*field 'mask'.*choose another light"),
        (FBC, "fbc needs a background or a light.*field 'background'"),
        (replace(IMG2IMG, mode="fbc"), "fbc needs a background or a light"),
    ],
)
def test_what_is_missing_is_said_with_the_way_out(plan, case, said):
    with pytest.raises(ICLightError, match=said):
        case.draw_up(plan)


@pytest.mark.parametrize("init", [[], [None]])
def test_img2img_without_any_picture_is_refused(plan, init):
    with pytest.raises(ICLightError, match=r"no subject.*img2img a picture"):
        plan(init=init)


def lit(case: Case) -> bool:
    """Whether the case has everything that its mode and light need."""
    if not (case.foreground or case.img2img):
        return False
    spare = case.img2img and case.foreground
    if case.mode == "fbc" and case.background:
        return True
    if case.light == "mask":
        return case.mask
    if case.light == "custom":
        return case.map or (spare and case.mode != "fbc")
    return case.mode != "fbc" or case.light != "none" or spare


BOOLEANS = (False, True)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("img2img", BOOLEANS, ids=["txt2img", "img2img"])
def test_every_choice_gives_layers_of_the_right_number_and_size_or_a_reason(plan, img2img, mode, light):
    for foreground, background, light_map, reinforced in itertools.product(BOOLEANS, repeat=4):
        case = Case(img2img, mode, light, foreground, background, light_map, reinforced, mask=img2img and light_map)
        if not lit(case):
            with pytest.raises(ICLightError, match=r"\(over the API: |choose another light"):
                case.draw_up(plan)
            continue
        drawn = case.draw_up(plan)
        layers = condition_layers(drawn, drawn.subjects[0])
        start = start_layer(drawn, drawn.subjects[0])
        assert len(layers) == (2 if mode == "fbc" else 1), case
        assert (start is not None) == drawn.has_start, case
        for layer in [*layers, *([start] if start else [])]:
            assert layer.draw(24, 16).shape == (16, 24, 3), case


def test_pictures_that_play_no_part_are_not_even_opened(plan):
    assert plan(foreground=plain(FOREGROUND), background="broken", light_map="broken").map is None
    assert plan(init=["broken"], foreground=plain(FOREGROUND), light="left").map is None


def test_a_broken_picture_that_plays_a_part_is_named(plan):
    with pytest.raises(ICLightError, match="The light map is not a picture"):
        plan(foreground=plain(FOREGROUND), light="custom", light_map="broken!")
    with pytest.raises(ICLightError, match="The img2img picture is not a picture"):
        plan(init=["broken!"])


def test_each_picture_of_an_img2img_batch_is_a_subject(plan):
    drawn = plan(init=[plain(INIT), plain(FOREGROUND)])
    assert [colour(subject.picture) for subject in drawn.subjects] == ["init", "foreground"]
    assert drawn.from_init


def test_a_foreground_is_the_only_subject_beside_a_batch(plan):
    drawn = plan(init=[plain(INIT), plain(MAP)], foreground=plain(FOREGROUND))
    assert [colour(subject.picture) for subject in drawn.subjects] == ["foreground"]
    assert not drawn.from_init


# What is drawn


def conditions(drawn: Plan, width: int = 16, height: int = 16) -> list[np.ndarray]:
    return [layer.draw(width, height) for layer in condition_layers(drawn, drawn.subjects[0])]


def start(drawn: Plan, width: int = 16, height: int = 16) -> np.ndarray:
    return start_layer(drawn, drawn.subjects[0]).draw(width, height)


def test_the_condition_is_the_subject_on_grey(plan):
    (pixels,) = conditions(plan(foreground=plain(FOREGROUND), remove_background=True, remover=left_half))
    assert (pixels[:, :7] == FOREGROUND).all()
    assert (pixels[:, 9:] == 127).all()


def test_the_condition_is_cropped_anew_from_the_original_at_each_size(plan):
    pixels = noise(37, 53)
    drawn = plan(foreground=Image.fromarray(pixels))
    for size in ((64, 96), (96, 144)):
        np.testing.assert_array_equal(conditions(drawn, *size)[0], scaling.cover_crop(pixels, *size))


def test_fbc_puts_the_background_behind_the_subject(plan):
    foreground, background = conditions(
        plan(mode="fbc", foreground=plain(FOREGROUND), background=plain(BACKGROUND, 9, 31))
    )
    assert (foreground == FOREGROUND).all()
    assert (background == BACKGROUND).all()


@pytest.mark.parametrize("light", ["left", "right", "top", "bottom", "ambient"])
def test_fbc_without_a_background_gets_the_references_gradient(plan, light):
    pixels = conditions(plan(mode="fbc", light=light, foreground=plain(FOREGROUND)), 40, 24)[1]
    np.testing.assert_array_equal(pixels, maps.render(maps.preset(light, background=True), 40, 24))


def test_fbcs_gradient_follows_the_strength(plan):
    pixels = conditions(plan(mode="fbc", light="left", light_strength=0.0, foreground=plain(FOREGROUND)))[1]
    assert (pixels == 127).all()


def test_fbcs_light_map_is_its_background_at_the_set_strength(plan):
    pixels = conditions(
        plan(mode="fbc", light="custom", light_map=plain(MAP), light_strength=0.5, foreground=plain(FOREGROUND))
    )[1]
    np.testing.assert_array_equal(pixels[0, 0], [64, 64, 164])


def test_the_background_picture_is_flipped_with_its_transparency(plan):
    pixels = np.zeros((4, 8, 4), np.uint8)
    pixels[:, :4] = (200, 100, 50, 255)
    wanted = {"mode": "fbc", "foreground": plain(FOREGROUND), "background": Image.fromarray(pixels)}
    straight = conditions(plan(**wanted), 8, 4)[1]
    flipped = conditions(plan(**wanted, flip_background=True), 8, 4)[1]
    assert straight[0, 0].tolist() == [200, 100, 50]
    assert straight[0, -1].tolist() == [127, 127, 127]
    np.testing.assert_array_equal(flipped, straight[:, ::-1])


@pytest.mark.parametrize("light", ["left", "right", "top", "bottom", "ambient"])
def test_fc_starts_from_the_references_light_map(plan, light):
    np.testing.assert_array_equal(
        start(plan(light=light, foreground=plain(FOREGROUND)), 40, 24), maps.render(maps.preset(light), 40, 24)
    )


@pytest.mark.parametrize("mode", ["fc", "fcon"])
def test_fc_starts_from_the_description(plan, mode):
    drawn = plan(mode=mode, light=LAMP, foreground=plain(FOREGROUND))
    np.testing.assert_array_equal(start(drawn, 40, 24), maps.render(LAMP, 40, 24))


@pytest.mark.parametrize(("strength", "expected"), [(1.0, 1.0), (0.5, 0.5)])
def test_fbcs_description_is_its_background_in_its_own_range_at_the_set_strength(plan, strength, expected):
    pixels = conditions(plan(mode="fbc", light=LAMP, light_strength=strength, foreground=plain(FOREGROUND)), 40, 24)[1]
    np.testing.assert_array_equal(pixels, maps.with_contrast(maps.render(LAMP, 40, 24), expected))


def test_the_mask_is_the_light_map(plan):
    mask = Image.fromarray(noise(40, 24)[..., 0])
    drawn = plan(init=[plain(INIT)], light="mask", mask=mask)
    np.testing.assert_array_equal(start(drawn, 40, 24), np.asarray(mask.convert("RGB")))
    assert drawn.lit_by_mask
    assert not plan(init=[plain(INIT)], light="custom", light_map=plain(MAP), mask=mask).lit_by_mask


def test_a_mask_beside_fbcs_background_stays_what_is_repainted(plan):
    drawn = plan(init=[plain(INIT)], mode="fbc", background=plain(BACKGROUND), light="mask", mask=plain(MASK))
    assert not drawn.lit_by_mask


def test_a_light_map_that_is_only_transparency_is_its_shape(plan):
    shape = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    shape.putalpha(Image.fromarray(noise(16, 16)[..., 0]))
    pixels = start(plan(light="custom", light_map=shape, foreground=plain(FOREGROUND)))
    np.testing.assert_array_equal(pixels[..., 0], np.asarray(shape.getchannel("A")))


def test_a_custom_map_is_cropped_like_the_subject(plan):
    pixels = noise(31, 47)
    drawn = plan(light="custom", light_map=Image.fromarray(pixels), foreground=plain(FOREGROUND))
    np.testing.assert_array_equal(start(drawn, 64, 40), scaling.cover_crop(pixels, 64, 40))


def test_reinforcing_pastes_the_subject_on_the_light_map(plan):
    drawn = plan(
        foreground=plain(FOREGROUND), light="left", reinforce_foreground=1.0, remove_background=True, remover=left_half
    )
    pixels = start(drawn)
    assert (pixels[:, :7] == FOREGROUND).all()
    np.testing.assert_array_equal(pixels[:, 9:], maps.render(maps.preset("left"), 16, 16)[:, 9:])


def test_reinforcing_without_a_light_pastes_the_subject_on_grey(plan):
    drawn = plan(foreground=plain(FOREGROUND), reinforce_foreground=1.0, remove_background=True, remover=left_half)
    pixels = start(drawn)
    assert (pixels[:, :7] == FOREGROUND).all()
    assert (pixels[:, 9:] == 127).all()

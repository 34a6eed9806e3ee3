"""The script *IC Light: light set*, in whole runs on the workbench."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from cloths import BODY, cut_out_cloth, encoded, pixels_of
from light_sets import ball_set
from PIL import Image
from studio_pages import put

from lib_iclight.light.description import parse
from lib_iclight.light.maps import preset
from lib_iclight.shooting import EACH, EIGHT, FOUR
from lib_iclight.studio.light_set import GAINS, PAINTINGS
from lib_iclight.studio.mix import Fader, Mix, Turned, alone
from lib_iclight.studio.mixing import Desk, developed
from lib_iclight.studio.set_file import read
from lib_iclight.studio.surface import normals_of
from workbench.session import images

TITLE = "IC Light: light set"
NAMES = ["left", "right", "bottom", "top"]
CLOTH = cut_out_cloth(0, 160)


def asked(host, fields: dict, chosen: str | None = FOUR, way: str = "txt2img", begun: str = "", **body):
    given = {"foreground": encoded(CLOTH)} | fields
    scripts = {"IC Light": {"args": [given]}}
    script = {"script_name": TITLE, "script_args": [] if chosen is None else [chosen, begun]}
    return getattr(host, way)(**{**BODY, **body, **script, "alwayson_scripts": scripts})


def shot(host, fields: dict, *args, **body) -> list[Image.Image]:
    answer = asked(host, fields, *args, **body)
    assert answer.status_code == 200, answer.text
    return images(answer)


@pytest.fixture
def sets(host):
    """The sets that are written in a test, oldest first."""
    outputs = host.settings.data_dir / "outputs"
    for old in outputs.rglob("light-sets/*"):
        old.unlink()
    return lambda: sorted(outputs.rglob("light-sets/*.safetensors"))


def relit(host, light: str | dict, **fields) -> np.ndarray:
    given = {"enabled": True, "foreground": encoded(CLOTH), "light": light} | fields
    answer = host.txt2img(**BODY, alwayson_scripts={"IC Light": {"args": [given]}})
    return pixels_of(images(answer)[0])


def test_the_authors_four_and_ambient_are_shot_with_one_seed(host, sets):
    sheet, *pictures = shot(host, {})
    assert len(pictures) == 5
    (path,) = sets()
    found = read(path)
    assert [one.name for one in found.lights] == NAMES
    assert [one.light for one in found.lights] == [preset(name) for name in NAMES]
    assert found.kind == PAINTINGS
    desk = Desk(found)
    for name, picture in zip(NAMES, pictures):
        np.testing.assert_array_equal(desk.picture(desk.factors(alone(name))), pixels_of(picture))
        np.testing.assert_array_equal(pixels_of(picture), relit(host, name))
    assert sheet.width * sheet.height == 5 * pictures[0].width * pictures[0].height, "no cell is empty"
    np.testing.assert_array_equal(np.asarray(Image.open(path.with_suffix(".png")).convert("RGB")), pixels_of(sheet))


def test_the_set_says_how_it_was_shot(host, sets):
    shot(
        host,
        {"mode": "fbc", "restore_details": 0.5, "placement": {"scale": 0.5, "x": 0.25, "y": 0.5}, "light": "front"},
    )
    found = read(sets()[0])
    assert "Seed: 5" in found.recipe["infotext"]
    fields = {"mode": "fbc", "restore_details": 0.5, "placement": {"scale": 0.5, "x": 0.25, "y": 0.5}}
    assert found.recipe["request"] == fields
    assert {name: found.recipe["run"][name] for name in ("seed", "steps", "width")} == {
        "seed": 5,
        "steps": 2,
        "width": 64,
    }
    assert found.lights[0].light == preset("left", background=True)


def test_the_sheet_names_the_set_and_the_script(host, sets):
    answer = asked(host, {})
    told = json.loads(answer.json()["info"])
    assert f"Script: {TITLE}, IC Light set: {sets()[0].stem}" in told["infotexts"][0]
    assert images(answer)[0].info["parameters"] == told["infotexts"][0]
    assert told["all_seeds"] == [5] * 6
    assert len(told["infotexts"]) == 6


def test_a_photograph_is_shot_as_gains_with_its_own_pixels(host, sets):
    shot(host, {"result": "photograph", "photograph_size": "photograph"})
    found = read(sets()[0])
    assert found.kind == GAINS
    assert found.full.photograph.shape == (160, 160, 3)
    inside = slice(44, 116), slice(44, 116)
    np.testing.assert_array_equal(found.full.photograph[inside], pixels_of(CLOTH)[inside])
    result = developed(found, Desk(found).factors(alone("left"))).picture
    whole = {"photograph_colour": 1.0, "photograph_highlights": 0.0}
    expected = relit(host, "left", result="photograph", photograph_size="photograph", **whole)
    np.testing.assert_allclose(result[inside].astype(int), expected[inside], atol=2)


@pytest.mark.parametrize("size", ["run", "photograph"])
def test_light_is_seen_around_a_subject_whose_transparency_hides_black(host, sets, size):
    pixels, alpha = np.array(CLOTH.convert("RGB")), CLOTH.getchannel("A")
    cut_out = Image.fromarray(np.dstack([np.where(np.array(alpha)[..., None], pixels, 0).astype(np.uint8), alpha]))
    shot(host, {"result": "photograph", "photograph_size": size, "foreground": encoded(cut_out)})
    found = read(sets()[0])
    assert {*found.photograph[:8].ravel().tolist()} == {127}
    assert developed(found, Desk(found).factors(Mix(ambient=Fader()))).picture[:8].mean() > 20


def test_the_light_falls_on_what_is_around_a_subject_that_was_cut_out(host, sets, rembg):
    pixels = np.full((160, 160, 3), 60, np.uint8)
    pixels[40:-40, 40:-40] = 200
    fields = {"foreground": encoded(Image.fromarray(pixels)), "result": "photograph", "photograph_size": "photograph"}
    shot(host, fields)
    found = read(sets()[0])
    assert found.matte.min() == 0
    assert {*found.photograph[:8].ravel().tolist(), *found.full.photograph[:8].ravel().tolist()} == {60}


def test_eight_around_can_be_turned_and_have_normals(host, sets):
    pictures = shot(host, {}, EIGHT)
    assert len(pictures) == 10
    found = read(sets()[0])
    desk = Desk(found)
    turned = desk.picture(desk.factors(Mix(turned=Turned(225))))
    np.testing.assert_array_equal(turned, desk.picture(desk.factors(alone("bottom left"))))
    assert np.isfinite(normals_of(found)).all()


LAMPS = {
    "version": 1,
    "ambient": {"level": 0.25},
    "lights": [{"angle": 30, "colour": "#ff8040"}, {"x": 0.8, "y": 0.2, "kelvin": 3200}],
}


def test_each_light_of_the_editor_is_shot_by_itself(host, sets):
    pictures = shot(host, {"light": LAMPS}, EACH)
    assert len(pictures) == 4
    found = read(sets()[0])
    assert [one.name for one in found.shots] == ["light 1", "light 2", "ambient"]
    apart = [{"version": 1, "lights": [one]} for one in LAMPS["lights"]]
    apart.append({"version": 1, "ambient": {"level": 0.25}, "lights": []})
    assert [one.light for one in found.shots] == [parse(one) for one in apart]
    np.testing.assert_array_equal(pixels_of(pictures[2]), relit(host, apart[1]))


def test_without_lights_in_the_editor_that_is_refused(host, sets):
    for light in ("left", {"version": 1, "ambient": {"level": 0.5}, "lights": []}):
        answer = asked(host, {"light": light}, EACH)
        assert answer.status_code == 422
        assert "no lights in the light editor" in answer.text
    assert sets() == []


def test_without_a_choice_it_is_the_first(host, sets):
    shot(host, {}, None)
    assert [one.name for one in read(sets()[0]).lights] == NAMES


def test_in_img2img_the_picture_is_the_subject(host, sets):
    body = {"init_images": [encoded(CLOTH)], "denoising_strength": 0.9}
    shot(host, {"foreground": None}, FOUR, "img2img", **body)
    assert len(read(sets()[0]).lights) == 4


def test_a_random_seed_is_the_same_for_all(host, sets):
    answer = asked(host, {}, seed=-1)
    seeds = set(json.loads(answer.json()["info"])["all_seeds"])
    assert len(seeds) == 1
    assert seeds != {-1}


def test_two_sets_of_one_seed_are_two_files(host, sets):
    shot(host, {})
    shot(host, {})
    assert len(sets()) == 2


@pytest.fixture
def at_light(monkeypatch):
    """Does something while the light of this number is shot."""
    from modules import processing

    def arrange(number: int, act) -> None:
        count, process = [0], processing.process_images

        def counted(p):
            result = process(p)
            count[0] += 1
            if count[0] == number:
                act()
            return result

        monkeypatch.setattr(processing, "process_images", counted)

    return arrange


def interrupt() -> None:
    from modules import shared

    shared.state.interrupt()


def test_interrupt_keeps_the_lights_that_are_done(host, sets, at_light):
    at_light(3, interrupt)
    assert len(shot(host, {})) == 3
    assert [one.name for one in read(sets()[0]).lights] == NAMES[:2]
    assert read(sets()[0]).ambient is None


@pytest.mark.parametrize("fields", [{}, {"result": "photograph"}], ids=["paintings", "gains"])
def test_a_set_that_was_interrupted_is_gone_on_with(host, sets, at_light, fields):
    at_light(3, interrupt)
    shot(host, fields)
    (path,) = sets()
    begun = read(path).lights
    _, *pictures = shot(host, fields, seed=-1, begun=path.stem)
    assert len(pictures) == 3
    (same,) = sets()
    found = read(same)
    assert [one.name for one in found.shots] == [*NAMES, "ambient"]
    for before, after in zip(begun, found.lights):
        np.testing.assert_array_equal(after.values, before.values)
    shot(host, fields)
    new = next(read(other) for other in sets() if other != path)
    for one, other in zip(found.shots, new.shots):
        np.testing.assert_array_equal(one.values, other.values)


def test_going_on_with_other_settings_is_refused_with_their_names(host, sets, at_light):
    at_light(3, interrupt)
    shot(host, {})
    (path,) = sets()
    before = path.read_bytes()
    refused = {
        "cfg_scale, steps": asked(host, {}, begun=path.stem, steps=3, cfg_scale=4),
        "restore_details": asked(host, {"restore_details": 0.5}, begun=path.stem),
        "subject": asked(host, {"foreground": encoded(cut_out_cloth(2, 160))}, begun=path.stem),
    }
    for names, answer in refused.items():
        assert answer.status_code == 422
        assert f"other settings: {names}." in answer.text
    assert path.read_bytes() == before


def test_what_cannot_be_gone_on_with_is_refused(host, sets):
    assert "no light set named 'gone'" in asked(host, {}, begun="gone").text
    assert "cannot be the name" in asked(host, {}, begun="../gone").text
    assert "must be its name, not 5" in asked(host, {}, begun=5).text
    shot(host, {}, begun=None)
    assert "has all of these lights" in asked(host, {}, begun=sets()[0].name).text


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [({"run": {"seed": 1 << 70}}, "with which seed"), ({"run": {"seed": 5}, "request": 5}, "other settings: ")],
    ids=["seed", "request"],
)
def test_a_recipe_that_was_changed_by_hand_is_refused_with_the_reason(host, sets, recipe, reason):
    folder = host.settings.data_dir / "outputs" / "txt2img-images" / "light-sets"
    put(folder, {"edited": replace(ball_set({"left": 180.0}), recipe=recipe)})
    answer = asked(host, {}, begun="edited")
    assert answer.status_code == 422
    assert reason in answer.text


def test_stopped_after_a_light_that_one_is_kept_too(host, sets, at_light, monkeypatch):
    from modules import shared

    monkeypatch.setattr(shared.state, "stopping_generation", False, raising=False)
    at_light(3, lambda: setattr(shared.state, "stopping_generation", True))
    assert len(shot(host, {})) == 4
    assert [one.name for one in read(sets()[0]).lights] == NAMES[:3]


def test_a_skipped_light_is_left_out(host, sets, at_light):
    from modules import shared

    at_light(2, shared.state.skip)
    shot(host, {})
    assert [one.name for one in read(sets()[0]).lights][:2] == [NAMES[0], NAMES[2]]


def test_interrupted_in_the_first_light_nothing_is_written(host, sets, at_light):
    at_light(1, interrupt)
    answer = asked(host, {})
    assert answer.status_code == 422
    assert "has shot no light of the set" in answer.text
    assert sets() == []


def test_an_error_later_on_keeps_the_lights_that_are_done(host, sets, at_light):
    def fail():
        raise RuntimeError("out of memory")

    at_light(4, fail)
    assert len(shot(host, {})) == 4
    assert [one.name for one in read(sets()[0]).lights] == NAMES[:3]


def test_what_cannot_be_shot_is_refused_with_the_reason(host, sets):
    refused = [asked(host, {"foreground": None}), asked(host, {}, "ten around")]
    assert [answer.status_code for answer in refused] == [422, 422]
    assert "IC Light has no foreground" in refused[0].text
    assert "There is no light set 'ten around'. Choose one of:" in refused[1].text
    assert sets() == []


def test_a_run_afterwards_is_as_it_was_before(host, sets):
    before = relit(host, "left")
    shot(host, {}, EIGHT)
    np.testing.assert_array_equal(relit(host, "left"), before)
    assert len(sets()) == 1

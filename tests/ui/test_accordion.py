"""What in the accordion follows from what, apart from a page."""

from __future__ import annotations

import numpy as np
import pytest

from lib_iclight.models.library import ModelLibrary
from lib_iclight.models.manager import Models
from lib_iclight.picture import arrays
from lib_iclight.request import FIELDS, PICTURES
from lib_iclight.settings import Settings

pytestmark = pytest.mark.usefixtures("running")

MODELS = {"iclight_sd15_fc.safetensors": "fc", "sub/mine.safetensors": "fbc"}


@pytest.fixture(scope="module")
def made(running, tmp_path_factory):
    """An accordion for each tab, on a page that nobody sees."""
    import gradio as gr

    from lib_iclight.ui.accordion import Accordion
    from lib_iclight.ui.models_row import ModelsRow

    def make(is_img2img: bool) -> Accordion:
        folder = tmp_path_factory.mktemp("models")
        row = ModelsRow(
            Models(ModelLibrary(), lambda: [folder], Settings, lambda: True),
            lambda sd_model: "",
            lambda: lambda: False,
            lambda: [],
        )
        accordion = Accordion(
            is_img2img,
            lambda: MODELS,
            lambda elem_id: None,
            row,
            Settings(),
            lambda: ["u2net"],
            lambda: ["auto", "Lanczos"],
            lambda *args: None,
            lambda: 1000,
        )
        with gr.Blocks():
            accordion.given = accordion.build()
        return accordion

    return {"txt2img": make(False), "img2img": make(True)}


@pytest.fixture(params=["txt2img", "img2img"])
def accordion(made, request):
    return made[request.param]


def test_the_arguments_are_the_controls_in_the_order_of_the_pages_fields(accordion):
    from lib_iclight.ui.accordion import PAGE_FIELDS

    assert accordion.given == [accordion.controls[name] for name in PAGE_FIELDS]
    assert {*PAGE_FIELDS} == {*FIELDS, "light_editor", "placement_editor"}
    assert [control.elem_id for control in accordion.given[1:]] == [
        f"{accordion.tab}_ic_light_{name}" for name in PAGE_FIELDS[1:]
    ]


def test_controls_begin_at_the_defaults(accordion):
    for name, control in accordion.controls.items():
        if name in FIELDS and name not in PICTURES:
            assert control.value == Settings().at_start.get(name, FIELDS[name].default), name


def test_the_slots_have_the_limit_of_the_settings(accordion):
    assert [accordion.controls[name].max_pixels() for name in PICTURES] == [1000] * 3


def test_only_img2img_can_be_lit_by_its_mask(made):
    lights = {tab: [value for _, value in one.controls["light"].choices] for tab, one in made.items()}
    assert lights["img2img"] == [*lights["txt2img"], "mask"]


# What is shown

CHOSEN = {
    "mode": "fc",
    "light": "none",
    "placement": "cover",
    "remove_background": True,
    "model": "auto",
    "restore_details": 0,
    "keep_colours": 0,
    "result": "painting",
    "photograph_size": "run",
    "photograph_background": "auto",
    "drawn": "",
    "script": "",
}
SHOWN = (
    *("summary", "background column", "match size", "light_strength", "light_map", "matting_model", "alpha_matting"),
    *("reinforce_foreground", "photograph_strength", "photograph_colour", "photograph_highlights", "photograph_radius"),
    *("photograph_size", "photograph_background", "photograph_shadow", "background_upscaler", "layers"),
    *("keep_colours", "restore_details", "details_radius", "keep_original"),
)


def updated(accordion, pictures=(False, False, False), **chosen) -> tuple[str, set[str]]:
    """The summary, and which of the other controls are shown."""
    updates = accordion._update(*{**CHOSEN, **chosen}.values(), *pictures, *[""] * len(accordion._init.states))
    told = dict(zip(SHOWN, updates, strict=True))
    return told.pop("summary")["value"], {name for name, update in told.items() if update["visible"]}


REMOVES = {"matting_model", "alpha_matting"}
ON_PAINTING = {"keep_colours", "restore_details"}
ON_PHOTOGRAPH = {"background_upscaler", "layers", *(name for name in SHOWN if name.startswith("photograph_"))}


@pytest.mark.parametrize(
    ("chosen", "pictures", "shown"),
    [
        ({}, "", {*REMOVES, "reinforce_foreground"}),
        ({"remove_background": False}, "", {"reinforce_foreground"}),
        ({"mode": "fbc"}, "", {*REMOVES, "background column"}),
        ({"light": "left"}, "", {*REMOVES, "reinforce_foreground", "light_strength"}),
        ({"light": "custom"}, "", {*REMOVES, "reinforce_foreground", "light_strength", "light_map"}),
        ({"mode": "fbc", "light": "left"}, "", {*REMOVES, "background column", "light_strength"}),
        ({"mode": "fbc", "light": "left"}, "b", {*REMOVES, "background column"}),
        ({"light": "left"}, "b", {*REMOVES, "reinforce_foreground", "light_strength"}),
        ({}, "f", {*REMOVES, "reinforce_foreground", "match size"}),
        ({"restore_details": 0.5}, "", {*REMOVES, "reinforce_foreground", "details_radius", "keep_original"}),
        ({"keep_colours": 0.5}, "", {*REMOVES, "reinforce_foreground", "keep_original"}),
    ],
)
def test_what_applies_is_shown_and_nothing_else(accordion, chosen, pictures, shown):
    held = ("f" in pictures, "b" in pictures, "m" in pictures)
    assert updated(accordion, held, **chosen)[1] == shown | ON_PAINTING


@pytest.mark.parametrize(
    ("chosen", "more"),
    [
        ({}, set()),
        ({"photograph_size": "photograph"}, {"background_upscaler"}),
        ({"mode": "fbc"}, {"photograph_shadow", "background column"}),
    ],
)
def test_the_photograph_has_controls_of_its_own(accordion, chosen, more):
    _, shown = updated(accordion, result="photograph", restore_details=0.5, keep_colours=0.5, **chosen)
    reinforces = set() if "mode" in chosen else {"reinforce_foreground"}
    always = ON_PHOTOGRAPH - {"photograph_shadow", "background_upscaler"}
    assert shown == {*REMOVES, *always, *more, *reinforces, "keep_original"}


def test_a_new_page_shows_what_applies_to_its_defaults(accordion):
    panels = (accordion._light, accordion._subject, accordion._result)
    parts = [
        accordion._background_column,
        accordion._recommendation.match,
        *(part for panel in panels for part in panel.shown),
    ]
    shown = {name for name, part in zip(SHOWN[1:], parts, strict=True) if part.visible}
    assert shown == updated(accordion, result="photograph")[1]


def test_a_picture_that_no_run_can_use_is_said_and_has_no_size_to_match(accordion):
    text, shown = updated(accordion, ("The foreground cannot be read.", False, False))
    assert "The foreground cannot be read." in text
    assert "match size" not in shown


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"model": "absent"}, "There is no IC-Light model named &#x27;absent&#x27;."),
        ({"model": " mine "}, "cannot serve the mode fc"),
        ({"model": "iclight_sd15_fc"}, "The foreground is relit."),
        ({"light": "left"}, "It is lit from the left."),
        ({"placement": "contain"}, "It is shown whole, with space around it."),
        ({"light": "custom"}, "Drop a picture into Light map, or choose another light."),
    ],
)
def test_the_line_on_top_says_what_these_choices_do(made, chosen, said):
    assert said in updated(made["txt2img"], (True, False, False), **chosen)[0]


def test_a_background_and_a_light_map_that_are_there_count(made):
    described = [
        updated(made["txt2img"], (True, True, False), mode="fbc")[0],
        updated(made["txt2img"], (True, False, True), light="custom")[0],
    ]
    assert "It is lit to fit the background picture." in described[0]
    assert "It is lit by the light map." in described[1]


# What slots hold


@pytest.mark.parametrize("name", PICTURES)
def test_what_a_slot_holds(name):
    from lib_iclight.ui.accordion import _slot_state

    held = _slot_state(name)
    clear = arrays.make_picture(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8))
    assert held(None) is False
    assert held(arrays.make_picture(np.zeros((4, 4, 3), np.uint8))) is True
    assert held(arrays.Unreadable("It cannot be read.")) == "It cannot be read."
    if name == "foreground":
        assert held(clear).startswith("The foreground is fully transparent")
    else:
        assert held(clear) is True


def test_only_a_picture_has_a_size_to_match():
    from lib_iclight.ui.accordion import _slot_state_and_seen

    picture = arrays.make_picture(np.zeros((64, 128, 3), np.uint8))
    assert _slot_state_and_seen(picture) == [True, ((128, 64), picture.digest)]
    assert _slot_state_and_seen(None) == [False, None]
    assert _slot_state_and_seen(arrays.Unreadable("It cannot be read.")) == ["It cannot be read.", None]


# What comes from generation parameters


def test_what_pictures_tell_is_pasted_into_its_control(made):
    accordion = made["txt2img"]
    read = {control.elem_id.partition("ic_light_")[2]: reader for control, reader in accordion.paste_fields()[1:]}
    params = {"Steps": "20", "IC Light mode": "fbc", "IC Light model": "mine", "IC Light direction": "left"}
    found = {name: reader(params) for name, reader in read.items()}
    assert (found["mode"], found["model"], found["light"]) == ("fbc", "sub/mine.safetensors", "left")
    assert found["remove_background"] is True
    assert not {*PICTURES, "show_subject", "keep_original"} & {*read}
    always = params | {"IC Light background removal": "u2net", "IC Light remove background": "always"}
    assert read["remove_background"](always) is True
    assert read["remove_background"](params | {"IC Light background removal": "off"}) is False
    assert [name for name, reader in read.items() if reader({"Steps": "20"}) is not None] == ["pasted"]

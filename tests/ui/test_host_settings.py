"""What is recommended follows the web UI's own controls, and what is to keep its value keeps it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.usefixtures("running")

GIVEN = {"txt2img_prompt": "a cup", "txt2img_neg_prompt": "", "txt2img_width": 512, "txt2img_height": 512}
NEO = {
    "txt2img_sampling": ["DPM++ 2M", "DPM++ 2M SDE", "Euler a", "Euler"],
    "txt2img_scheduler": ["Automatic", "Karras", "Exponential"],
    "txt2img_hr_upscaler": ["None", "4x_foolhardy"],
}
"""What Forge Neo has to choose from: no *Latent*, no *Lanczos*."""


def settings(tab="txt2img", absent=(), **choices):
    """The settings of a web UI that has every control but those that are absent."""
    from lib_iclight.ui.host_settings import HostSettings

    def control(elem_id):
        known = elem_id.startswith(tab) and elem_id not in absent
        return SimpleNamespace(choices=choices.get(elem_id, [])) if known else None

    return HostSettings(tab, control)


def test_forge_neo_is_recommended_what_it_has():
    found = settings(**NEO).recommended("fc", (300, 600), True, GIVEN)
    names = ("txt2img_sampling", "txt2img_scheduler", "txt2img_hr_upscaler")
    assert [found[name] for name in names] == ["DPM++ 2M", "Karras", "None"]
    sides = [found[f"txt2img_{side}"] for side in ("width", "height", "hr_resize_x", "hr_resize_y")]
    assert sides == [384, 768, 576, 1152]
    assert [side % 64 for side in sides] == [0] * 4


def test_only_controls_that_the_page_has_are_set():
    found = settings(absent={"txt2img_scheduler", "txt2img_hr_cfg"}).recommended("fc", None, True, GIVEN)
    assert found["txt2img_sampling"] == "DPM++ 2M Karras"
    assert not {"txt2img_scheduler", "txt2img_hr_cfg"} & {*found}


def test_without_a_picture_the_size_stays():
    assert not {"txt2img_width", "txt2img_height"} & {*settings().recommended("fc", None, False, GIVEN)}
    assert settings().matched(None, GIVEN) == {}


@pytest.mark.parametrize(
    ("kept", "left"),
    [
        ({"txt2img_steps"}, {"sampling", "scheduler", "cfg_scale", "width", "height"}),
        ({"txt2img_scheduler"}, {"steps", "cfg_scale", "width", "height"}),
        ({"txt2img_width", "something else"}, {"sampling", "scheduler", "steps", "cfg_scale"}),
    ],
)
def test_what_belongs_together_keeps_its_values_together(kept, left):
    wanted = settings().recommended("fc", (300, 600), False, GIVEN)
    found = settings().without(wanted, kept)
    assert {*found} == {f"txt2img_{name}" for name in left} | {"txt2img_prompt", "txt2img_neg_prompt"}
    assert found.items() <= wanted.items()

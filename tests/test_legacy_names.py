"""huchenlei's names for fields and values are understood."""

from __future__ import annotations

import pytest
from refusals import reason_of

from lib_iclight.request import Request
from lib_iclight.request_input import from_api, picture_sources

NAN = float("nan")


def test_the_other_extensions_dict_is_understood():
    asked = from_api(
        {
            "enabled": True,
            "model_type": "FC",
            "input_fg": "Zm9v",
            "uploaded_bg": None,
            "bg_source_fc": "Left Light",
            "bg_source_fbc": "Use Background Image",
            "remove_bg": False,
            "reinforce_fg": True,
            "detail_transfer": True,
            "detail_transfer_use_raw_input": False,
            "detail_transfer_blur_radius": 5,
            "input_fg_rgb": None,
        }
    )
    assert asked == Request(
        enabled=True,
        mode="fc",
        light="left",
        remove_background=False,
        reinforce_foreground=1.0,
        restore_details=1.0,
        details_radius=pytest.approx(1.1),
    )


@pytest.mark.parametrize(
    ("source", "light"),
    [
        ("None", "none"),
        ("Left Light", "left"),
        ("Right Light", "right"),
        ("Top Light", "top"),
        ("Bottom Light", "bottom"),
        ("Ambient", "ambient"),
        ("Custom LightMap", "custom"),
    ],
)
def test_his_fc_lights_are_ours(source, light):
    assert from_api({"model_type": "FC", "bg_source_fc": source}).light == light


@pytest.mark.parametrize(
    ("source", "light", "flipped"),
    [
        ("Use Background Image", "none", False),
        ("Use Flipped Background Image", "none", True),
        ("Left Light", "left", False),
        ("Ambient", "ambient", False),
    ],
)
def test_his_fbc_backgrounds_are_ours(source, light, flipped):
    asked = from_api({"model_type": "FBC", "uploaded_bg": "Zm9v", "bg_source_fbc": source})
    assert (asked.mode, asked.light, asked.flip_background) == ("fbc", light, flipped)


@pytest.mark.parametrize(("mode", "light"), [("FC", "left"), ("FBC", "top")])
def test_his_source_of_the_other_mode_does_not_count(mode, light):
    asked = from_api({"model_type": mode, "bg_source_fc": "Left Light", "bg_source_fbc": "Top Light"})
    assert asked.light == light


def test_his_source_follows_our_mode_in_capitals_too():
    assert from_api({"mode": "FBC", "bg_source_fbc": "Top Light"}).light == "top"


@pytest.mark.parametrize(
    ("model_type", "mode", "model"),
    [
        ("fc", "fc", "auto"),
        ("FBC", "fbc", "auto"),
        (None, "fc", "auto"),
        ("iclight_sd15_fcon", "fcon", "iclight_sd15_fcon"),
        ("iclight_sd15_fbc_unet_ldm", "fbc", "iclight_sd15_fbc_unet_ldm"),
        ("iclight_sd15_fc_unet_ldm", "fc", "iclight_sd15_fc_unet_ldm"),
    ],
)
def test_his_model_type_is_a_mode_or_a_file(model_type, mode, model):
    asked = from_api({"model_type": model_type})
    assert (asked.mode, asked.model) == (mode, model)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"model_type": "sdxl"}, "model_type"),
        ({"model_type": 5}, "model_type"),
        ({"bg_source_fc": "Up"}, "bg_source_fc"),
        ({"bg_source_fc": ["Left Light"]}, "bg_source_fc"),
        ({"bg_source_fc": {"a": 1}}, "bg_source_fc"),
        ({"model_type": "FBC", "bg_source_fbc": 3}, "bg_source_fbc"),
        ({"remove_bg": "yes"}, "remove_background"),
        ({"detail_transfer_blur_radius": "5"}, "details_radius"),
        ({"detail_transfer_blur_radius": True}, "details_radius"),
        ({"detail_transfer_blur_radius": NAN}, "details_radius"),
        ({"detail_transfer_blur_radius": 999}, "details_radius"),
    ],
)
def test_a_wrong_value_in_his_dict_is_refused_by_name(values, name):
    assert reason_of(from_api, values).startswith(name)


@pytest.mark.parametrize("values", [{"foreground": "a", "input_fg": "b"}, {"input_fg": "b", "foreground": "a"}])
def test_one_thing_under_two_names_is_refused(values):
    message = reason_of(from_api, values)
    assert "'foreground'" in message
    assert "'input_fg'" in message


def test_his_pictures_are_ours():
    given = {"input_fg": "Zm9v", "uploaded_bg": "YmFy", "light_map": None, "input_fg_rgb": "bWFw"}
    assert picture_sources(given) == {"foreground": "Zm9v", "background": "YmFy"}

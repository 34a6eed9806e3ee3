"""Reading the settings, whatever a settings file contains."""

from __future__ import annotations

import dataclasses
import json

import pytest

from lib_iclight.request import FIELDS
from lib_iclight.settings import SETTINGS, Settings, read

AT_START = {setting.name: setting for setting in SETTINGS if setting.name in Settings().at_start}
DEFAULTS = {setting.key: setting.default for setting in SETTINGS}


def test_each_setting_has_its_default_and_its_line():
    told = dataclasses.asdict(Settings())
    assert {setting.name: setting.default for setting in SETTINGS} == told | told.pop("at_start")
    assert read(lambda key, default: default) == Settings()


def test_settings_files_of_before_are_read_by_the_same_keys():
    assert DEFAULTS == {
        "ic_light_model_folder": "",
        "ic_light_download": True,
        "ic_light_download_on_first_use": False,
        "ic_light_keep_models": True,
        "ic_light_cache_limit": 512.0,
        "ic_light_largest_picture": 128.0,
        "ic_light_camera_data": True,
        "ic_light_take_recommended": False,
        "ic_light_matting_model": "isnet-general-use",
        "ic_light_light_strength": 1.0,
        "ic_light_restore_details": 0.0,
        "ic_light_result": "photograph",
        "ic_light_show_subject": False,
    }


def test_a_setting_says_what_it_does_or_that_a_reload_is_needed():
    for setting in SETTINGS:
        assert setting.label
        assert setting.note or setting.reload


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model_folder", "D:/weights"),
        ("download", False),
        ("download_on_first_use", True),
        ("matting_model", "u2net"),
        ("matting_model", "My Own.ONNX"),
        ("keep_models", False),
        ("cache_limit", 64.0),
        ("show_subject", True),
        ("light_strength", 0.5),
        ("restore_details", 1.0),
        ("result", "painting"),
    ],
)
def test_what_is_set_counts(name, value):
    found = read(lambda key, default: {"ic_light_" + name: value}.get(key, default))
    if name in AT_START:
        assert found == dataclasses.replace(Settings(), at_start={**Settings().at_start, name: value})
    else:
        assert found == dataclasses.replace(Settings(), **{name: value})


@pytest.mark.parametrize("value", [None, [], {}, "nonsense", -7, 10**9, float("nan"), float("inf")])
def test_a_value_that_does_not_fit_counts_as_the_default(value):
    found = read(lambda key, default: value)
    expected = Settings(model_folder=value) if isinstance(value, str) else Settings()
    assert found == expected


def test_a_whole_number_is_a_number_and_a_switch_is_not():
    assert read(lambda key, default: 3).at_start["light_strength"] == 3.0
    assert read(lambda key, default: True).cache_limit == 512.0


@pytest.mark.parametrize(
    ("name", "low", "high"), [("cache_limit", 0, 8192), ("largest_picture", 1, 178), ("light_strength", 0, 3)]
)
def test_a_number_counts_up_to_its_limits(name, low, high):
    def found(value):
        settings = read(lambda key, default: value if key == "ic_light_" + name else default)
        return settings.at_start.get(name, getattr(settings, name, None))

    assert (found(low), found(high)) == (low, high)
    assert found(low - 0.1) == found(high + 0.1) == found(None)


def test_the_largest_picture_is_set_in_megapixels():
    assert Settings(largest_picture=2.5).max_pixels == 2_500_000


def test_what_controls_begin_with_is_the_fields():
    assert set(AT_START) == {"light_strength", "matting_model", "restore_details", "result", "show_subject"}
    for name, setting in AT_START.items():
        field = FIELDS[name]
        begin = field.default if field.page_default is None else field.page_default
        assert (setting.default, setting.reload) == (begin, True)
        assert setting.limits == (FIELDS[name].limits and (*FIELDS[name].limits, FIELDS[name].step))


def test_a_route_takes_the_background_remover_at_the_start():
    assert read(lambda key, default: "u2net").matting_model == "u2net"


def test_only_the_page_may_set_folders_downloads_and_limits():
    assert {setting.name for setting in SETTINGS if setting.local} == {"model_folder", "download", "largest_picture"}


def test_the_defaults_can_be_kept_in_a_file():
    assert json.loads(json.dumps(DEFAULTS)) == DEFAULTS

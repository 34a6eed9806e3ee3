"""Settings, downloads, checkpoints and routes in a web UI: the workbench."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hub_server import hub_in_place
from samples import encoded, plain

from lib_iclight.settings import SETTINGS

SUBJECT = encoded(plain((200, 120, 40, 255), 64, 64).rotate(20))
SMALL = {"prompt": "a cup", "steps": 1, "width": 64, "height": 64, "seed": 7, "sampler_name": "Euler", "cfg_scale": 2}
NAME = "iclight_sd15_fcon.safetensors"


@pytest.fixture
def host(host):
    """The workbench as it was at its start, its model files included."""
    yield host
    (host.models_dir / "ic-light" / NAME).unlink(missing_ok=True)


@pytest.fixture
def app_context(host):
    from lib_iclight.hosts.app_context import app_context

    return app_context()


@pytest.fixture
def opts(host):
    from modules import shared

    return shared.opts


@pytest.fixture
def hub(host, monkeypatch):
    """The hub, which serves the workbench's own model as fcon."""
    with hub_in_place(fc_file(host).read_bytes(), monkeypatch) as server:
        yield server


def fc_file(host) -> Path:
    return next((host.models_dir / "ic-light").glob("*_fc.safetensors"))


def relit(host, mode: str = "fc", **body):
    script = {"args": [{"enabled": True, "mode": mode, "foreground": SUBJECT}]}
    return host.txt2img(**SMALL, alwayson_scripts={"IC Light": script}, **body)


def detail(answer) -> str:
    assert answer.status_code == 422, answer.text
    return answer.json()["detail"]


# The section of the settings page


def test_the_settings_page_has_our_section(opts):
    labels = {key: info for key, info in opts.data_labels.items() if key.startswith("ic_light_")}
    assert len(labels) == len(SETTINGS)
    assert {info.section for info in labels.values()} == {("ic_light", "IC Light")}
    said = {key: "requires Reload UI" in info.comment_after for key, info in labels.items()}
    at_once = {"model_folder", "download", "download_on_first_use", "keep_models", "cache_limit", "largest_picture"}
    at_once |= {"camera_data", "take_recommended"}
    assert {key.removeprefix("ic_light_") for key, reload in said.items() if not reload} == at_once


def test_a_model_folder_is_searched_at_once_and_first(host, app_context, opts, tmp_path):
    shutil.copy(fc_file(host), tmp_path / "iclight_mine.safetensors")
    opts.ic_light_model_folder = str(tmp_path)
    assert app_context.host.model_folders()[0] == tmp_path
    assert app_context.models.report().chosen["fc"] == "iclight_mine.safetensors"
    assert "IC Light model: iclight_mine" in relit(host).json()["info"]


def test_a_request_cannot_set_a_folder_for_itself(host, app_context, opts, tmp_path):
    shutil.copy(fc_file(host), tmp_path / NAME)
    override = {"ic_light_model_folder": str(tmp_path), "ic_light_download_on_first_use": False}
    assert "no IC-Light model for the mode fcon" in detail(relit(host, "fcon", override_settings=override))


def test_models_stay_in_memory_or_not(host, app_context, opts, opened_models):
    assert relit(host).status_code == 200
    opened_models.clear()
    assert relit(host).status_code == 200
    assert opened_models == []
    opts.set("ic_light_keep_models", False)
    assert relit(host).status_code == 200
    assert len(opened_models) == 1
    assert relit(host).status_code == 200
    assert len(opened_models) == 2


def test_what_the_controls_begin_with_is_set(host, opts):
    import gradio as gr

    from lib_iclight.hosts.page_script import Page, PageScript
    from lib_iclight.ui.accordion import PAGE_FIELDS

    opts.ic_light_matting_model = "my own.onnx"
    opts.ic_light_show_subject = True
    opts.ic_light_light_strength = 0.5
    opts.ic_light_restore_details = 0.25
    script = PageScript()
    script.page = Page()
    with gr.Blocks():
        controls = dict(zip(PAGE_FIELDS, script.ui(False), strict=True))
    names = ("matting_model", "show_subject", "light_strength", "restore_details")
    assert [controls[name].value for name in names] == ["my own.onnx", True, 0.5, 0.25]
    # The host's file of defaults for the page must not win over the settings.
    assert all(controls[name].do_not_save_to_config for name in names)


def test_the_remover_at_the_start_may_be_a_file_of_ones_own(app_context, opts):
    import gradio as gr
    from modules.ui_settings import create_setting_component

    from lib_iclight.subject.background_removal import MODELS

    def offered() -> list[str]:
        with gr.Blocks():
            made = create_setting_component("ic_light_matting_model")
        assert made.value == opts.ic_light_matting_model
        return [value for _, value in made.choices]

    folder = app_context.host.removers_folder()
    folder.mkdir(parents=True, exist_ok=True)
    assert offered() == list(MODELS)
    file = folder / "just came.onnx"
    file.write_bytes(b"")
    assert offered() == [*MODELS, "just came.onnx"]
    opts.ic_light_matting_model = "just came.onnx"
    file.unlink()
    assert offered() == [*MODELS, "just came.onnx"], "what is set is shown, also where it is gone"
    assert opts.data_labels["ic_light_matting_model"].refresh is not None, "a button looks again"


# Downloads


def test_without_the_setting_a_missing_model_is_named(host, hub):
    assert "There is no IC-Light model for the mode fcon" in detail(relit(host, "fcon"))
    assert hub.asked == []


def test_a_missing_model_is_downloaded_when_it_is_first_used(host, hub, opts):
    opts.ic_light_download_on_first_use = True
    assert relit(host, "fcon").status_code == 200
    assert (host.models_dir / "ic-light" / NAME).read_bytes() == fc_file(host).read_bytes()
    assert relit(host, "fcon").status_code == 200
    assert hub.asked == [None]


def test_a_download_that_fails_stops_the_run_with_the_reason(host, hub, opts):
    opts.ic_light_download_on_first_use = True
    hub.sha256 = "0" * 64
    assert "its SHA-256 is not the one" in detail(relit(host, "fcon"))
    assert host.probe.unet_inputs == []
    assert not (host.models_dir / "ic-light" / NAME).exists()


def test_interrupt_stops_a_download(host, hub, opts, monkeypatch):
    from modules import shared

    from lib_iclight.hosts import webui

    opts.ic_light_download_on_first_use = True
    hub.gate.clear()

    def tell(text):
        if text:
            shared.state.interrupt()
            hub.gate.set()

    monkeypatch.setattr(webui, "tell", tell)
    assert "was stopped" in detail(relit(host, "fcon"))
    assert host.probe.unet_inputs == []


def test_the_script_lets_errors_be_handed_on_whenever_it_is_loaded(app_context, monkeypatch):
    from modules import script_callbacks

    done = []
    monkeypatch.setattr(app_context.host, "hand_on_errors", lambda: done.append("handed on"))
    script_callbacks.before_ui_callback()
    assert done == ["handed on"]


@pytest.mark.parametrize("way", ["flag", "setting"])
def test_downloads_can_be_turned_off(host, hub, opts, app_context, monkeypatch, way):
    from modules import shared

    opts.ic_light_download_on_first_use = True
    if way == "flag":
        monkeypatch.setattr(shared.cmd_opts, "ic_light_no_download", True)
    else:
        opts.ic_light_download = False
    assert "There is no IC-Light model for the mode fcon" in detail(relit(host, "fcon"))
    assert "turned off" in host.api.get("/ic-light/models").json()["downloads"]
    # A background remover that is not there would be downloaded too.
    body = {"image": encoded(plain((1, 2, 3))), "matting_model": "birefnet-massive"}
    answer = host.api.post("/ic-light/foreground", json=body)
    assert "birefnet-massive is not installed, and downloads are turned off" in detail(answer)
    assert hub.asked == []


# Checkpoints


def test_the_accordion_tells_that_a_checkpoint_does_not_suit(app_context, sdxl):
    assert app_context.notice(sdxl).startswith("The checkpoint big is SDXL.")
    assert app_context.notice(None) == ""
    assert app_context.notice("no such checkpoint") == ""


def test_a_checkpoint_is_known_while_the_host_fills_its_list_anew(app_context, sdxl, monkeypatch):
    from modules import sd_models

    def changes(name):
        raise RuntimeError("dictionary changed size during iteration")

    said = app_context.notice(sdxl)
    for search in (lambda name: None, changes):
        monkeypatch.setattr(sd_models, "get_closet_checkpoint_match", search)
        assert app_context.notice(sdxl) == said


def test_a_hires_checkpoint_of_another_family_is_refused_before_sampling(host, sdxl):
    text = detail(relit(host, enable_hr=True, hr_checkpoint_name=sdxl))
    assert "the hires-fix checkpoint big is SDXL" in text
    assert host.probe.unet_inputs == []
    # Without the second pass its checkpoint does not matter.
    assert relit(host, hr_checkpoint_name=sdxl).status_code == 200


def test_a_refiner_of_another_family_is_refused_before_sampling(host, sdxl):
    text = detail(relit(host, refiner_checkpoint=sdxl, refiner_switch_at=0.5))
    assert "the refiner big is SDXL" in text
    assert host.probe.unet_inputs == []


def test_a_refiner_whose_weights_alone_are_reloaded_is_refused_before_sampling(host, opts, monkeypatch):
    monkeypatch.setitem(opts.data, "refiner_fast_sd", True)
    text = detail(relit(host, refiner_checkpoint="none other", refiner_switch_at=0.5))
    assert "choose no refiner" in text
    assert host.probe.unet_inputs == []
    assert relit(host).status_code == 200


# Routes


def test_our_routes_are_among_the_hosts(host):
    paths = host.api.get("/openapi.json").json()["paths"]
    assert {path for path in paths if path.startswith("/ic-light/")} >= {"/ic-light/models", "/ic-light/version"}
    assert host.api.get("/ic-light/models").json()["chosen"].keys() >= {"fc", "fbc"}
    assert str(host.models_dir) not in host.api.get("/ic-light/models").text


# Routes


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"api": True}, (None, True)),
        ({"api": False}, (None, False)),
        ({"api": False, "nowebui": True}, (None, True)),
        ({"api": True, "api_auth": "ben:pass"}, ("ben:pass", True)),
    ],
)
def test_what_the_command_line_guards_the_api_with_guards_the_routes(host, monkeypatch, options, expected):
    from modules.shared import cmd_opts

    from lib_iclight.hosts.login import access

    for name, value in options.items():
        monkeypatch.setattr(cmd_opts, name, value, raising=False)
    found = access(host.app)
    assert (found.credentials, found.programs) == expected


def test_without_a_login_programs_use_the_routes_of_a_web_ui_with_the_api(host):
    assert host.api.get("/ic-light/version").status_code == 200

"""Hosts started with other arguments leave nothing behind."""

import sys

import pytest

from lib_iclight.subject import background_removal
from workbench.session import REPOSITORY, ROUGH_CUT_OUT, Workbench


def test_a_password(tmp_path, request_body):
    with Workbench(tmp_path, (), args=("--api-auth", "me:secret")) as host:
        assert host.txt2img(**request_body).status_code == 401
        assert host.api.get("/sdapi/v1/samplers", auth=("me", "wrong")).status_code == 401
        assert host.api.get("/sdapi/v1/samplers", auth=("me", "secret")).status_code == 200


FAMILIES = {
    "sd1": {"is_sd1"},
    "sd2": {"is_sd2"},
    "sdxl": {"is_sdxl"},
    "sd3": {"is_sd3"},
    "flux": set(),
    "inpaint": {"is_sd1", "is_inpaint"},
}


def test_another_family(tmp_path):
    names = ("is_sd1", "is_sd2", "is_sdxl", "is_sd3", "is_inpaint")
    with Workbench(tmp_path, (), family="sdxl") as host:
        assert {name for name in names if getattr(host.sd_model, name)} == {"is_sdxl"}
        from backend.loader import forge_loader

        for family, flags in FAMILIES.items():
            model = forge_loader(family)
            assert {name for name in names if getattr(model, name)} == flags
            assert model.model_config.inpaint_model() == (family == "inpaint")


def test_the_offsets_are_among_the_models_and_nothing_is_left_behind(tmp_path):
    import gradio as gr

    path, init = list(sys.path), gr.components.Component.__init__
    with Workbench(tmp_path, ()) as host:
        assert gr.components.Component.__init__ is not init
        names = {path.name for path in (host.models_dir / "ic-light").iterdir()}
        assert names == {"iclight_tiny_fc.safetensors", "iclight_tiny_fbc.safetensors"}
    assert sys.path == path
    assert gr.components.Component.__init__ is init
    assert not [name for name in sys.modules if name.split(".")[0] in ("modules", "backend", "modules_forge")]


def test_the_products_remover_is_put_back(tmp_path):
    own = background_removal.remove_background
    with Workbench(tmp_path, (REPOSITORY, ROUGH_CUT_OUT)):
        import webui

        assert background_removal.remove_background is not own
        webui.reload_scripts()
        assert background_removal.remove_background is not own, "the scripts were loaded anew"
    assert background_removal.remove_background is own


def test_one_at_a_time(tmp_path):
    with Workbench(tmp_path / "a", ()):
        with pytest.raises(RuntimeError, match="running in this process already"):
            Workbench(tmp_path / "b", ()).start()
        from modules import shared

        assert shared.opts.samples_save


def test_settings_outlive_the_host(tmp_path):
    with Workbench(tmp_path, ()) as host:
        host.api.post("/sdapi/v1/options", json={"samples_save": False}).raise_for_status()
    with Workbench(tmp_path, ()) as host:
        assert host.api.get("/sdapi/v1/options").json()["samples_save"] is False

"""An unknown web UI starts and works, and relighting is refused."""

from __future__ import annotations

import pytest
from asking import BODY, ask, pixels_of, shown
from PIL import Image
from samples import encoded

from lib_iclight.errors import ICLightError
from lib_iclight.hosts import app_context
from workbench.session import Workbench

ASKED = {"foreground": encoded(Image.new("RGBA", (32, 32), (200, 90, 30, 128))), "light": "left"}


@pytest.fixture(scope="module")
def strange(tmp_path_factory):
    """A web UI with an unknown backend."""

    def detect():
        raise ICLightError("IC Light does not know this web UI.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_context, "detect", detect)
        app_context.app_context.cache_clear()
        with Workbench(tmp_path_factory.mktemp("data")) as workbench:
            yield workbench


def test_a_strange_web_ui_starts_and_says_why_iclight_is_off(strange):
    assert "IC Light does not know this web UI." in shown(strange)
    plain = pixels_of(strange.txt2img(**BODY))
    assert (pixels_of(ask(strange, {})) == plain).all()
    assert strange.api.get("/sdapi/v1/samplers").status_code == 200


def test_a_strange_web_ui_refuses_to_relight(strange, capsys):
    strange.reset()
    answer = ask(strange, ASKED)
    assert (answer.status_code, answer.json()["detail"]) == (422, "IC Light does not know this web UI.")
    assert ask(strange, {"lihgt": "left"}).status_code == 422
    assert strange.probe.unet_inputs == []
    strange.txt2img(**BODY)
    assert "Error running" not in capsys.readouterr().err

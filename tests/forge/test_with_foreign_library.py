"""Another IC-Light extension whose package is also called ``lib_iclight`` was loaded first."""

from __future__ import annotations

import pytest
from forge import pictures

NAME = "1-other-relighter"
FOREGROUND = pictures.text(pictures.subject())


OTHER = """
import gradio as gr
import lib_iclight
from modules import scripts


class Other(scripts.Script):
    def title(self):
        return "IC Light"

    def show(self, is_img2img):
        return scripts.AlwaysVisible

    def ui(self, is_img2img):
        return [gr.Checkbox(False, label="Other")]
"""


@pytest.fixture(scope="module", params=[False, True], ids=["another title", "our title"])
def client(request, keeper, tmp_path_factory):
    other = tmp_path_factory.mktemp("extension")
    for folder, name, content in (
        ("lib_iclight", "__init__.py", "'''Another extension's package.'''\n"),
        ("scripts", "other_relighter.py", OTHER if request.param else "import lib_iclight\n"),
    ):
        other.joinpath(folder).mkdir()
        other.joinpath(folder, name).write_text(content, encoding="utf-8")
    return keeper.get(f"foreign-{request.param}", {NAME: other}).client


@pytest.mark.slow
def test_relighting_is_refused_and_the_other_extension_named(client):
    for answer in (client.txt2img({"foreground": FOREGROUND}), client.img2img({}, init_images=[FOREGROUND])):
        assert 400 <= answer.status < 500
        assert not answer.record.sampled
        for word in (NAME, "Disable", "restart"):
            assert word in answer.message


@pytest.mark.slow
def test_web_ui_works_as_without_the_extension(client):
    answer = client.txt2img()
    assert answer.record.channels == {4}
    assert answer.pixels.shape == (64, 64, 3)

"""Another extension with our title is named in a warning, and no request is silently lost to it."""

from __future__ import annotations

import io
from contextlib import ExitStack, redirect_stdout
from types import SimpleNamespace

import pytest
from asking import BODY, ask, pixels_of, shown
from PIL import Image
from samples import encoded

from lib_iclight.namesakes import misrouted, namesakes
from workbench.session import REPOSITORY, Workbench

ASKED = {"foreground": encoded(Image.new("RGBA", (32, 32), (200, 90, 30, 128))), "light": "left"}
OTHER = """
import gradio as gr
from modules import scripts


class Other(scripts.Script):
    def title(self):
        return "ic LIGHT"

    def show(self, is_img2img):
        return scripts.AlwaysVisible

    def ui(self, is_img2img):
        return [gr.Checkbox(False, label="Other", elem_id=f"other_{is_img2img}")]
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """The folder of an extension that is loaded before ours and has the same title."""
    folder = tmp_path_factory.mktemp("extensions") / "1-other-relighter"
    (folder / "scripts").mkdir(parents=True)
    (folder / "scripts" / "other.py").write_text(OTHER, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def beside(other, tmp_path_factory):
    said = io.StringIO()
    with ExitStack() as stack:
        with redirect_stdout(said):
            workbench = stack.enter_context(Workbench(tmp_path_factory.mktemp("data"), (other, REPOSITORY)))
        workbench.printed = said.getvalue().splitlines()
        yield workbench


@pytest.mark.parametrize("asked", [ASKED, {"enabled": True, "light": "left"}])
def test_a_request_that_another_extension_of_our_title_gets_is_refused_and_that_one_named(beside, asked):
    beside.reset()
    init = {"way": "img2img", "init_images": [ASKED["foreground"]]}
    for answer in (ask(beside, asked), ask(beside, asked, **init)):
        assert answer.status_code == 422, answer.text
        assert all(word in answer.json()["detail"] for word in ("1-other-relighter", "Disable one", "restart"))
    assert beside.probe.unet_inputs == []


def test_other_runs_beside_an_extension_of_our_title_are_as_ever(beside):
    plain = pixels_of(beside.txt2img(**BODY))
    for nothing in ({}, {"enabled": False, "light": "left"}, False):
        assert (pixels_of(ask(beside, nothing)) == plain).all()


def test_an_extension_of_our_title_is_named_at_the_start_and_on_the_page(beside):
    assert shown(beside).count("1-other-relighter") == 2, "once in each tab"
    (printed,) = [line for line in beside.printed if "titled IC Light" in line]
    assert "'1-other-relighter'" in printed


def test_an_extension_that_cannot_tell_its_title_takes_nothing_from_ours():
    class Untold:
        filename, args_from, args_to = "/web-ui/extensions/untold/scripts/untold.py", 0, 1

        def title(self):
            raise NotImplementedError

    class Nameless(Untold):
        def title(self):
            return None

    scripts = [Untold(), Nameless()]
    p = SimpleNamespace(scripts=SimpleNamespace(scripts=scripts), script_args=[{"light": "left"}])
    assert namesakes(scripts, None) == []
    assert misrouted(p, None) == ""

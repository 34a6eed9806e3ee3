"""Results of their own size: what the host is kept from, where it cannot be, and what is kept of them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hooked import CUT_OUT, Asked, Processing
from PIL import Image
from samples import plain

from lib_iclight.errors import ICLightError
from lib_iclight.hosts import own_size, run_context, script_hooks
from lib_iclight.restore.developed import Developed, Layers

OWN = {"foreground": CUT_OUT, "result": "photograph", "photograph_size": "photograph"}
PAINTED = plain((10, 20, 30))


@pytest.fixture(autouse=True)
def _checked(hooks, monkeypatch):
    monkeypatch.setattr(hooks, "_checks", type("Checks", (), {"check_loaded": print, "check_others": print}))
    monkeypatch.setattr(script_hooks.patching, "words", lambda checkpoint: "")
    hooks.host.kept_levels = lambda sd_model: lambda: None
    hooks.host.checkpoint = lambda sd_model: None
    monkeypatch.setattr(script_hooks.saved, "complete", lambda *args: None)
    monkeypatch.setattr(script_hooks.webui, "settings", lambda: type("Settings", (), {"keep_models": True}))


def checked(hooks, fields: dict = OWN, is_img2img: bool = False, **of_p) -> Processing:
    p = Processing(**{"sd_model": "photo", "batch_size": 2, "do_not_save_grid": False} | of_p)
    p.said = []
    p.comment = p.said.append
    begin_on(hooks, p, fields, is_img2img)
    hooks.check(p)
    return p


def begin_on(hooks, p: Processing, fields: dict, is_img2img: bool = False) -> None:
    hooks.begin(p, Asked(fields), is_img2img)


@pytest.mark.parametrize("unwanted", [False, True])
def test_the_host_makes_no_grid_in_this_run_and_may_in_the_next(hooks, unwanted):
    p = checked(hooks, do_not_save_grid=unwanted)
    assert p.do_not_save_grid is True
    hooks.results(p, None)
    assert p.do_not_save_grid is unwanted


def test_a_grid_that_an_error_has_prevented_is_allowed_again_by_the_next_run(hooks):
    p = checked(hooks)
    run_context.of(p).end_with(ICLightError("refused"))
    begin_on(hooks, p, {})
    assert p.do_not_save_grid is False


@pytest.mark.parametrize("fields", [{"foreground": CUT_OUT}, {**OWN, "photograph_size": "run"}])
def test_at_the_runs_size_the_host_makes_its_grid(hooks, fields):
    assert checked(hooks, fields).do_not_save_grid is False


def test_with_a_mask_the_size_is_the_runs_and_that_is_said(hooks):
    fields = {**OWN, "foreground": "", "remove_background": False}
    p = checked(hooks, fields, True, init_images=[plain((9, 9, 9))], image_mask=Image.new("L", (8, 8)))
    assert p.said == ["With a mask the result has the size of the run."]
    assert run_context.of(p).at_run_size
    assert p.do_not_save_grid is False


class Chosen:
    """One of the host's selectable scripts."""

    def __init__(self, title: str) -> None:
        self.title = lambda: title


SELECTABLE = [Chosen(title) for title in ("Prompt matrix", "Prompts from file or textbox", "X/Y/Z plot")]


@pytest.mark.parametrize(("number", "name"), [(1, "Prompt matrix"), (3, "X/Y/Z plot")])
def test_in_a_plot_too(hooks, number, name):
    scripts = SimpleNamespace(selectable_scripts=SELECTABLE)
    p = checked(hooks, scripts=scripts, script_args=[number, "its own argument"])
    assert p.said == [f"The pictures of {name} have the size of the run."]


@pytest.mark.parametrize("number", [0, 2, None])
def test_without_a_plot_the_size_is_the_photographs(hooks, number):
    p = checked(hooks, scripts=SimpleNamespace(selectable_scripts=SELECTABLE), script_args=[number])
    assert p.said == []
    assert not run_context.of(p).at_run_size


@pytest.fixture
def made(monkeypatch):
    """Makes every result what it is given."""

    def make(result: Developed) -> None:
        monkeypatch.setattr(script_hooks, "finish", lambda *args: result)

    return make


def test_finer_levels_are_rounded_for_the_host_and_kept_until_the_results(hooks, made):
    deep = np.full((4, 4, 3), 257 * 100 + 129, np.uint16)
    result = Developed(deep)
    made(result)
    p = checked(hooks)
    assert (np.asarray(hooks.finish_image(p, PAINTED, 1)) == 101).all()
    run = run_context.of(p)
    assert run.developed == {1: result}
    hooks.results(p, SimpleNamespace(infotexts=[], index_of_first_image=0))
    assert run.developed == {}


def test_layers_are_kept_and_a_plain_picture_is_not(hooks, made):
    pixels = np.zeros((4, 4, 3), np.uint8)
    layers = Layers(pixels, pixels[..., 0], pixels, None, pixels, pixels.astype(np.float16))
    p = checked(hooks)
    made(Developed(pixels))
    hooks.finish_image(p, PAINTED, 0)
    made(Developed(pixels, layers))
    hooks.finish_image(p, PAINTED, 1)
    assert list(run_context.of(p).developed) == [1]


def test_a_result_that_cannot_be_finished_ends_the_run_and_leaves_nothing_behind(hooks, monkeypatch):
    def fail(*args):
        raise MemoryError("no room")

    p = checked(hooks)
    with monkeypatch.context() as patched:
        patched.setattr(script_hooks, "finish", fail)
        hooks.finish_image(p, PAINTED, None)
    with pytest.raises(MemoryError, match="no room"):
        len(p.color_corrections)
    run_context.begin(p)
    assert "color_corrections" not in vars(p)


def test_what_has_no_such_attribute_is_left_without():
    p = Processing()
    own_size.restore_grid(p, own_size.without_grid(p))
    assert not hasattr(p, "do_not_save_grid")

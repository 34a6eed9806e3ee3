"""The hooks while a run goes on: checks, passes, finished pictures, results, and what becomes of errors."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hooked import CUT_OUT, Processing, begin
from PIL import Image
from samples import plain

from lib_iclight.errors import ICLightError
from lib_iclight.hosts import run_context, script_hooks
from lib_iclight.hosts.protocol import Checkpoint


@pytest.fixture
def webui(monkeypatch):
    """What the web UI has set."""
    found = SimpleNamespace(keep_models=True)
    monkeypatch.setattr(script_hooks.webui, "settings", lambda: found)
    monkeypatch.setattr(script_hooks.unrestored, "with_overlay", lambda p, image, position: (image, position))
    return found


@pytest.fixture
def checks(hooks, monkeypatch):
    """The checks of checkpoints that are called, in order; ``checks.error`` is what the next one raises."""
    called = SimpleNamespace(names=[], error=None)

    def check(name):
        called.names.append(name)
        if called.error is not None:
            raise called.error

    monkeypatch.setattr(hooks._checks, "check_loaded", lambda sd_model, run: check(f"loaded {sd_model}"))
    monkeypatch.setattr(hooks._checks, "check_others", lambda p: check("others"))
    return called


@pytest.fixture
def levels_put_back(hooks, monkeypatch):
    """The models whose noise levels were put back."""
    models = []
    hooks.host.kept_levels = lambda sd_model: lambda: models.append(sd_model)
    return models


def started(hooks, fields: dict, is_img2img: bool = False, **of_p) -> Processing:
    of_p = {"sd_model": "photo", "batch_size": 2, "color_corrections": ["the host's"]} | of_p
    p = begin(hooks, {"foreground": CUT_OUT} | fields, is_img2img, **of_p)
    p.said = []
    p.comment = p.said.append
    return p


@pytest.mark.parametrize("rounds", ["", "float8_e4m3fn"])
def test_the_loaded_checkpoint_is_checked_and_what_is_lost_on_it_is_said(hooks, checks, levels_put_back, rounds):
    hooks.host.checkpoint = lambda sd_model: Checkpoint(sd_model, "Stable Diffusion 1.5", True, rounds)
    p = started(hooks, {})
    hooks.check(p)
    assert checks.names == ["loaded photo", "others"]
    assert [text.split(",")[0] for text in p.said] == ([f"The weights of photo are kept as {rounds}"] if rounds else [])
    run_context.of(p).restore_levels()
    assert levels_put_back == ["photo"]
    assert p.sample() == "sampled"


def test_a_checkpoint_that_does_not_suit_ends_the_run_before_it_samples(hooks, checks):
    checks.error = ICLightError("photo is SDXL")
    p = started(hooks, {})
    hooks.check(p)
    assert run_context.of(p) is None
    with pytest.raises(ICLightError, match="photo is SDXL"):
        p.sample()


def test_what_goes_wrong_before_a_pass_ends_its_sampling_and_puts_the_levels_back(hooks, checks, levels_put_back):
    hooks.host.checkpoint = lambda sd_model: Checkpoint(sd_model, "Stable Diffusion 1.5", True)
    p = started(hooks, {}, sampler=SimpleNamespace())
    hooks.check(p)
    checks.error = ICLightError("photo is SDXL")
    hooks.before_sampling(p, None, None)
    assert run_context.of(p) is None
    assert levels_put_back == []
    for step in ("sample", "sample_img2img"):
        with pytest.raises(ICLightError, match="photo is SDXL"):
            getattr(p.sampler, step)()
    assert levels_put_back == ["photo"] * 2


def test_each_pass_is_set_up(hooks, monkeypatch):
    passes = []
    monkeypatch.setattr(hooks._relighting, "set_up", lambda *args: passes.append(args))
    p = started(hooks, {})
    hooks.before_sampling(p, "x", "noise")
    assert passes == [(p, run_context.of(p), "x", "noise")]


RED = plain((200, 30, 30))
RESTORED = {"keep_colours": 1.0, "keep_original": True}


def test_a_picture_of_which_nothing_is_to_be_kept_is_the_hosts_own(hooks, webui):
    p = started(hooks, {})
    assert hooks.finish_image(p, RED, 0) is RED
    assert p.color_corrections is None, "the host does not match the light's colours back"
    assert run_context.of(p).unrestored == {}


@pytest.mark.parametrize("index", [None, "told"])
def test_pictures_are_finished_in_their_order_and_kept_as_they_were(hooks, webui, index):
    colours = [plain((250, 90, 10)), plain((10, 90, 250))]
    fields = {**RESTORED, "foreground": "", "enabled": True, "remove_background": False}
    p = started(hooks, fields, True, init_images=colours)
    made = [hooks.finish_image(p, RED, None if index is None else place) for place in range(4)]
    pixels = [np.asarray(image)[8, 8].astype(int) for image in made]
    assert pixels[0][0] > pixels[0][2], "the first subject's orange"
    assert pixels[1][2] > pixels[1][0], "the second subject's blue"
    assert [made[place].tobytes() for place in (2, 3)] == [made[place].tobytes() for place in (0, 1)]
    assert run_context.of(p).unrestored == {0: (RED, 0), 1: (RED, 1), 2: (RED, 0), 3: (RED, 1)}


def test_without_that_wish_nothing_is_kept_as_it_was(hooks, webui):
    p = started(hooks, {"keep_colours": 1.0})
    assert hooks.finish_image(p, RED, 0) is not RED
    assert run_context.of(p).unrestored == {}


def test_a_run_that_is_not_relit_is_left_alone(hooks, webui, checks):
    p = started(hooks, {"enabled": False})
    hooks.check(p)
    hooks.before_sampling(p, None, None)
    assert hooks.finish_image(p, RED, 0) is RED
    hooks.results(p, None)
    assert p.color_corrections == ["the host's"]
    assert (checks.names, p.said, p.sample()) == ([], [], "sampled")


@pytest.fixture
def added(monkeypatch):
    """What is added to the results, in order."""
    found = []
    monkeypatch.setattr(script_hooks.results, "add", lambda processed, pictures: found.extend(pictures))
    monkeypatch.setattr(script_hooks.unrestored, "keep", lambda p, processed, kept: found.append(kept))
    return found


def ended(hooks, fields: dict, **of_run) -> Processing:
    p = started(hooks, fields)
    vars(run_context.of(p)).update(of_run)
    hooks.results(p, "processed")
    return p


def test_unrestored_pictures_and_then_the_prepared_subject_are_added_and_let_go(hooks, webui, added):
    p = ended(hooks, {"show_subject": True}, unrestored={0: RED}, shown=(24, 16))
    kept, subject = added
    assert kept == {0: RED}
    assert subject.size == (24, 16)
    assert subject.getpixel((8, 8)) == (163, 123, 83), "half of the subject on grey"
    assert run_context.of(p) is None


@pytest.mark.parametrize(
    ("fields", "of_run"), [({}, {"shown": (24, 16)}), ({"show_subject": True}, {})], ids=["not asked for", "no pass"]
)
def test_else_nothing_is_added(hooks, webui, added, fields, of_run):
    ended(hooks, fields, **of_run)
    assert added == []


def test_a_run_lets_go_of_its_pictures_though_they_cannot_be_added(hooks, webui, added, monkeypatch):
    def fails(p, processed, kept):
        raise OSError("the disk is full")

    monkeypatch.setattr(script_hooks.unrestored, "keep", fails)
    p = started(hooks, {})
    run_context.of(p).unrestored = {0: RED}
    with pytest.raises(OSError, match="the disk is full"):
        hooks.results(p, "processed")
    assert run_context.of(p) is None


def test_the_mask_comes_back_with_the_results(hooks, webui, added):
    mask = Image.new("L", (4, 4), 255)
    p = started(hooks, {"light": "mask"}, True, init_images=[RED], image_mask=mask)
    assert p.image_mask is None
    hooks.results(p, "processed")
    assert p.image_mask is mask


@pytest.mark.parametrize(("keep", "forgotten"), [(True, 0), (False, 1)])
def test_models_are_kept_from_run_to_run_where_that_is_set(hooks, webui, added, monkeypatch, keep, forgotten):
    calls = []
    monkeypatch.setattr(hooks.pipeline.library, "forget", lambda: calls.append(1))
    webui.keep_models = keep
    ended(hooks, {})
    assert len(calls) == forgotten

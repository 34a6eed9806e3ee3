"""The first hook: what is refused before what, which pictures are opened, what an earlier run has left."""

from __future__ import annotations

import pytest
from hooked import BROKEN, CUT_OUT, Asked, Processing, begin
from PIL import Image
from samples import encoded, plain

from lib_iclight.errors import ICLightError, InterruptedRunError
from lib_iclight.hosts import run_context, script_hooks
from lib_iclight.models.library import MissingModelError


def refusal(hooks, fields: dict, is_img2img: bool = False, **of_p) -> str:
    p = begin(hooks, fields, is_img2img, **of_p)
    assert run_context.of(p) is None
    with pytest.raises(ICLightError) as caught:
        p.sample()
    return str(caught.value)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"background": BROKEN, "light_map": BROKEN}, ["foreground"]),
        ({"light": "custom", "light_map": CUT_OUT, "background": BROKEN}, ["light map", "foreground"]),
        ({"mode": "fbc", "background": CUT_OUT, "light": "custom", "light_map": BROKEN}, ["background", "foreground"]),
        ({"mode": "fbc", "light": "left", "light_map": BROKEN}, ["foreground"]),
        ({"enabled": False, "foreground": BROKEN}, []),
    ],
)
def test_only_pictures_that_are_used_are_opened(hooks, opened, fields, names):
    p = begin(hooks, {"foreground": CUT_OUT, **fields})
    assert p.sample() == "sampled"
    assert opened == names


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, ["img2img picture", "img2img picture"]),
        ({"foreground": CUT_OUT}, ["light map", "foreground"]),
        ({"foreground": CUT_OUT, "mode": "fbc"}, ["background", "foreground"]),
        ({"foreground": CUT_OUT, "light": "left"}, ["foreground"]),
        ({"foreground": CUT_OUT, "light": "mask"}, ["light map", "foreground"]),
    ],
)
def test_img2imgs_pictures_are_opened_where_they_are_used(hooks, opened, fields, names):
    images, mask = [plain((1, 2, 3, 128)), plain((3, 2, 1, 128))], Image.new("L", (4, 4), 255)
    p = begin(hooks, {"enabled": True, **fields}, is_img2img=True, init_images=images, image_mask=mask)
    assert p.sample() == "sampled"
    assert opened == names


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mode": "fbc", "background": BROKEN, "model": "absent"}, "no foreground"),
        ({"foreground": BROKEN, "light": "custom", "model": "absent"}, "no light map"),
        ({"foreground": BROKEN, "light": "mask", "model": "absent"}, "txt2img has no mask"),
        ({"foreground": BROKEN, "model": "absent"}, "absent"),
        ({"foreground": BROKEN, "mode": "fbc", "model": "absent"}, "absent"),
        ({"foreground": BROKEN, "mode": "fbc"}, "needs a background or a light"),
        ({"foreground": BROKEN, "mode": "fbc", "background": BROKEN}, "The background is not a picture"),
        ({"foreground": BROKEN}, "The foreground is not a picture"),
    ],
)
def test_what_is_missing_is_said_before_what_is_broken(hooks, fields, said):
    assert said in refusal(hooks, fields)


def test_img2img_without_any_picture_is_refused(hooks):
    for images in (None, [], [None]):
        assert "no subject" in refusal(hooks, {"enabled": True}, is_img2img=True, init_images=images)


def test_a_mask_of_a_kind_that_is_not_read_is_said_first(hooks):
    mask = Image.new("L", (20, 20), 255)
    hooks.pipeline.max_pixels = lambda: 300
    said = refusal(hooks, {"light": "mask"}, is_img2img=True, init_images=[], image_mask=mask)
    assert said.startswith("The mask is too large")


@pytest.fixture
def fetched(hooks, monkeypatch):
    """The modes whose model is fetched, in order; none is there before."""
    modes, select = [], hooks.pipeline.library.select

    def missing_at_first(mode, model, where):
        if not modes:
            raise MissingModelError("There is none.", mode)
        return select(mode, model, where)

    monkeypatch.setattr(hooks.pipeline.library, "select", missing_at_first)
    monkeypatch.setattr(hooks, "_fetch", modes.append)
    return modes


def test_a_missing_model_is_fetched_once_where_that_is_set(hooks, fetched):
    assert refusal(hooks, {"foreground": CUT_OUT, "mode": "fcon"}) == "There is none."
    assert fetched == []
    hooks._models.on_first_use = True
    assert begin(hooks, {"foreground": CUT_OUT, "mode": "fcon"}).sample() == "sampled"
    assert fetched == ["fcon"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"background": CUT_OUT, "foreground": None}, "no foreground"),
        ({"light": "none"}, "needs a background or a light"),
        ({"light": "custom"}, "no light map"),
        ({"background": BROKEN}, "The background is not a picture"),
        ({"foreground": BROKEN, "light": "left"}, "The foreground is not a picture"),
        ({"foreground": encoded(plain((1, 2, 3, 0))), "light": "left"}, "fully transparent"),
    ],
)
def test_nothing_is_fetched_for_a_run_that_is_refused(hooks, fetched, fields, said):
    hooks._models.on_first_use = True
    assert said in refusal(hooks, {"foreground": CUT_OUT, "mode": "fbc", **fields})
    assert fetched == []


def test_a_missing_model_that_is_not_fetched_is_said_before_what_is_broken(hooks, fetched):
    assert refusal(hooks, {"foreground": BROKEN, "mode": "fbc"}) == "There is none."


def test_the_request_that_is_planned_holds_the_pictures_that_are_used(hooks):
    p = begin(hooks, {"foreground": CUT_OUT, "background": BROKEN})
    request = run_context.of(p).plan.request
    assert request.foreground.size == (16, 16)
    assert request.background is None


def test_a_run_takes_away_what_an_earlier_one_has_written(hooks):
    p = begin(hooks, {"foreground": CUT_OUT, "light": "left"}, extra_generation_params={"IC Light strength": "2"})
    assert p.extra_generation_params["IC Light direction"] == "left"
    assert "IC Light strength" not in p.extra_generation_params
    hooks.begin(p, Asked({}), False)
    assert p.extra_generation_params == {}


def test_a_run_inside_a_relit_run_is_left_alone(hooks):
    def process_images_inner(p, inner):
        """A host's function of this name."""
        hooks.begin(inner, Asked({"foreground": BROKEN}), False)

    outer = begin(hooks, {"foreground": CUT_OUT})
    inner = Processing(extra_generation_params={"IC Light mode": "fc"})
    process_images_inner(outer, inner)
    assert inner.sample() == "sampled"
    assert inner.extra_generation_params == {"IC Light mode": "fc"}


def test_interrupting_lets_the_host_end_the_run_and_else_no_picture_comes(hooks, monkeypatch):
    def interrupted(*args):
        raise InterruptedRunError

    monkeypatch.setattr(hooks.pipeline, "plan", interrupted)
    p = Processing()
    p.setup_prompts = lambda: "set up"
    hooks.begin(p, Asked({"foreground": CUT_OUT}), False)
    assert p.setup_prompts() == "set up"
    with pytest.raises(InterruptedRunError):
        p.sample()


def test_what_is_downloaded_is_told_and_forgotten(hooks, monkeypatch):
    told = []
    monkeypatch.setattr(script_hooks.webui, "watch_interrupt", lambda: "the button")
    monkeypatch.setattr(script_hooks.webui, "tell", told.append)

    def fetch(mode, interrupted, tell):
        assert (mode, interrupted) == ("fcon", "the button")
        tell("Downloading ...")
        raise ICLightError("no network")

    hooks._models.fetch = fetch
    with pytest.raises(ICLightError, match="no network"):
        hooks._fetch("fcon")
    assert told == ["Downloading ...", ""]

"""What a run keeps on a processing object, with copies, errors and the next run."""

from __future__ import annotations

import copy

import pytest
from PIL import Image
from samples import plain

from lib_iclight.errors import ICLightError
from lib_iclight.hosts import run_context
from lib_iclight.subject.prepare import Framing

MASK = Image.new("L", (4, 4), 255)


class Processing:
    """A host's processing object in img2img, with a mask."""

    def __init__(self) -> None:
        self.image_mask = MASK

    def sample(self) -> str:
        return "sampled"


@pytest.fixture
def p():
    return Processing()


@pytest.fixture
def lit_by_mask(plan):
    return plan(init=[plain((90, 60, 30))], light="mask", mask=MASK)


@pytest.fixture
def run(p, lit_by_mask):
    """The context of a run that is relit with the mask as its light."""
    started = run_context.begin(p)
    started.start(lit_by_mask)
    return started


def test_a_run_that_is_not_planned_is_not_relit(p):
    run_context.begin(p)
    assert run_context.of(p) is None
    assert not run_context.is_relit(p)


def test_a_run_is_known_as_relit_after_it_has_let_go_of_its_pictures(p, run):
    assert run_context.of(p) is run
    run.init_latent, run.unrestored = "latents", {0: MASK}
    run.drop_pictures()
    assert (run.plan, run.init_latent, run.unrestored) == (None, None, {})
    assert run_context.of(p) is None
    assert run_context.is_relit(p)
    run_context.begin(p)
    assert not run_context.is_relit(p)


def test_a_copy_is_not_relit(p, run):
    other = copy.copy(p)
    assert run_context.of(other) is None
    assert not run_context.is_relit(other)


def test_the_mask_is_detached_until_it_is_restored(p, run):
    assert p.image_mask is None
    run.restore_mask()
    assert p.image_mask is MASK
    p.image_mask = None
    run_context.begin(p)
    assert p.image_mask is None, "a mask is restored once"


def test_the_next_run_gets_what_an_error_has_left(p, run):
    run.end_with(ICLightError("it does not fit"))
    assert run_context.of(p) is None, "its pictures are gone"
    with pytest.raises(ICLightError, match="it does not fit"):
        p.sample()
    run_context.begin(p)
    assert p.sample() == "sampled"
    assert p.image_mask is MASK


def test_a_copys_run_puts_back_on_the_copy_alone(p, run):
    other = copy.copy(p)
    run_context.begin(other)
    assert other.image_mask is MASK
    assert p.image_mask is None
    assert run_context.of(p) is run
    run.restore_mask()
    assert p.image_mask is MASK


def test_a_copy_of_a_refused_run_can_run(p, run):
    run.end_with(ICLightError("it does not fit"))
    other = copy.copy(p)
    run_context.begin(other)
    assert other.sample() == "sampled"
    with pytest.raises(ICLightError, match="it does not fit"):
        p.sample()


def test_only_the_named_steps_end_a_run(p, run):
    run.end_with(ICLightError("interrupted"), steps=("setup_prompts",))
    assert p.sample() == "sampled"


def test_what_axes_set_holds_for_one_object_and_all_its_runs():
    p = Processing()
    cell = copy.copy(p)
    run_context.override(cell, "mode", "fbc")
    run_context.override(cell, "light", "top")
    neighbour = copy.copy(cell)
    run_context.override(neighbour, "light", "left")
    for _ in range(2):
        assert run_context.begin(cell).overrides == {"mode": "fbc", "light": "top"}
    assert run_context.begin(neighbour).overrides == {"mode": "fbc", "light": "left"}
    assert run_context.begin(p).overrides == {}


def test_subjects_are_framed_as_the_host_frames_its_picture(run):
    assert run.subjects == run.plan.subjects
    run.framing = Framing("stretch")
    assert [subject.framing for subject in run.subjects] == [Framing("stretch")]
    assert [subject.framing for subject in run.plan.subjects] == [Framing("cover")]


def test_pictures_of_a_batch_take_turns_with_the_subjects(p, plan):
    run = run_context.begin(p)
    run.start(plan(init=[plain((90, 60, 30)), plain((1, 2, 3))]))
    first, second = run.subjects
    assert [run.subject_of(index) for index in range(4)] == [first, second, first, second]

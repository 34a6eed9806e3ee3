"""A refused run ends with the reason before anything is sampled."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lib_iclight.errors import ICLightError
from lib_iclight.hosts import abort


class Processing:
    """What a host calls on its processing object, in order."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def setup_prompts(self):
        self.done.append("setup_prompts")

    def init(self, *args):
        self.done.append("init")

    def sample(self, *args, **kwargs):
        self.done.append("sample")


STEPS = ["setup_prompts", "init", "sample"]


@pytest.mark.parametrize("step", STEPS)
def test_whatever_step_comes_next_ends_the_run_with_the_reason(step):
    p, error = Processing(), ICLightError("no foreground")
    abort.abort_run(p, error)
    with pytest.raises(ICLightError) as caught:
        getattr(p, step)()
    assert caught.value is error
    assert p.done == []


def test_the_same_object_runs_again_once_it_is_allowed():
    p = Processing()
    abort.abort_run(p, ICLightError("no foreground"))
    abort.clear_abort(p)
    for step in STEPS:
        getattr(p, step)()
    assert p.done == STEPS


def test_another_run_is_not_stopped():
    abort.abort_run(Processing(), ICLightError("no foreground"))
    other = Processing()
    other.sample()
    assert other.done == ["sample"]


def test_a_step_that_a_host_lacks_is_not_invented():
    class Bare:
        def sample(self):
            return None

    p = Bare()
    abort.abort_run(p, ICLightError("no foreground"))
    assert not hasattr(p, "setup_prompts")


def test_a_run_that_was_never_refused_may_be_allowed():
    p = Processing()
    abort.clear_abort(p)
    p.sample()
    assert p.done == ["sample"]


@pytest.mark.parametrize("step", ["sample", "sample_img2img"])
def test_a_run_about_to_sample_ends_before_the_sampler_runs(step):
    p = SimpleNamespace(sampler=SimpleNamespace(sample=lambda *a: "latents", sample_img2img=lambda *a: "latents"))
    abort.abort_sampling(p, ICLightError("does not fit"))
    with pytest.raises(ICLightError, match="does not fit"):
        getattr(p.sampler, step)("model", x=1)

"""Stop a run. Hosts print and swallow what a hook raises, so it is raised where they do not guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ..errors import ICLightError, release

_STEPS = ("setup_prompts", "init", "sample")
_SAMPLING = ("sample", "sample_img2img")


def abort_run(p: Any, error: Exception, steps: Sequence[str] = _STEPS) -> None:
    """Let a run end with ``error`` at the next of its ``steps``, by default before anything else is done.

    The steps are replaced on this one processing object and come back with :func:`clear_abort`.
    """
    for step in steps:
        if hasattr(type(p), step):
            setattr(p, step, _raiser(error))


def clear_abort(p: Any) -> None:
    """Take back :func:`abort_run`; a host may use one processing object for several runs."""
    for step in _STEPS:
        vars(p).pop(step, None)


def abort_sampling(p: Any, error: Exception, tidy: Callable[[], None] = lambda: None) -> None:
    """Let a run that is about to sample end with ``error`` instead; the sampler lives for one run only.

    Args:
        p: the host's processing object.
        error: the reason.
        tidy: puts back what the host itself would put back after sampling.
    """
    for step in _SAMPLING:
        setattr(p.sampler, step, _raiser(error, tidy))


def _raiser(error: Exception, tidy: Callable[[], None] = lambda: None):
    release(error)
    if isinstance(error, ICLightError):
        # Where it came from says nothing to a user, and would hold what the functions there were made of.
        error.__traceback__ = None

    def stop(*args: Any, **kwargs: Any) -> NoReturn:
        tidy()
        raise error

    return stop

"""Ends a run with an error. Hosts print and swallow what a hook raises, so it is raised where they do not catch it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from ..errors import ICLightError, release

STEPS = ("setup_prompts", "init", "sample")
"""The methods of a processing object that a host calls in a run, in order."""

_SAMPLING = ("sample", "sample_img2img")

Stop = Callable[..., NoReturn]


def abort_run(p: Any, error: Exception, steps: Sequence[str] = STEPS) -> dict[str, Stop]:
    """Make a run end with ``error`` at the next of its ``steps``, by default before anything else is done.

    Returns:
        The functions that now replace the steps on this processing object; :func:`clear` removes them.
    """
    stops = dict.fromkeys((step for step in steps if hasattr(type(p), step)), _raiser(error))
    vars(p).update(stops)
    return stops


def clear(p: Any, stops: Mapping[str, Any]) -> None:
    """Undo :func:`abort_run` or :func:`abort_after_picture`; a host may use one processing object for several runs."""
    for step, stop in stops.items():
        if vars(p).get(step) is stop:
            del vars(p)[step]


def abort_sampling(p: Any, error: Exception, tidy: Callable[[], None] = lambda: None) -> None:
    """Make a run that is about to sample end with ``error`` instead; the sampler exists for one run only.

    Args:
        p: the host's processing object.
        error: the reason.
        tidy: restores what the host itself would restore after sampling.
    """
    for step in _SAMPLING:
        setattr(p.sampler, step, _raiser(error, tidy))


class _Uncountable:
    """Raises when a host counts it."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop

    def __len__(self) -> int:
        self._stop()


def abort_after_picture(p: Any, error: Exception) -> dict[str, Any]:
    """Make a run end with ``error`` right after the hook ``postprocess_image``: the host then counts its corrections.

    Returns:
        The attributes that this replaces on the processing object, for :func:`clear`.
    """
    p.color_corrections = _Uncountable(_raiser(error))
    return {"color_corrections": p.color_corrections}


def _raiser(error: Exception, tidy: Callable[[], None] = lambda: None) -> Stop:
    release(error)
    if isinstance(error, ICLightError):
        # The traceback is of no use to a user, and would keep the local variables of its frames alive.
        error.__traceback__ = None

    def stop(*args: Any, **kwargs: Any) -> NoReturn:
        tidy()
        raise error

    return stop

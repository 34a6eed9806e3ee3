"""Where a result cannot have a size of its own, and what the host must not do with one that has."""

from __future__ import annotations

from typing import Any

from ..developing import wants_own_size
from ..request import Request

_PLOTS = ("X/Y/Z plot", "Prompt matrix")
"""The titles of the host's scripts that lay results side by side in one picture."""


def why_not(p: Any, request: Request) -> str:
    """Why results have the run's size although another one is asked for; "" if they do not.

    Args:
        p: the host's processing object.
        request: what was asked for.
    """
    if not wants_own_size(request):
        return ""
    if getattr(p, "image_mask", None) is not None:
        return "With a mask the result has the size of the run."
    plot = _plot(p)
    return f"The pictures of {plot} have the size of the run." if plot else ""


def _plot(p: Any) -> str:
    """Which of :data:`_PLOTS` is chosen in the run, "" if none is.

    The first of a run's script arguments is the number of the selectable script that was chosen, 0 for none. The copies
    of ``p`` that such a script makes have it too.
    """
    selectable = getattr(getattr(p, "scripts", None), "selectable_scripts", ())
    number = next(iter(getattr(p, "script_args", None) or ()), 0)
    if not isinstance(number, int) or not 0 < number <= len(selectable):
        return ""
    title = selectable[number - 1].title()
    return title if title in _PLOTS else ""


def without_grid(p: Any) -> bool:
    """Keep the host from laying all results side by side in one picture.

    Returns:
        Whether it would have: then :func:`restore_grid` undoes this.
    """
    before = bool(getattr(p, "do_not_save_grid", True))
    if not before:
        p.do_not_save_grid = True
    return not before


def restore_grid(p: Any, was_wanted: bool) -> None:
    """Undo :func:`without_grid`."""
    if was_wanted:
        p.do_not_save_grid = False

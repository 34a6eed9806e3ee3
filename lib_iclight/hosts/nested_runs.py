"""Runs inside other runs: a detailer redraws a crop of a picture that IC-Light has just relit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

_GENERATES = "process_images_inner"


def is_nested_run(p: Any, is_relit: Callable[[Any], bool]) -> bool:
    """Whether ``p`` is processed inside the run of another processing object that is relit.

    The call stack is asked, because nothing else is sure to forget a run that ended with an exception: every host
    processes an object ``p`` in a function of this name.

    Args:
        p: the processing object that begins.
        is_relit: tells whether a processing object is relit.
    """
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == _GENERATES:
            outer = frame.f_locals.get("p")
            if outer is not None and outer is not p and is_relit(outer):
                return True
        frame = frame.f_back
    return False

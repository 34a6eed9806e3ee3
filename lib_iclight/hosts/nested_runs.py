"""Detects runs inside other runs, such as a detailer's that redraws a crop of a picture that was just relit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

_GENERATES = "process_images_inner"


def is_nested_run(p: Any, is_relit: Callable[[Any], bool]) -> bool:
    """Whether ``p`` is processed inside the run of another processing object that is relit.

    Every host generates in a function called ``process_images_inner``, so the call stack shows it. A list of running
    objects would still contain those whose run ended with an exception.

    Args:
        p: the processing object whose run begins.
        is_relit: says whether a processing object is relit.
    """
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == _GENERATES:
            outer = frame.f_locals.get("p")
            if outer is not None and outer is not p and is_relit(outer):
                return True
        frame = frame.f_back
    return False

"""Hooks for an unknown web UI: its page and API work as without the extension, and relighting is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ICLightError
from . import run_context

if TYPE_CHECKING:
    from .asked import Asked


class RefusingHooks:
    """Stands in for :class:`lib_iclight.hosts.script_hooks.ScriptHooks`.

    Args:
        reason: why nothing can be relit.
    """

    def __init__(self, reason: ICLightError):
        self._reason = reason

    def begin(self, p: Any, asked: Asked, is_img2img: bool) -> None:
        """End a run that asks for IC Light with the reason."""
        run = run_context.begin(p)
        try:
            enabled = asked.request({}).enabled
        except ICLightError:  # an invalid request is still a request
            enabled = True
        if enabled:
            run.end_with(self._reason)

    def check(self, p: Any) -> None:
        """Does nothing."""

    def before_sampling(self, p: Any, x: Any, noise: Any) -> None:
        """Does nothing."""

    def finish_image(self, p: Any, image: Any, index: int | None) -> Any:
        """Returns the picture unchanged."""
        return image

    def results(self, p: Any, processed: Any) -> None:
        """Does nothing."""

"""For a web UI that we do not know: its page and its API work as without us, and relighting is refused."""

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
        """Let a run end with the reason where it asks for IC Light."""
        run = run_context.begin(p)
        try:
            enabled = asked.request({}).enabled
        except ICLightError:  # what cannot be read asks for something
            enabled = True
        if enabled:
            run.end_with(self._reason)

    def check(self, p: Any) -> None:
        """There is nothing to check."""

    def before_sampling(self, p: Any, x: Any, noise: Any) -> None:
        """There is nothing to patch."""

    def finish_image(self, p: Any, image: Any, index: int | None) -> Any:
        """The picture as it is."""
        return image

    def results(self, p: Any, processed: Any) -> None:
        """There is nothing to add."""

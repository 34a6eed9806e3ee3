"""For a web UI that we do not know: its page and its API work as without us, and relighting is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import ICLightError
from ..request import Request
from . import abort


class RefusingHooks:
    """Stands in for the runner.

    Args:
        reason: why there is none.
    """

    def __init__(self, reason: ICLightError):
        self._reason = reason

    def begin(self, p: Any, read: Callable[[dict[str, Any]], Request], is_img2img: bool) -> None:
        """Let a run end with the reason where it asks for IC Light."""
        abort.clear_abort(p)
        try:
            asks = read({}).enabled
        except ICLightError:  # what cannot be read asks for something
            asks = True
        if asks:
            abort.abort_run(p, self._reason)

    def check(self, p: Any) -> None:
        """There is nothing to check."""

    def before_sampling(self, p: Any, x: Any, noise: Any) -> None:
        """There is nothing to patch."""

    def finish_image(self, p: Any, image: Any, index: int | None) -> Any:
        """The picture as it is."""
        return image

    def results(self, p: Any, processed: Any) -> None:
        """There is nothing to add."""

"""Passes our errors on to the page from the main thread, where older web UIs generate, and print and lose errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ..errors import ICLightError


def hand_on_errors(main_thread: Any, on_unload: Callable[[Callable[[], None]], Any]) -> None:
    """Wrap the host's function so that errors of ours reach the page, which shows them.

    Without this, the page says "'NoneType' object is not iterable". Other errors are left as they are.

    Args:
        main_thread: the host's module; it is wrapped only once, however often this is called.
        on_unload: registers a callback for when the host unloads its scripts. The host's own function is restored
            then, unless somebody else has replaced it in the meantime.
    """
    waiting = main_thread.run_and_wait_result
    if getattr(waiting, "hands_on_ic_light", False):
        return

    @wraps(waiting)
    def run_and_wait_result(func: Any, *args: Any, **kwargs: Any) -> Any:
        errors: list[ICLightError] = []

        @wraps(func)
        def noted(*inner: Any, **named: Any) -> Any:
            try:
                return func(*inner, **named)
            except ICLightError as error:
                errors.append(error)
                raise

        result = waiting(noted, *args, **kwargs)
        if errors:
            raise errors[0]
        return result

    def put_back() -> None:
        if main_thread.run_and_wait_result is run_and_wait_result:
            main_thread.run_and_wait_result = waiting

    run_and_wait_result.hands_on_ic_light = True
    main_thread.run_and_wait_result = run_and_wait_result
    on_unload(put_back)

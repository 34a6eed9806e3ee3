"""Questions that the page asks the server again and again: one at a time, so that an older answer never comes last.

gradio sends one request for each control that changes, several at once, and shows their answers in the order in which
they come. A choice that is made while the page has just been opened could then be undone by the answer to the state
before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from .panel import JS, QUIET, on_any


class Question:
    """A question about the controls of the page, asked by a hidden button that the page's first script presses.

    While one is unanswered no other is asked; what changes meanwhile is asked about afterwards. Make it among the
    controls that it is about.

    Args:
        elem_id: the button's id in the page.
    """

    def __init__(self, elem_id: str):
        self._id = elem_id
        # Hidden by its class: gradio leaves invisible controls out of the page.
        self._button = gr.Button("", elem_id=elem_id, elem_classes=["ic-light-hidden"])

    def answer_with(self, answer: Callable[..., Any], inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Connect the question with its answer; ``inputs`` are read when it is asked."""
        answered = self._button.click(answer, [*inputs], [*outputs], **QUIET)
        # After an error too.
        answered.then(None, [], [], **QUIET, **{JS: self._script("answered")})

    def ask_on(self, *events: Callable[..., Any]) -> None:
        """Ask at these events, such as ``control.change`` or ``event.then``."""
        script = {JS: self._script("ask")}
        if len(events) > 1:
            on_any(events, None, [], [], **script)
        else:
            events[0](None, [], [], **QUIET, **script)

    def _script(self, what: str) -> str:
        return f"() => {{ window.icLight?.start?.{what}('{self._id}'); return []; }}"

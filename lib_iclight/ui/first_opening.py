"""A part of the page that is made in the browser when it is first shown: until then it costs the page nothing.

gradio 4 lets anyone add layouts, and this is one; the browser's part is in ``templates/component/``. Controls inside
have their values before they are made. gradio 3 takes no layouts of others: there the part is made with the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from .panel import QUIET

CAN_WAIT = gr.__version__.startswith("4.")
"""Whether this gradio takes layouts of others."""

if CAN_WAIT:
    from gradio.blocks import BlockContext
    from gradio.component_meta import ComponentMeta

    class FirstOpening(BlockContext, metaclass=ComponentMeta):
        """The layout. Its event ``opened`` happens once, when its content has been made.

        Args:
            elem_id: the id of its element in the page.
        """

        webui_do_not_create_gradio_pyi_thank_you = True
        EVENTS = ["opened"]

        def __init__(self, *, elem_id: str):
            super().__init__(elem_id=elem_id)

        def get_block_name(self) -> str:
            """The name of no layout of gradio's own, so that the page looks for ours."""
            return "iclightfirstopening"


def place(elem_id: str) -> Any:
    """The layout, to be used in a ``with`` statement.

    Args:
        elem_id: the id of its element in the page.
    """
    return FirstOpening(elem_id=elem_id) if CAN_WAIT else gr.Column(elem_id=elem_id)


def when_opened(at: Any, page: Any, update: Callable[[], Any], outputs: Sequence[Any]) -> Any:
    """Call a function when the part of the page has been made; returns the event, which others can follow.

    Args:
        at: what :func:`place` returned.
        page: the whole page.
        update: the function.
        outputs: its controls.
    """
    event = at.opened if CAN_WAIT else page.load
    return event(update, [], [*outputs], **QUIET)

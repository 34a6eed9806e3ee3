"""The accordion shown when the extension cannot run: it says why, and holds the switch that a request sets."""

from __future__ import annotations

from typing import Any

import gradio as gr

from .wording import as_spans


def build(reason: str) -> list[Any]:
    """Make the controls, of which there is only the switch.

    Args:
        reason: why the extension cannot run.
    """
    with gr.Accordion("IC Light", open=False):
        enabled = gr.Checkbox(False, label="Enable")
        gr.HTML(f"<p class='error'>{as_spans(reason)}</p>", elem_classes=["ic-light-notice"])
    return [enabled]

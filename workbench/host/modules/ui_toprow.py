"""Prompts and the buttons beside them."""

from __future__ import annotations

import gradio as gr

from modules import shared
from modules.ui_components import ToolButton

paste_symbol = "↙"
clear_prompt_symbol = "\U0001f5d1"


class Toprow:
    """Prompt, negative prompt, Generate, Interrupt, Skip, paste, clear."""

    def __init__(self, is_img2img: bool, is_compact: bool = False, id_part: str | None = None):
        self.id_part = id_part or ("img2img" if is_img2img else "txt2img")
        with gr.Row(elem_id=f"{self.id_part}_toprow", variant="compact"):
            self._prompts()
            with gr.Column(scale=1, elem_id=f"{self.id_part}_actions_column"):
                self._submit_box()
                self._tools()

    def _prompts(self) -> None:
        tab = self.id_part
        args = {"show_label": False, "lines": 3, "elem_classes": ["prompt"], "value": ""}
        with gr.Column(elem_id=f"{tab}_prompt_container", scale=6):
            with gr.Row(elem_id=f"{tab}_prompt_row", elem_classes=["prompt-row"]):
                self.prompt = gr.Textbox(label="Prompt", elem_id=f"{tab}_prompt", placeholder="Prompt", **args)
            with gr.Row(elem_id=f"{tab}_neg_prompt_row", elem_classes=["prompt-row"]):
                self.negative_prompt = gr.Textbox(
                    label="Negative prompt", elem_id=f"{tab}_neg_prompt", placeholder="Negative prompt", **args
                )

    def _submit_box(self) -> None:
        tab = self.id_part
        with gr.Row(elem_id=f"{tab}_generate_box", elem_classes=["generate-box"]):
            self.interrupt = gr.Button("Interrupt", elem_id=f"{tab}_interrupt", elem_classes="generate-box-interrupt")
            self.skip = gr.Button("Skip", elem_id=f"{tab}_skip", elem_classes="generate-box-skip")
            self.submit = gr.Button("Generate", elem_id=f"{tab}_generate", variant="primary")

        def interrupt():
            state = shared.state
            if not state.stopping_generation and state.job_count > 1 and shared.opts.interrupt_after_current:
                state.stop_generating()
                gr.Info("Generation will stop after finishing this image, click again to stop immediately.")
            else:
                state.interrupt()

        self.skip.click(fn=shared.state.skip, queue=False)
        self.interrupt.click(fn=interrupt, queue=False)

    def _tools(self) -> None:
        tab = self.id_part
        with gr.Row(elem_id=f"{tab}_tools"):
            self.paste = ToolButton(value=paste_symbol, elem_id="paste", tooltip="Read generation parameters")
            self.clear_prompt_button = ToolButton(value=clear_prompt_symbol, elem_id=f"{tab}_clear_prompt")
        prompts = [self.prompt, self.negative_prompt]
        self.clear_prompt_button.click(fn=lambda: ("", ""), inputs=[], outputs=prompts)

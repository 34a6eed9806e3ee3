"""What the txt2img and img2img tabs have alike."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
from modules import infotext_utils, shared
from modules.call_queue import wrap_gradio_gpu_call
from modules.ui_components import FormRow, ToolButton

switch_values_symbol = "⇅"


def dimensions(tab: str) -> SimpleNamespace:
    """Width, height, batch count and batch size."""
    with FormRow():
        with gr.Column(elem_id=f"{tab}_column_size", scale=4):
            width = gr.Slider(64, 2048, step=8, label="Width", value=512, elem_id=f"{tab}_width")
            height = gr.Slider(64, 2048, step=8, label="Height", value=512, elem_id=f"{tab}_height")
        with gr.Column(elem_id=f"{tab}_dimensions_row", scale=1, elem_classes="dimensions-tools"):
            switch = ToolButton(value=switch_values_symbol, elem_id=f"{tab}_res_switch_btn", tooltip="Switch sides")
        with gr.Column(elem_id=f"{tab}_column_batch"):
            count = gr.Slider(1, 100, step=1, label="Batch count", value=1, elem_id=f"{tab}_batch_count")
            size = gr.Slider(1, 8, step=1, label="Batch size", value=1, elem_id=f"{tab}_batch_size")
    switch.click(lambda w, h: (h, w), inputs=[width, height], outputs=[width, height], show_progress=False)
    return SimpleNamespace(width=width, height=height, batch_count=count, batch_size=size)


def cfg_scale(tab: str) -> gr.Slider:
    """The strength of guidance."""
    with gr.Row():
        return gr.Slider(1.0, 30.0, step=0.1, label="CFG Scale", value=7.0, elem_id=f"{tab}_cfg_scale")


def override_settings(tab: str) -> gr.Dropdown:
    """Settings for one generation, shown when there are any."""
    with FormRow(elem_id=f"{tab}_override_settings_row"):
        return gr.Dropdown(
            [], label="Override settings", visible=False, elem_id=f"{tab}_override_settings", multiselect=True
        )


def connect_generate(tab: str, toprow, function, inputs: list, panel) -> None:
    """Have Generate and Enter make the pictures, with Interrupt and Skip shown meanwhile."""
    args = {
        "fn": wrap_gradio_gpu_call(function, extra_outputs=[None, "", ""]),
        "js": f"submit_{tab}",
        "inputs": inputs,
        "outputs": [panel.gallery, panel.generation_info, panel.infotext, panel.html_log],
        "show_progress": "minimal",
    }
    for trigger in (toprow.prompt.submit, toprow.submit.click):
        trigger(**args).then(fn=None, js=f"() => showSubmitButtons('{tab}', true)")


def connect_paste(tab: str, toprow, image, fields: list, override) -> None:
    """Say which components take which parameters, and have the paste button read them."""
    infotext_utils.add_paste_fields(tab, image, fields, override)
    infotext_utils.register_paste_params_button(
        infotext_utils.ParamBinding(
            paste_button=toprow.paste, tabname=tab, source_text_component=toprow.prompt, source_image_component=None
        )
    )


def latent_upscalers() -> list[str]:
    """What the second pass can enlarge with."""
    return [*shared.latent_upscale_modes, *(x.name for x in shared.sd_upscalers)]

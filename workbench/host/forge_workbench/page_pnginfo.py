"""The tab that reads what is written in a picture, and sends it on."""

from __future__ import annotations

import gradio as gr
from modules import images, infotext_utils
from modules.call_queue import wrap_gradio_call_no_job

from forge_workbench.page_runs import paragraph


def _read(image) -> tuple[str, str, str]:
    """``(nothing, infotext, all texts as HTML)``."""
    if image is None:
        return "", "", ""
    geninfo, items = images.read_info_from_image(image)
    items = {"parameters": geninfo, **items} if geninfo is not None else items
    told = (
        f"<div><p><b>{paragraph(str(key))}</b></p><p>{paragraph(str(text))}</p></div>" for key, text in items.items()
    )
    return "", geninfo, "\n".join(told) or "<div><p>Nothing found in the image.<p></div>"


def create() -> gr.Blocks:
    """The tab."""
    with gr.Blocks(analytics_enabled=False) as interface, gr.Row(equal_height=False):
        with gr.Column(variant="panel"):
            args = {"sources": ["upload"], "interactive": True, "type": "pil", "image_mode": "RGBA"}
            image = gr.Image(elem_id="pnginfo_image", label="Source", height="50vh", **args)
        with gr.Column(variant="panel"):
            nothing = gr.HTML()
            info = gr.Textbox(visible=False, elem_id="pnginfo_generation_info")
            shown = gr.HTML(elem_id="pnginfo_html")
            with gr.Row():
                buttons = infotext_utils.create_buttons(["txt2img", "img2img", "inpaint"])
            for tabname, button in buttons.items():
                binding = infotext_utils.ParamBinding(button, tabname, info, image)
                infotext_utils.register_paste_params_button(binding)
        image.change(fn=wrap_gradio_call_no_job(_read), inputs=[image], outputs=[nothing, info, shown])
    return interface

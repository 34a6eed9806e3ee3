"""Parts of the page both tabs have."""

from __future__ import annotations

import html
from types import SimpleNamespace

import gradio as gr

from modules import infotext_utils, scripts
from modules.ui_components import ToolButton

refresh_symbol = "\U0001f504"


def plaintext_to_html(text: str, classname: str | None = None) -> str:
    """A text as a paragraph."""
    content = "<br>\n".join(html.escape(line) for line in text.split("\n"))
    return f"<p class='{classname}'>{content}</p>" if classname else f"<p>{content}</p>"


def create_refresh_button(refresh_component, refresh_method, refreshed_args, elem_id: str) -> ToolButton:
    """A button that looks for things anew and offers them in a component."""
    components = refresh_component if isinstance(refresh_component, list) else [refresh_component]

    def refresh():
        refresh_method()
        args = (refreshed_args() if callable(refreshed_args) else refreshed_args) or {}
        updates = [gr.update(**args) for _ in components]
        return updates if len(updates) > 1 else updates[0]

    button = ToolButton(value=refresh_symbol, elem_id=elem_id)
    button.click(fn=refresh, inputs=[], outputs=components)
    return button


def create_output_panel(tabname: str, outdir: str, toprow=None) -> SimpleNamespace:
    """Gallery, infotext, messages, and the buttons that send a picture on."""
    with gr.Column(elem_id=f"{tabname}_results"), gr.Column(variant="panel", elem_id=f"{tabname}_results_panel"):
        with gr.Group(elem_id=f"{tabname}_gallery_container"):
            gallery = gr.Gallery(
                label="Output",
                show_label=False,
                elem_id=f"{tabname}_gallery",
                columns=4,
                preview=True,
                interactive=False,
                type="pil",
                object_fit="contain",
            )
        with gr.Row(elem_id=f"image_buttons_{tabname}", elem_classes="image-buttons"):
            buttons = {
                "img2img": ToolButton("\U0001f5bc", elem_id=f"{tabname}_send_to_img2img", tooltip="Send to img2img"),
                "inpaint": ToolButton("\U0001f3a8", elem_id=f"{tabname}_send_to_inpaint", tooltip="Send to inpaint"),
            }
        with gr.Group():
            infotext = gr.HTML(elem_id=f"html_info_{tabname}", elem_classes="infotext")
            html_log = gr.HTML(elem_id=f"html_log_{tabname}", elem_classes="html-log")
            generation_info = gr.Textbox(visible=False, elem_id=f"generation_info_{tabname}")
    runner = scripts.scripts_txt2img if tabname == "txt2img" else scripts.scripts_img2img
    for paste_tabname, paste_button in buttons.items():
        infotext_utils.register_paste_params_button(
            infotext_utils.ParamBinding(
                paste_button=paste_button,
                tabname=paste_tabname,
                source_tabname="txt2img" if tabname == "txt2img" else None,
                source_image_component=gallery,
                paste_field_names=runner.paste_field_names,
            )
        )
    return SimpleNamespace(gallery=gallery, generation_info=generation_info, infotext=infotext, html_log=html_log)

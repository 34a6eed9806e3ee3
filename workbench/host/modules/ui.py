"""The page."""

from __future__ import annotations

import html

import gradio as gr
from forge_workbench import page_img2img, page_parts, page_txt2img

from modules import images, infotext_utils, script_callbacks, scripts, shared, ui_settings
from modules.call_queue import wrap_gradio_call_no_job
from modules.ui_gradio_extensions import reload_javascript


def _read_picture(image) -> tuple[str, str, str]:
    """``(nothing, infotext, all texts as HTML)``."""
    if image is None:
        return "", "", ""
    geninfo, items = images.read_info_from_image(image)
    items = {"parameters": geninfo, **items} if geninfo is not None else items
    told = [f"<p><b>{html.escape(str(key))}</b></p>{page_parts.paragraph(str(text))}" for key, text in items.items()]
    return "", geninfo, "\n".join(told) or "<p>Nothing found in the image.</p>"


def _create_pnginfo() -> gr.Blocks:
    """The tab that reads the texts stored in a picture, and sends the picture on."""
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
        image.change(fn=wrap_gradio_call_no_job(_read_picture), inputs=[image], outputs=[nothing, info, shown])
    return interface


def create_ui() -> gr.Blocks:
    """Make the page, with the scripts of all extensions on it."""
    reload_javascript()
    infotext_utils.reset()
    settings = ui_settings.UiSettings()
    settings.register_settings()
    interfaces = []
    for runner, is_img2img, page, label in (
        (scripts.scripts_txt2img, False, page_txt2img, "Txt2img"),
        (scripts.scripts_img2img, True, page_img2img, "Img2img"),
    ):
        scripts.scripts_current = runner
        runner.initialize_scripts(is_img2img)
        interfaces.append((page.create(), label, label.lower()))
    scripts.scripts_current = None
    interfaces.append((_create_pnginfo(), "PNG Info", "pnginfo"))
    interfaces += script_callbacks.ui_tabs_callback()
    interfaces.append((settings.create_ui(), "Settings", "settings"))
    with gr.Blocks(theme=shared.gradio_theme, analytics_enabled=False, title="IC-Light workbench") as demo:
        infotext_utils.connect_paste_params_buttons()
        with gr.Tabs(elem_id="tabs"):
            for interface, label, ifid in interfaces:
                with gr.TabItem(label, id=ifid, elem_id=f"tab_{ifid}"):
                    interface.render()
        gr.HTML("<div>IC-Light workbench</div>", elem_id="footer")
    return demo

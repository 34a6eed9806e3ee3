"""The page."""

from __future__ import annotations

import gradio as gr
from forge_workbench import page_img2img, page_pnginfo, page_txt2img

from modules import infotext_utils, scripts, shared, ui_settings
from modules.ui_gradio_extensions import reload_javascript


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
    interfaces.append((page_pnginfo.create(), "PNG Info", "pnginfo"))
    interfaces.append((settings.create_ui(), "Settings", "settings"))
    with gr.Blocks(theme=shared.gradio_theme, analytics_enabled=False, title="IC-Light workbench") as demo:
        infotext_utils.connect_paste_params_buttons()
        with gr.Tabs(elem_id="tabs"):
            for interface, label, ifid in interfaces:
                with gr.TabItem(label, id=ifid, elem_id=f"tab_{ifid}"):
                    interface.render()
        gr.HTML("<div>IC-Light workbench</div>", elem_id="footer")
    return demo

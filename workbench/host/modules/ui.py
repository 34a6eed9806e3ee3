"""The page."""

from __future__ import annotations

import gradio as gr
from forge_workbench import page_img2img, page_txt2img

import modules.infotext_utils as parameters_copypaste
from modules import extras, gradio_extensions, script_callbacks, scripts, shared, ui_settings  # noqa: F401
from modules.call_queue import wrap_gradio_call_no_job
from modules.infotext_utils import PasteField, image_from_url_text  # noqa: F401
from modules.ui_common import create_refresh_button, plaintext_to_html  # noqa: F401
from modules.ui_components import FormGroup, FormHTML, FormRow, InputAccordion, ResizeHandleRow, ToolButton  # noqa: F401
from modules.ui_gradio_extensions import reload_javascript

random_symbol = "\U0001f3b2"
refresh_symbol = "\U0001f504"
switch_values_symbol = "⇅"


def gr_show(visible: bool = True) -> dict:
    """An update that shows or hides a component."""
    return gr.update(visible=visible)


def _create_pnginfo() -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as interface, ResizeHandleRow(equal_height=False):
        with gr.Column(variant="panel"):
            image = gr.Image(
                elem_id="pnginfo_image",
                label="Source",
                source="upload",
                interactive=True,
                type="pil",
                height="50vh",
                image_mode="RGBA",
            )
        with gr.Column(variant="panel"):
            nothing = gr.HTML()
            generation_info = gr.Textbox(visible=False, elem_id="pnginfo_generation_info")
            shown = gr.HTML(elem_id="pnginfo_html")
            with gr.Row():
                buttons = parameters_copypaste.create_buttons(["txt2img", "img2img", "inpaint"])
            for tabname, button in buttons.items():
                parameters_copypaste.register_paste_params_button(
                    parameters_copypaste.ParamBinding(
                        paste_button=button,
                        tabname=tabname,
                        source_text_component=generation_info,
                        source_image_component=image,
                    )
                )
        image.change(
            fn=wrap_gradio_call_no_job(extras.run_pnginfo),
            inputs=[image],
            outputs=[nothing, generation_info, shown],
        )
    return interface


def create_ui() -> gr.Blocks:
    """Make the page, with the scripts of all extensions on it."""
    reload_javascript()
    parameters_copypaste.reset()
    settings = ui_settings.UiSettings()
    settings.register_settings()
    interfaces = []
    for runner, is_img2img, page in (
        (scripts.scripts_txt2img, False, page_txt2img),
        (scripts.scripts_img2img, True, page_img2img),
    ):
        scripts.scripts_current = runner
        runner.initialize_scripts(is_img2img)
        interfaces.append((page.create(), *(("Img2img", "img2img") if is_img2img else ("Txt2img", "txt2img"))))
    scripts.scripts_current = None
    interfaces.append((_create_pnginfo(), "PNG Info", "pnginfo"))
    interfaces += script_callbacks.ui_tabs_callback()
    interfaces.append((settings.create_ui(), "Settings", "settings"))
    shared.tab_names = [label for _, label, _ in interfaces]
    with gr.Blocks(theme=shared.gradio_theme, analytics_enabled=False, title="IC-Light workbench") as demo:
        parameters_copypaste.connect_paste_params_buttons()
        with gr.Tabs(elem_id="tabs"):
            for interface, label, ifid in interfaces:
                with gr.TabItem(label, id=ifid, elem_id=f"tab_{ifid}"):
                    interface.render()
        gr.HTML("<div>IC-Light workbench</div>", elem_id="footer")
    return demo

"""What the txt2img and img2img tabs have in common."""

from __future__ import annotations

import html
from contextlib import closing
from types import SimpleNamespace

import gradio as gr
from modules import infotext_utils, processing, scripts, shared
from modules.call_queue import wrap_gradio_gpu_call
from modules.ui_components import ToolButton


def top_row(tab: str) -> SimpleNamespace:
    """Prompt, negative prompt, Generate, Interrupt, and the button that reads parameters."""
    args = {"show_label": False, "lines": 3, "elem_classes": ["prompt"], "value": ""}
    top = SimpleNamespace()
    with gr.Row(variant="compact"):
        with gr.Column(scale=6):
            for name, label, item in (
                ("prompt", "Prompt", "prompt"),
                ("negative_prompt", "Negative prompt", "neg_prompt"),
            ):
                with gr.Row(elem_classes=["prompt-row"]):
                    box = gr.Textbox(label=label, elem_id=f"{tab}_{item}", placeholder=label, **args)
                setattr(top, name, box)
        with gr.Column(scale=1):
            with gr.Row(elem_classes=["generate-box"]):
                stop = gr.Button("Interrupt", elem_id=f"{tab}_interrupt", elem_classes="generate-box-interrupt")
                top.submit = gr.Button("Generate", elem_id=f"{tab}_generate", variant="primary")
            with gr.Row(elem_id=f"{tab}_tools"):
                top.paste = ToolButton(value="↙", elem_id="paste", tooltip="Read generation parameters")
    stop.click(fn=shared.state.interrupt, queue=False)
    return top


def dimensions(tab: str) -> SimpleNamespace:
    """Width, height, batch count and batch size."""
    with gr.Row():
        with gr.Column(scale=4):
            width = gr.Slider(64, 2048, step=8, label="Width", value=512, elem_id=f"{tab}_width")
            height = gr.Slider(64, 2048, step=8, label="Height", value=512, elem_id=f"{tab}_height")
        with gr.Column():
            count = gr.Slider(1, 100, step=1, label="Batch count", value=1, elem_id=f"{tab}_batch_count")
            size = gr.Slider(1, 8, step=1, label="Batch size", value=1, elem_id=f"{tab}_batch_size")
    return SimpleNamespace(width=width, height=height, batch_count=count, batch_size=size)


def cfg_scale(tab: str) -> gr.Slider:
    """The strength of guidance."""
    with gr.Row():
        return gr.Slider(1.0, 30.0, step=0.1, label="CFG Scale", value=7.0, elem_id=f"{tab}_cfg_scale")


def override_settings(tab: str) -> gr.Dropdown:
    """Settings for one generation, shown when there are any."""
    with gr.Row():
        return gr.Dropdown(
            [], label="Override settings", visible=False, elem_id=f"{tab}_override_settings", multiselect=True
        )


def output_panel(tab: str) -> SimpleNamespace:
    """Gallery, infotext, messages, and the buttons that send a picture on."""
    with gr.Column(elem_id=f"{tab}_results"), gr.Column(variant="panel"):
        with gr.Group(elem_id=f"{tab}_gallery_container"):
            gallery = gr.Gallery(
                label="Output",
                show_label=False,
                elem_id=f"{tab}_gallery",
                columns=4,
                preview=True,
                interactive=False,
                type="pil",
                object_fit="contain",
            )
        with gr.Row(elem_id=f"image_buttons_{tab}", elem_classes="image-buttons"):
            buttons = {
                "img2img": ToolButton("\U0001f5bc", elem_id=f"{tab}_send_to_img2img", tooltip="Send to img2img"),
                "inpaint": ToolButton("\U0001f3a8", elem_id=f"{tab}_send_to_inpaint", tooltip="Send to inpaint"),
            }
        with gr.Group():
            infotext = gr.HTML(elem_id=f"html_info_{tab}", elem_classes="infotext")
            html_log = gr.HTML(elem_id=f"html_log_{tab}", elem_classes="html-log")
            generation_info = gr.Textbox(visible=False, elem_id=f"generation_info_{tab}")
    runner = scripts.scripts_txt2img if tab == "txt2img" else scripts.scripts_img2img
    for target, button in buttons.items():
        infotext_utils.register_paste_params_button(
            infotext_utils.ParamBinding(
                paste_button=button,
                tabname=target,
                source_tabname="txt2img" if tab == "txt2img" else None,
                source_image_component=gallery,
                paste_field_names=runner.paste_field_names,
            )
        )
    return SimpleNamespace(gallery=gallery, generation_info=generation_info, infotext=infotext, html_log=html_log)


def connect_generate(tab: str, top, function, inputs: list, panel) -> None:
    """Make Generate and Enter start a generation, with Interrupt shown meanwhile."""
    args = {
        "fn": wrap_gradio_gpu_call(function, extra_outputs=[None, "", ""]),
        "js": f"submit_{tab}",
        "inputs": inputs,
        "outputs": [panel.gallery, panel.generation_info, panel.infotext, panel.html_log],
        "show_progress": "minimal",
    }
    for trigger in (top.prompt.submit, top.submit.click):
        trigger(**args).then(fn=None, js=f"() => showGenerating('{tab}', false)")


def connect_paste(tab: str, top, image, fields: list, override) -> None:
    """Register which components take which parameters, and make the paste button read them."""
    infotext_utils.add_paste_fields(tab, image, fields, override)
    binding = infotext_utils.ParamBinding(top.paste, tab, source_text_component=top.prompt)
    infotext_utils.register_paste_params_button(binding)


def paragraph(text: str, classname: str | None = None) -> str:
    """A text as HTML."""
    content = "<br>\n".join(html.escape(line) for line in text.split("\n"))
    return f"<p class='{classname}'>{content}</p>" if classname else f"<p>{content}</p>"


def run(p, runner, script_args: tuple) -> tuple:
    """Make the pictures.

    Args:
        p: the processing object.
        runner: the scripts of the tab.
        script_args: the values of their components.

    Returns:
        Pictures, JSON, infotext and comments, as the output panel takes them.
    """
    p.scripts = runner
    p.script_args = script_args
    with closing(p):
        processed = runner.run(p, *script_args) or processing.process_images(p)
    comments = paragraph(processed.comments, classname="comments")
    return processed.images + processed.extra_images, processed.js(), paragraph(processed.info), comments

"""The img2img tab."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
from modules import img2img, infotext_utils, scripts

from forge_workbench import page_parts


def _pictures() -> SimpleNamespace:
    """The tabs with picture slots; the chosen one is identified by Forge's number for it."""
    s = SimpleNamespace()
    upload = {"sources": ["upload"], "interactive": True, "type": "pil"}
    with gr.Tabs(elem_id="mode_img2img"):
        s.mode = gr.Number(value=img2img.IMG2IMG, visible=False, precision=0)
        with gr.TabItem("img2img", id="img2img", elem_id="img2img_img2img_tab") as whole:
            more = {"show_label": False, "image_mode": "RGBA", "height": 512, "elem_id": "img2img_image"}
            s.image = gr.Image(label="Image for img2img", **more, **upload)
        with gr.TabItem("Inpaint upload", id="inpaint_upload", elem_id="img2img_inpaint_upload_tab") as inpaint:
            s.base = gr.Image(label="Image for img2img", show_label=False, elem_id="img_inpaint_base", **upload)
            s.mask = gr.Image(label="Mask", image_mode="RGBA", elem_id="img_inpaint_mask", **upload)
        with gr.TabItem("Batch", id="batch", elem_id="img2img_batch_tab") as batch:
            gr.HTML("<p>The workbench makes no batches from a folder.</p>")
    s.tabs = {img2img.IMG2IMG: whole, img2img.INPAINT_UPLOAD: inpaint, img2img.BATCH: batch}
    return s


def _inpainting() -> SimpleNamespace:
    """The controls for masks; shown in the tab that has a mask."""
    i = SimpleNamespace()
    fills = ["fill", "original", "latent noise", "latent nothing"]
    modes = ["Inpaint masked", "Inpaint not masked"]
    areas = ["Whole picture", "Only masked"]
    with gr.Group(visible=False) as i.group:
        i.blur = gr.Slider(0, 64, label="Mask blur", step=1, value=4, elem_id="img2img_mask_blur")
        i.invert = gr.Radio(modes, label="Mask mode", value=modes[0], type="index", elem_id="img2img_mask_mode")
        args = {"label": "Masked content", "elem_id": "img2img_inpainting_fill"}
        i.fill = gr.Radio(fills, value="original", type="index", **args)
        args = {"label": "Inpaint area", "elem_id": "img2img_inpaint_full_res"}
        i.full_res = gr.Radio(areas, value=areas[0], type="index", **args)
        args = {"label": "Only masked padding, pixels", "elem_id": "img2img_inpaint_full_res_padding"}
        i.padding = gr.Slider(0, 256, step=4, value=32, **args)
    return i


def create() -> gr.Blocks:
    """The tab, with its components in Forge's order."""
    runner = scripts.scripts_img2img
    c = SimpleNamespace()
    with gr.Blocks(analytics_enabled=False) as interface:
        top = page_parts.top_row("img2img")
        c.task = gr.Textbox(visible=False)
        with gr.Row(equal_height=False):
            with gr.Column(variant="compact", elem_id="img2img_settings"):
                runner.prepare_ui()
                pictures = _pictures()
                modes = ["Just resize", "Crop and resize", "Resize and fill", "Just resize (latent upscale)"]
                args = {"label": "Resize mode", "elem_id": "resize_mode"}
                c.resize_mode = gr.Radio(modes, value=modes[0], type="index", **args)
                inpainting = _inpainting()
                runner.setup_ui_for_section("sampler")
                c.size = page_parts.dimensions("img2img")
                with gr.Row():
                    args = {"label": "Denoising strength", "elem_id": "img2img_denoising_strength"}
                    c.denoising = gr.Slider(0, 1, step=0.01, value=0.75, **args)
                c.cfg = page_parts.cfg_scale("img2img")
                runner.setup_ui_for_section("seed")
                c.override = page_parts.override_settings("img2img")
                with gr.Group():
                    c.custom = runner.setup_ui()
            panel = page_parts.output_panel("img2img")
        _connect(top, c, pictures, inpainting, panel)
    return interface


def _connect(top, c, s, i, panel) -> None:
    for number, tab in s.tabs.items():
        masked = number == img2img.INPAINT_UPLOAD
        tab.select(lambda n=number, v=masked: (n, gr.update(visible=v)), inputs=[], outputs=[s.mode, i.group])
    pictures = [s.image, s.base, s.mask, i.blur, i.fill]
    numbers = [c.size.batch_count, c.size.batch_size, c.cfg, c.denoising, c.size.height, c.size.width, c.resize_mode]
    rest = [i.full_res, i.padding, i.invert, c.override]
    inputs = [c.task, s.mode, top.prompt, top.negative_prompt, *pictures, *numbers, *rest, *c.custom]
    page_parts.connect_generate("img2img", top, img2img.img2img, inputs, panel)
    fields = [
        (top.prompt, "Prompt"),
        (top.negative_prompt, "Negative prompt"),
        (c.cfg, "CFG scale"),
        (c.size.width, "Size-1"),
        (c.size.height, "Size-2"),
        (c.size.batch_size, "Batch size"),
        (c.denoising, "Denoising strength"),
        (i.blur, "Mask blur"),
        (i.invert, "Mask mode"),
        (i.fill, "Masked content"),
        (i.full_res, "Inpaint area"),
        (i.padding, "Masked area padding"),
        *scripts.scripts_img2img.infotext_fields,
    ]
    page_parts.connect_paste("img2img", top, s.image, fields, c.override)
    infotext_utils.add_paste_fields("inpaint", s.base, fields, c.override)

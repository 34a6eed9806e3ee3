"""The img2img tab."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
import modules.img2img
from modules import infotext_utils, scripts, shared, ui_toprow
from modules.ui_common import create_output_panel
from modules.ui_components import FormRow, ResizeHandleRow

from forge_workbench import page_parts


def _pictures() -> SimpleNamespace:
    """The tabs pictures are given in; which is chosen is told by Forge's number for it."""
    s = SimpleNamespace()
    with gr.Tabs(elem_id="mode_img2img"):
        s.mode = gr.Number(value=0, visible=False, precision=0)
        with gr.TabItem("img2img", id="img2img", elem_id="img2img_img2img_tab") as first:
            s.image = gr.Image(
                label="Image for img2img",
                show_label=False,
                source="upload",
                interactive=True,
                type="pil",
                image_mode="RGBA",
                height=512,
                elem_id="img2img_image",
            )
        with gr.TabItem("Inpaint upload", id="inpaint_upload", elem_id="img2img_inpaint_upload_tab") as second:
            upload = {"source": "upload", "interactive": True, "type": "pil"}
            s.base = gr.Image(label="Image for img2img", show_label=False, elem_id="img_inpaint_base", **upload)
            s.mask = gr.Image(label="Mask", image_mode="RGBA", elem_id="img_inpaint_mask", **upload)
        with gr.TabItem("Batch", id="batch", elem_id="img2img_batch_tab") as third:
            s.input_dir = gr.Textbox(label="Input directory", elem_id="img2img_batch_input_dir", **shared.hide_dirs)
            s.output_dir = gr.Textbox(label="Output directory", elem_id="img2img_batch_output_dir", **shared.hide_dirs)
        s.tabs = (first, second, third)
    return s


def _inpainting() -> SimpleNamespace:
    """What is asked about a mask; shown in the tab that has one."""
    i = SimpleNamespace()
    fills = ["fill", "original", "latent noise", "latent nothing"]
    with gr.Group(elem_id="inpaint_controls", visible=False) as i.group:
        i.blur = gr.Slider(0, 64, label="Mask blur", step=1, value=4, elem_id="img2img_mask_blur")
        modes = ["Inpaint masked", "Inpaint not masked"]
        i.invert = gr.Radio(modes, label="Mask mode", value=modes[0], type="index", elem_id="img2img_mask_mode")
        i.fill = gr.Radio(
            fills, label="Masked content", value="original", type="index", elem_id="img2img_inpainting_fill"
        )
        areas = ["Whole picture", "Only masked"]
        i.full_res = gr.Radio(
            areas, label="Inpaint area", type="index", value=areas[0], elem_id="img2img_inpaint_full_res"
        )
        i.padding = gr.Slider(
            0,
            256,
            label="Only masked padding, pixels",
            step=4,
            value=32,
            elem_id="img2img_inpaint_full_res_padding",
        )
    return i


def create() -> gr.Blocks:
    """The tab, its components made in the order in which Forge makes them."""
    runner = scripts.scripts_img2img
    with gr.Blocks(analytics_enabled=False) as interface:
        toprow = ui_toprow.Toprow(is_img2img=True)
        task = gr.Textbox(visible=False)
        with ResizeHandleRow(equal_height=False):
            with gr.Column(variant="compact", elem_id="img2img_settings"):
                runner.prepare_ui()
                pictures = _pictures()
                resize_mode = gr.Radio(
                    ["Just resize", "Crop and resize", "Resize and fill", "Just resize (latent upscale)"],
                    label="Resize mode",
                    elem_id="resize_mode",
                    type="index",
                    value="Just resize",
                )
                inpainting = _inpainting()
                runner.setup_ui_for_section("sampler")
                with gr.Row(elem_id="img2img_accordions", elem_classes="accordions"):
                    runner.setup_ui_for_section("accordions")
                size = page_parts.dimensions("img2img")
                with FormRow():
                    denoising = gr.Slider(
                        0, 1, step=0.01, label="Denoising strength", value=0.75, elem_id="img2img_denoising_strength"
                    )
                cfg = page_parts.cfg_scale("img2img")
                runner.setup_ui_for_section("seed")
                override = page_parts.override_settings("img2img")
                with gr.Group(elem_id="img2img_script_container"):
                    custom_inputs = runner.setup_ui()
            panel = create_output_panel("img2img", shared.opts.outdir_img2img_samples, toprow)
        c = SimpleNamespace(
            task=task,
            resize_mode=resize_mode,
            size=size,
            denoising=denoising,
            cfg=cfg,
            override=override,
            custom=custom_inputs,
        )
        _connect(toprow, c, pictures, inpainting, panel)
    return interface


def _connect(toprow, c, s, i, panel) -> None:
    numbers = (modules.img2img.IMG2IMG, modules.img2img.INPAINT_UPLOAD, modules.img2img.BATCH)
    for tab, number in zip(s.tabs, numbers):
        visible = number == modules.img2img.INPAINT_UPLOAD
        tab.select(lambda n=number, v=visible: (n, gr.update(visible=v)), inputs=[], outputs=[s.mode, i.group])
    pictures = [s.image, s.base, s.mask, i.blur, i.fill]
    numbers = [c.size.batch_count, c.size.batch_size, c.cfg, c.denoising, c.size.height, c.size.width, c.resize_mode]
    rest = [i.full_res, i.padding, i.invert, s.input_dir, s.output_dir, c.override]
    inputs = [c.task, s.mode, toprow.prompt, toprow.negative_prompt, *pictures, *numbers, *rest, *c.custom]
    page_parts.connect_generate("img2img", toprow, modules.img2img.img2img, inputs, panel)
    fields = [
        (toprow.prompt, "Prompt"),
        (toprow.negative_prompt, "Negative prompt"),
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
    page_parts.connect_paste("img2img", toprow, s.image, fields, c.override)
    infotext_utils.add_paste_fields("inpaint", s.base, fields, c.override)

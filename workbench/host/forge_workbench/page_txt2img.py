"""The txt2img tab."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
from modules import processing, scripts, sd_samplers, sd_schedulers, shared, txt2img
from modules.infotext_utils import PasteField
from modules.ui_components import InputAccordion

from forge_workbench import page_parts


def _resolution(enable, width, height, hr_scale, hr_resize_x, hr_resize_y) -> str:
    """The sizes of the first and the second pass, in words."""
    if not enable:
        return ""
    args = {"hr_scale": hr_scale, "hr_resize_x": hr_resize_x, "hr_resize_y": hr_resize_y}
    p = processing.StableDiffusionProcessingTxt2Img(width=width, height=height, enable_hr=True, **args)
    p.calculate_target_resolution()
    x, y = p.hr_resize_x or p.hr_upscale_to_x, p.hr_resize_y or p.hr_upscale_to_y
    span = "<span class='resolution'>{}x{}</span>"
    return f"from {span.format(p.width, p.height)} to {span.format(x - x % 8, y - y % 8)}"


def _hires() -> SimpleNamespace:
    """The accordion of the second pass."""
    h = SimpleNamespace()
    with InputAccordion(False, label="Hires. fix", elem_id="txt2img_hr") as h.enable_hr:
        with h.enable_hr.extra():
            h.resolution = gr.HTML(value="", elem_id="txtimg_hr_finalres", label="Upscaled resolution")
        with gr.Row(variant="compact"):
            h.hr_upscaler = gr.Dropdown(
                [*shared.latent_upscale_modes, *(x.name for x in shared.sd_upscalers)],
                label="Upscaler",
                elem_id="txt2img_hr_upscaler",
                value=shared.latent_upscale_default_mode,
            )
            h.hr_steps = gr.Slider(0, 150, step=1, label="Hires steps", value=0, elem_id="txt2img_hires_steps")
            h.denoising_strength = gr.Slider(
                0.0, 1.0, step=0.01, label="Denoising strength", value=0.7, elem_id="txt2img_denoising_strength"
            )
        with gr.Row(variant="compact"):
            h.hr_scale = gr.Slider(1.0, 4.0, step=0.05, label="Upscale by", value=2.0, elem_id="txt2img_hr_scale")
            size = {"minimum": 0, "maximum": 2048, "step": 8, "value": 0}
            h.hr_resize_x = gr.Slider(**size, label="Resize width to", elem_id="txt2img_hr_resize_x")
            h.hr_resize_y = gr.Slider(**size, label="Resize height to", elem_id="txt2img_hr_resize_y")
        with gr.Row(variant="compact"):
            h.hr_cfg = gr.Slider(1.0, 30.0, step=0.1, label="Hires CFG Scale", value=7.0, elem_id="txt2img_hr_cfg")
        _hires_of_its_own(h)
    return h


def _hires_of_its_own(h: SimpleNamespace) -> None:
    """Sampler, schedule and prompts of the second pass; present but hidden, as in Forge by default."""
    samplers = ["Use same sampler", *sd_samplers.visible_sampler_names()]
    schedulers = ["Use same scheduler", *(x.label for x in sd_schedulers.schedulers)]
    with gr.Row(visible=False):
        h.hr_sampler_name = gr.Dropdown(
            samplers, value=samplers[0], label="Hires sampling method", elem_id="hr_sampler"
        )
        h.hr_scheduler = gr.Dropdown(
            schedulers, value=schedulers[0], label="Hires schedule type", elem_id="hr_scheduler"
        )
        h.hr_prompt = gr.Textbox(label="Hires prompt", elem_id="hires_prompt")
        h.hr_negative_prompt = gr.Textbox(label="Hires negative prompt", elem_id="hires_neg_prompt")


def _paste_fields(top, cfg, size, h) -> list[PasteField]:
    keys = ("Hires upscale", "Hires upscaler", "Hires resize-1")
    return [
        PasteField(top.prompt, "Prompt", api="prompt"),
        PasteField(top.negative_prompt, "Negative prompt", api="negative_prompt"),
        PasteField(cfg, "CFG scale", api="cfg_scale"),
        PasteField(size.width, "Size-1", api="width"),
        PasteField(size.height, "Size-2", api="height"),
        PasteField(size.batch_size, "Batch size", api="batch_size"),
        PasteField(h.denoising_strength, "Denoising strength", api="denoising_strength"),
        PasteField(h.enable_hr, lambda d: "Denoising strength" in d and any(k in d for k in keys), api="enable_hr"),
        PasteField(h.hr_scale, "Hires upscale", api="hr_scale"),
        PasteField(h.hr_upscaler, "Hires upscaler", api="hr_upscaler"),
        PasteField(h.hr_steps, "Hires steps", api="hr_second_pass_steps"),
        PasteField(h.hr_resize_x, "Hires resize-1", api="hr_resize_x"),
        PasteField(h.hr_resize_y, "Hires resize-2", api="hr_resize_y"),
        PasteField(h.hr_sampler_name, sd_samplers.get_hr_sampler_from_infotext, api="hr_sampler_name"),
        PasteField(h.hr_scheduler, sd_samplers.get_hr_scheduler_from_infotext, api="hr_scheduler"),
        PasteField(h.hr_prompt, "Hires prompt", api="hr_prompt"),
        PasteField(h.hr_negative_prompt, "Hires negative prompt", api="hr_negative_prompt"),
        PasteField(h.hr_cfg, "Hires CFG Scale", api="hr_cfg"),
        *scripts.scripts_txt2img.infotext_fields,
    ]


def create() -> gr.Blocks:
    """The tab, with its components in Forge's order."""
    runner = scripts.scripts_txt2img
    with gr.Blocks(analytics_enabled=False) as interface:
        top = page_parts.top_row("txt2img")
        task = gr.Textbox(visible=False)
        with gr.Row(equal_height=False):
            with gr.Column(variant="compact", elem_id="txt2img_settings"):
                runner.prepare_ui()
                runner.setup_ui_for_section("sampler")
                with gr.Row(elem_classes="accordions"):
                    hires = _hires()
                size = page_parts.dimensions("txt2img")
                cfg = page_parts.cfg_scale("txt2img")
                runner.setup_ui_for_section("seed")
                override = page_parts.override_settings("txt2img")
                with gr.Group():
                    custom_inputs = runner.setup_ui()
            panel = page_parts.output_panel("txt2img")
        _connect(top, task, hires, size, cfg, override, custom_inputs, panel)
    return interface


def _connect(top, task, h, size, cfg, override, custom_inputs, panel) -> None:
    resolution = [h.enable_hr, size.width, size.height, h.hr_scale, h.hr_resize_x, h.hr_resize_y]
    for component in resolution:
        event = component.release if isinstance(component, gr.Slider) else component.change
        event(fn=_resolution, inputs=resolution, outputs=[h.resolution], show_progress=False)
    prompts = [top.prompt, top.negative_prompt]
    common = [size.batch_count, size.batch_size, cfg, size.height, size.width, h.enable_hr, h.denoising_strength]
    second = [h.hr_scale, h.hr_upscaler, h.hr_steps, h.hr_resize_x, h.hr_resize_y, h.hr_sampler_name, h.hr_scheduler]
    rest = [h.hr_prompt, h.hr_negative_prompt, h.hr_cfg, override]
    inputs = [task, *prompts, *common, *second, *rest, *custom_inputs]
    page_parts.connect_generate("txt2img", top, txt2img.txt2img, inputs, panel)
    page_parts.connect_paste("txt2img", top, None, _paste_fields(top, cfg, size, h), override)

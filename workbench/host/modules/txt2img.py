"""What Generate does in the txt2img tab."""

from __future__ import annotations

from contextlib import closing

import gradio as gr
from modules_forge import main_thread

import modules.scripts
from modules import processing, shared
from modules.infotext_utils import create_override_settings_dict
from modules.shared import opts
from modules.ui_common import plaintext_to_html

#: The components whose values are asked for, in their order, by the names of the processing object's fields.
FIELDS = (
    "prompt negative_prompt n_iter batch_size cfg_scale height width enable_hr denoising_strength hr_scale hr_upscaler "
    "hr_second_pass_steps hr_resize_x hr_resize_y hr_sampler_name hr_scheduler hr_prompt hr_negative_prompt hr_cfg"
).split()


def txt2img_create_processing(id_task: str, request: gr.Request, *args) -> processing.StableDiffusionProcessingTxt2Img:
    """The processing object for the page's values: those of ``FIELDS``, overridden settings, those of the scripts."""
    values = dict(zip(FIELDS, args))
    for name, same in (("hr_sampler_name", "Use same sampler"), ("hr_scheduler", "Use same scheduler")):
        values[name] = None if values[name] == same else values[name]
    p = processing.StableDiffusionProcessingTxt2Img(
        outpath_samples=opts.outdir_samples or opts.outdir_txt2img_samples,
        outpath_grids=opts.outdir_grids or opts.outdir_txt2img_grids,
        override_settings=create_override_settings_dict(args[len(FIELDS)]),
        hr_additional_modules=["Use same choices"],
        **values,
    )
    p.scripts = modules.scripts.scripts_txt2img
    p.script_args = args[len(FIELDS) + 1 :]
    p.user = request.username
    return p


def run(p, runner) -> tuple:
    """Make the pictures and what the page shows of them."""
    with closing(p):
        processed = runner.run(p, *p.script_args) or processing.process_images(p)
    shared.total_tqdm.clear()
    return show(processed)


def show(processed) -> tuple:
    """Pictures, JSON, infotext and comments."""
    pictures = [] if opts.do_not_show_images else processed.images
    comments = plaintext_to_html(processed.comments, classname="comments")
    return pictures + processed.extra_images, processed.js(), plaintext_to_html(processed.info), comments


def txt2img_function(id_task: str, request: gr.Request, *args) -> tuple:
    """Generate, on the main thread."""
    return run(txt2img_create_processing(id_task, request, *args), modules.scripts.scripts_txt2img)


def txt2img(id_task: str, request: gr.Request, *args):
    """Generate."""
    return main_thread.run_and_wait_result(txt2img_function, id_task, request, *args)

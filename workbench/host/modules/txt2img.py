"""What Generate does in the txt2img tab."""

from __future__ import annotations

import gradio as gr
from forge_workbench import page_parts
from modules_forge import main_thread

from modules import processing, scripts
from modules.infotext_utils import create_override_settings_dict
from modules.shared import opts

#: The components whose values are passed on, in order, named after the processing object's fields.
FIELDS = (
    "prompt negative_prompt n_iter batch_size cfg_scale height width enable_hr denoising_strength hr_scale hr_upscaler "
    "hr_second_pass_steps hr_resize_x hr_resize_y hr_sampler_name hr_scheduler hr_prompt hr_negative_prompt hr_cfg"
).split()


def txt2img_function(id_task: str, request: gr.Request, *args) -> tuple:
    """Generate, on the main thread."""
    values = dict(zip(FIELDS, args))
    for name, same in (("hr_sampler_name", "Use same sampler"), ("hr_scheduler", "Use same scheduler")):
        values[name] = None if values[name] == same else values[name]
    p = processing.StableDiffusionProcessingTxt2Img(
        outpath_samples=opts.outdir_txt2img_samples,
        outpath_grids=opts.outdir_txt2img_grids,
        override_settings=create_override_settings_dict(args[len(FIELDS)]),
        hr_additional_modules=["Use same choices"],
        **values,
    )
    p.user = request.username
    return page_parts.run(p, scripts.scripts_txt2img, args[len(FIELDS) + 1 :])


def txt2img(id_task: str, request: gr.Request, *args):
    """Generate."""
    return main_thread.run_and_wait_result(txt2img_function, id_task, request, *args)

"""What Generate does in the img2img tab."""

from __future__ import annotations

import gradio as gr
from forge_workbench import page_parts
from modules_forge import main_thread
from PIL import Image

from modules import images, processing, scripts
from modules.infotext_utils import create_override_settings_dict
from modules.shared import opts

#: The tabs of pictures, numbered as in Forge.
IMG2IMG, INPAINT_UPLOAD, BATCH = 0, 4, 5
#: The components whose values are passed on, in order.
FIELDS = (
    "mode prompt negative_prompt init_img init_img_inpaint init_mask_inpaint mask_blur inpainting_fill n_iter "
    "batch_size cfg_scale denoising_strength height width resize_mode inpaint_full_res inpaint_full_res_padding "
    "inpainting_mask_invert override_settings"
).split()


def _mask(mask: Image.Image | None) -> Image.Image | None:
    return None if mask is None else mask.point(lambda v: 255 if v > 128 else 0)


def img2img_function(id_task: str, request: gr.Request, *args) -> tuple:
    """Generate, on the main thread."""
    v = dict(zip(FIELDS, args))
    if int(v["mode"]) == BATCH:
        raise NotImplementedError("The workbench makes no batches from a folder.")
    image, mask = v["init_img"], None
    if int(v["mode"]) == INPAINT_UPLOAD:
        image, mask = v["init_img_inpaint"], _mask(v["init_mask_inpaint"])
    names = "prompt negative_prompt n_iter batch_size cfg_scale denoising_strength mask_blur inpainting_fill"
    names += " resize_mode inpaint_full_res inpaint_full_res_padding inpainting_mask_invert"
    p = processing.StableDiffusionProcessingImg2Img(
        outpath_samples=opts.outdir_img2img_samples,
        outpath_grids=opts.outdir_img2img_grids,
        init_images=[images.fix_image(image)],
        mask=images.fix_image(mask),
        height=int(v["height"]),
        width=int(v["width"]),
        override_settings=create_override_settings_dict(v["override_settings"]),
        **{name: v[name] for name in names.split()},
    )
    p.user = request.username
    return page_parts.run(p, scripts.scripts_img2img, args[len(FIELDS) :])


def img2img(id_task: str, request: gr.Request, *args):
    """Generate."""
    return main_thread.run_and_wait_result(img2img_function, id_task, request, *args)

"""Saves and shows the results before restoring details and colours, the way the host saves and shows its own."""

from __future__ import annotations

from typing import Any

from PIL import Image

from ..infotext import without_restoring
from . import results

_SUFFIX = "-unrestored"


def with_overlay(p: Any, image: Image.Image, position: int) -> Image.Image:
    """A picture with the part protected by the mask pasted on top, as the host does with its own result next.

    Args:
        p: the host's processing object.
        image: a picture as it comes from the sampler.
        position: its position in the batch.
    """
    from modules import processing, shared

    overlays = getattr(p, "overlay_images", None)
    if not getattr(shared.opts, "overlay_inpaint", True) or overlays is None or position >= len(overlays):
        return image
    return processing.apply_overlay(image, getattr(p, "paste_to", None), overlays[position])[0]


def keep(p: Any, processed: Any, unfinished: dict[int, Image.Image]) -> dict[int, str]:
    """Add the unrestored pictures after all others, each with the parameters that made it.

    Args:
        p: the host's processing object.
        processed: its result; gets the pictures, and the texts that the page and the API show for them.
        unfinished: the pictures by their position among the results.

    Returns:
        Their parameters by the same position.
    """
    with without_restoring(p.extra_generation_params):
        texts = {index: processed.infotext(p, index) for index in unfinished}
    for index, image in unfinished.items():
        _label_and_save(p, processed, image, index, texts[index])
    order = sorted(unfinished)
    results.add(processed, [unfinished[index] for index in order], [texts[index] for index in order])
    return texts


def _label_and_save(p: Any, processed: Any, image: Image.Image, index: int, text: str) -> None:
    from modules import images, shared

    if shared.opts.enable_pnginfo:
        image.info["parameters"] = text
    if _saves(p, shared):
        name = ("", processed.all_seeds[index], processed.all_prompts[index], shared.opts.samples_format)
        images.save_image(image, p.outpath_samples, *name, info=text, p=p, suffix=_SUFFIX)


def _saves(p: Any, shared: Any) -> bool:
    if hasattr(p, "save_samples"):
        return p.save_samples()
    return shared.opts.samples_save and not p.do_not_save_samples

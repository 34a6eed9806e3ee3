"""img2img's mask as a light map: what is painted is light, and the host does not inpaint."""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageFilter, ImageOps

from ..picture.opening import check_given


def as_light(p: Any, max_pixels: int) -> Image.Image | None:
    """The mask of a processing object, read as the host reads it but with its greys: white where there is light.

    Args:
        p: the host's processing object.
        max_pixels: the most pixels that the mask may have.

    Returns:
        A grey picture, None if there is no mask or nothing is painted in it.

    Raises:
        ICLightError: its file format is not supported, or it is too large.
    """
    mask = getattr(p, "image_mask", None)
    if not isinstance(mask, Image.Image):
        return None
    check_given(mask, "mask", max_pixels)
    # As in the host: if the picture is transparent anywhere, its alpha channel is the mask.
    if mask.mode in ("RGBA", "LA") and mask.getchannel("A").getextrema() != (255, 255):
        grey = mask.getchannel("A")
    else:
        grey = mask.convert("L")
    if getattr(p, "inpainting_mask_invert", 0):
        grey = ImageOps.invert(grey)
    blur = ((getattr(p, "mask_blur_x", 0) or 0) + (getattr(p, "mask_blur_y", 0) or 0)) / 2
    if grey.getextrema()[1] == 0:
        return None
    return grey.filter(ImageFilter.GaussianBlur(blur)) if blur > 0 else grey


def detach(p: Any) -> Any:
    """Remove the mask, so that the host does not inpaint in this run.

    Returns:
        The mask, for :func:`restore`.
    """
    mask, p.image_mask = p.image_mask, None
    return mask


def restore(p: Any, mask: Any) -> None:
    """Undo :func:`detach`, unless the processing object has been given another mask; None changes nothing."""
    if mask is not None and p.image_mask is None:
        p.image_mask = mask

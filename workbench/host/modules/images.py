"""Reads, resizes and saves pictures."""

from __future__ import annotations

import datetime
import math
import os
import re

from PIL import Image, ImageOps, PngImagePlugin

from modules import shared

LANCZOS = Image.Resampling.LANCZOS
IGNORED_INFO_KEYS = set(
    "jfif jfif_version jfif_unit jfif_density dpi exif loop background timestamp duration progressive progression "
    "icc_profile chromaticity photoshop".split()
)
_EXIF_IFD, _USER_COMMENT = 0x8769, 0x9286


def image_grid(imgs: list[Image.Image], rows: int | None = None) -> Image.Image:
    """A grid of all pictures, by default with about as many rows as columns."""
    rows = min(rows or round(math.sqrt(len(imgs))), len(imgs))
    columns = math.ceil(len(imgs) / rows)
    w, h = map(max, zip(*(img.size for img in imgs)))
    grid = Image.new("RGBA", (columns * w, rows * h), "#ffffff")
    for i, img in enumerate(imgs):
        left = i % columns * w + (w - img.width) // 2
        top = i // columns * h + (h - img.height) // 2
        grid.paste(img, (left, top))
    return grid


def _resize(im: Image.Image, w: int, h: int, upscaler_name: str | None) -> Image.Image:
    scale = max(w / im.width, h / im.height)
    if upscaler_name not in (None, "None") and im.mode != "L" and scale > 1.0:
        fitting = [x for x in shared.sd_upscalers if x.name == upscaler_name] or shared.sd_upscalers
        im = fitting[0].scaler.upscale(im, scale, fitting[0].data_path)
    return im if im.size == (w, h) else im.resize((w, h), LANCZOS)


def _fill_borders(res: Image.Image, resized: Image.Image) -> None:
    """Stretch the outermost rows or columns of ``resized`` over the empty area."""
    (width, height), (w, h) = res.size, resized.size
    if top := (height // 2 - h // 2 if w == width else 0):
        res.paste(resized.resize((width, top), box=(0, 0, width, 0)), (0, 0))
        res.paste(resized.resize((width, top), box=(0, h, width, h)), (0, top + h))
    if left := (width // 2 - w // 2 if h == height else 0):
        res.paste(resized.resize((left, height), box=(0, 0, 0, height)), (0, 0))
        res.paste(resized.resize((left, height), box=(w, 0, w, height)), (left + w, 0))


def resize_image(resize_mode: int, im: Image.Image, width: int, height: int, upscaler_name: str | None = None):
    """A picture of the given size: 0 stretched, 1 covering and cropped, 2 whole with its borders stretched."""
    im = im.convert("RGB") if im.mode == "RGBA" else im
    if resize_mode == 0:
        return _resize(im, width, height, upscaler_name)
    wider = width / height > im.width / im.height
    fit_width = wider if resize_mode == 1 else width / height < im.width / im.height
    fit_height = not wider if resize_mode == 1 else width / height >= im.width / im.height
    src_w = width if fit_width else im.width * height // im.height
    src_h = height if fit_height else im.height * width // im.width
    resized = _resize(im, src_w, src_h, upscaler_name)
    res = Image.new("RGB", (width, height))
    res.paste(resized, (width // 2 - src_w // 2, height // 2 - src_h // 2))
    if resize_mode != 1:
        _fill_borders(res, resized)
    return res


def flatten(img: Image.Image, bgcolor: str) -> Image.Image:
    """RGB, with transparent parts composited on a colour such as ``#ffffff``."""
    if img.mode == "RGBA":
        background = Image.new("RGBA", img.size, bgcolor)
        background.paste(img, mask=img)
        img = background
    return img.convert("RGB")


def read(fp, **kwargs) -> Image.Image:
    """Open a picture, rotated according to its EXIF orientation."""
    return fix_image(Image.open(fp, **kwargs))


def fix_image(image: Image.Image | None) -> Image.Image | None:
    """The picture rotated according to its EXIF, with palette transparency as alpha; unchanged if that fails."""
    if image is None:
        return None
    try:
        return fix_png_transparency(ImageOps.exif_transpose(image))
    except Exception:
        return image


def fix_png_transparency(image: Image.Image) -> Image.Image:
    """Transparency given per palette entry or as a colour, as an alpha channel."""
    if image.mode in ("RGB", "P") and isinstance(image.info.get("transparency"), bytes):
        return image.convert("RGBA")
    return image


def read_info_from_image(image: Image.Image) -> tuple[str | None, dict]:
    """The infotext in a picture, and all other texts in it."""
    items = dict(image.info or {})
    geninfo = items.pop("parameters", None)
    comment = image.getexif().get_ifd(_EXIF_IFD).get(_USER_COMMENT) if "exif" in items else None
    if isinstance(comment, bytes) and comment:
        unicode = comment.startswith(b"UNICODE\0")
        geninfo = comment[8:].decode("utf_16_be" if unicode else "utf8", errors="ignore")
    elif geninfo is None and "comment" in items:
        comment = items["comment"]
        geninfo = comment.decode("utf8", errors="ignore") if isinstance(comment, bytes) else comment
    return geninfo, {k: v for k, v in items.items() if k not in IGNORED_INFO_KEYS}


def png_texts(info: dict) -> PngImagePlugin.PngInfo | None:
    """The texts in ``info`` for a PNG file, or None."""
    texts = {k: v for k, v in info.items() if isinstance(k, str) and isinstance(v, str)}
    if not texts:
        return None
    metadata = PngImagePlugin.PngInfo()
    for k, v in texts.items():
        metadata.add_text(k, v)
    return metadata


def save_image_with_geninfo(image: Image.Image, geninfo: str | None, filename: str) -> None:
    """Write a picture to a file, with its infotext if the settings say so."""
    suffix = os.path.splitext(filename)[1].lower()
    geninfo = geninfo if shared.opts.enable_pnginfo else None
    if suffix == ".png":
        image.save(filename, format="PNG", pnginfo=png_texts({"parameters": geninfo}))
        return
    exif = Image.Exif()
    if geninfo:
        exif[_EXIF_IFD] = {_USER_COMMENT: b"UNICODE\0" + geninfo.encode("utf_16_be")}
    image.convert("RGB").save(filename, format=Image.registered_extensions()[suffix], quality=80, exif=exif)


def get_next_sequence_number(path: str, basename: str) -> int:
    """One more than the largest number a file name in a folder begins with."""
    prefix = f"{basename}-" if basename else ""
    matches = (re.match(rf"{re.escape(prefix)}(\d+)", name) for name in os.listdir(path))
    return max((int(m.group(1)) for m in matches if m), default=-1) + 1


def save_image(
    image: Image.Image,
    path: str,
    basename: str,
    seed: int | None = None,
    prompt: str | None = None,
    extension: str = "png",
    info: str | None = None,
    p=None,
    forced_filename: str | None = None,
    suffix: str = "",
) -> str:
    """Write a picture into the folder's subfolder for today, under an unused number; returns its path.

    The picture gets the path as ``already_saved_as``.
    """
    path = os.path.join(path, datetime.date.today().isoformat())
    os.makedirs(path, exist_ok=True)
    name = forced_filename
    if name is None:
        number = get_next_sequence_number(path, basename)
        name = "-".join(filter(None, [basename, f"{number:05}", None if seed is None else str(seed)])) + suffix
    filename = os.path.join(path, f"{name}.{extension}")
    save_image_with_geninfo(image, info, filename)
    image.already_saved_as = filename
    return filename

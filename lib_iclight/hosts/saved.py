"""Completes the files that the host has saved: the photograph's data, 16 bits, and layers beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..errors import ICLightError
from ..files import completing, exr, packages, psd
from ..picture.deep import eight_bits
from ..picture.strips import strips
from ..request import BOTH, EXR, NO_LAYERS, PHOTOGRAPH, PSD, Request
from ..restore.developed import Developed
from . import webui
from .run_context import RunContext

_STRIP_PIXELS = 1 << 20


def check(p: Any, request: Request) -> None:
    """Check, before anything is done, that layers can be written if they are asked for.

    Raises:
        ICLightError: the result is a painting, the run saves no pictures, or a package is missing.
    """
    if request.layers == NO_LAYERS:
        return
    if request.result != PHOTOGRAPH:
        raise ICLightError(
            "Layers are parts of a photograph in its new light, but the result is the painting. Set 'Result' to "
            "Photograph (over the API: the field 'result'), or 'Layers' to none."
        )
    if not _saves(p):
        raise ICLightError(
            "Layers are files beside the saved picture, but this run saves no pictures. Turn on 'Always save all "
            "generated images' in the settings (over the API: save_images), or set 'Layers' to none."
        )
    missing = packages.absent(_kinds(request))
    if missing:
        raise ICLightError(
            f"Layers as {request.layers} need {' and '.join(missing)}, which cannot be loaded. The extension installs "
            "what is missing when the web UI starts: start once without --skip-install and look for a line that begins "
            "with 'IC-Light:', or set 'Layers' to none."
        )


def complete_earlier(p: Any, run: RunContext) -> None:
    """Complete the files of the results that the host has saved so far, and let go of what gets into them.

    Layers of a large photograph take more than half a gigabyte: those of a whole batch would not fit into memory. A
    picture that others have replaced is left to :func:`complete`.
    """
    for index, image in [*run.given.items()]:
        if getattr(image, "already_saved_as", None):
            for comment in _completed(run, image, index):
                p.comment(comment)


def complete(p: Any, run: RunContext, processed: Any) -> None:
    """Complete the other saved files of a run whose results are photographs; what fails is said with the results.

    Args:
        p: the host's processing object.
        run: the run, which is over but still has its pictures.
        processed: the run's result; gets the comments.
    """
    if run.plan.request.result != PHOTOGRAPH:
        return
    left = (index for index in range(run.finished) if index not in run.completed)
    said = [comment for index in left for comment in _completed(run, _image(p, processed, index), index)]
    for comment in dict.fromkeys(said):
        p.comment(comment)
        processed.comments = f"{getattr(processed, 'comments', '')}{comment}\n"


def _completed(run: RunContext, image: Any, index: int) -> Iterator[str]:
    """Complete what belongs to one result, which the host has as ``image``; yields what went wrong."""
    run.completed.add(index)
    run.given.pop(index, None)
    made = run.developed.pop(index, None)
    path = getattr(image, "already_saved_as", None)
    if not path:
        return
    request = run.plan.request
    block = run.subject_of(index).picture.origin.exif if webui.settings().camera_data else b""
    pixels = made.picture if made is not None and made.picture.dtype == np.uint16 else None
    if pixels is not None and not _shows(image, pixels):
        pixels = None
        yield "A result was not saved with 16 bits a channel, because something was changed in it before it was saved."
    text = image.info.get("parameters", "")
    writing = partial(completing.complete, Path(path), block, pixels, text)
    yield from tried(writing, f"The photograph's data could not be put into {Path(path).name}")
    for kind in _kinds(request):
        yield from tried(
            partial(_write_layers, kind, Path(path), made, block),
            f"The layers of {Path(path).name} could not be written as {kind}",
        )


def _write_layers(kind: str, path: Path, made: Developed | None, block: bytes) -> None:
    if made is None or made.layers is None:
        raise ValueError("the result has none")
    path = path.with_suffix(f".{kind}")
    if kind == PSD:
        completing.replacing(path, lambda target: psd.write(target, made, block))
    else:
        completing.replacing_path(path, lambda unfinished: exr.write(str(unfinished), made))


def tried(write: Callable[[], Any], failed: str) -> Iterator[str]:
    """Write something beside a picture that is saved; yields what went wrong."""
    try:
        write()
    except Exception as error:  # the picture is there: whatever goes wrong beside it must not take it away
        yield f"{failed}: {error or type(error).__name__}."


def _kinds(request: Request) -> tuple[str, ...]:
    return {NO_LAYERS: (), BOTH: (PSD, EXR)}.get(request.layers, (request.layers,))


def _image(p: Any, processed: Any, index: int) -> Any:
    """The host's picture of a result. Before all is a grid, if there is one; after each come its masks, if shown."""
    from modules import shared

    masks = ("return_mask", "return_mask_composite") if getattr(p, "mask_for_overlay", None) is not None else ()
    step = 1 + sum(bool(getattr(shared.opts, name, False)) for name in masks)
    place = processed.index_of_first_image + index * step
    return processed.images[place] if place < len(processed.images) else None


def _shows(image: Image.Image, pixels: np.ndarray) -> bool:
    """Whether a picture shows these uint16 pixels, and not what somebody has made of them."""
    if image.mode != "RGB" or image.size != (pixels.shape[1], pixels.shape[0]):
        return False
    for rows in strips(pixels.shape[0], _STRIP_PIXELS // pixels.shape[1]):
        part = np.asarray(image.crop((0, rows.start, image.width, rows.stop))).astype(np.int16)
        if np.abs(part - eight_bits(pixels[rows])).max() > 1:
            return False
    return True


def _saves(p: Any) -> bool:
    """Whether the host will save the run's pictures; it applies the run's own settings only later."""
    from modules import shared

    own = getattr(p, "override_settings", None) or {}
    return bool(own.get("samples_save", shared.opts.samples_save)) and not p.do_not_save_samples

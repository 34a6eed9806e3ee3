"""Where the web UI keeps light sets, and how it saves what is developed from them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from ..api.studio_service import Saved
from ..files import completing
from ..studio import layers, shelf
from ..studio.result import Result
from .saved import tried

FOLDER, FILMS, CLIPS = "light-sets", "light-films", "light-clips"
"""In the folder of the results."""

_SUFFIX = "-mix"
"""Tells its files apart: a run may save one in the same moment, and takes the same number for it."""


def results() -> Path:
    """The folder of txt2img's results."""
    from modules import shared

    return Path(getattr(shared.opts, "outdir_samples", "") or shared.opts.outdir_txt2img_samples)


def folder(user: str) -> Path:
    """The folder of a user's sets, those of both tabs.

    Args:
        user: who is logged in on the page, "" without a login.
    """
    return shelf.folder_of(results() / FOLDER, user)


def films_folder(user: str) -> Path:
    """The folder of the films that a user has shot."""
    return shelf.folder_of(results() / FILMS, user)


def clips_folder(user: str) -> Path:
    """The folder of the clips that a user has relit."""
    return shelf.folder_of(results() / CLIPS, user)


def save(result: Result, extension: str, kinds: Sequence[str]) -> Saved:
    """Save a developed mix as the web UI saves a picture of txt2img, with the profile and 16 bits where it has them.

    Args:
        result: what is saved.
        extension: of the file, "" for the one that is set in the web UI.
        kinds: the layers to write beside it, of :data:`lib_iclight.studio.layers.KINDS`.
    """
    from modules import images, shared

    made = result.developed
    image = Image.fromarray(made.seen)
    extension = extension or shared.opts.samples_format
    images.save_image(
        image, str(results()), "", result.seed, result.prompt, extension, info=result.infotext, suffix=_SUFFIX
    )
    path = Path(image.already_saved_as)
    pixels = made.picture if made.picture.dtype == np.uint16 else None
    completed = partial(completing.complete, path, b"", pixels, result.infotext)
    remarks, written = [*tried(completed, f"The profile could not be put into {path.name}")], []
    for kind in kinds:
        beside = path.with_suffix(f".{kind}")
        said = [
            *tried(
                partial(layers.write, beside, result.layered, made.picture),
                f"The layers of {path.name} could not be written as {kind}",
            )
        ]
        remarks += said
        written += [] if said else [beside]
    return Saved(path, written, remarks)

"""A workbench extension: a rough cut-out takes the place of background removers that do not work here.

The page and the demo use it, so that a first photograph can be relit on a machine without rembg. Without this
extension, a missing remover is refused as on Forge.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gradio as gr
import numpy as np
from gradio.context import LocalContext
from modules import patches, script_callbacks, scripts, shared
from PIL import Image

from lib_iclight.errors import ICLightError
from lib_iclight.subject import background_removal
from workbench.cutout import cut_out
from workbench.photographs import known

#: The generation parameters with the remover that IC Light asked for, and with what took its place.
_ASKED_FOR, _TAKEN = "IC Light background removal", "Cut-out"

_replaced: dict[str, str] = {}
"""rembg's removers that did not work, and why; they are not tried again."""


def or_roughly(remove: Callable[[np.ndarray, str, Path], np.ndarray]) -> Callable[[np.ndarray, str, Path], np.ndarray]:
    """A background remover that cuts out by colours alone if one of rembg's does not work.

    The demo's own photographs are then cut out along their outlines.
    For the user's own files and for unknown names, errors are raised as usual.
    """

    def remove_or_cut_out(rgb: np.ndarray, model: str, models_dir: Path) -> np.ndarray:
        if model not in background_removal.MODELS:
            return remove(rgb, model, models_dir)
        if shared.cmd_opts.rough_cut_out:
            _replaced[model] = "it was requested"
        if model not in _replaced:
            try:
                return remove(rgb, model, models_dir)
            except ICLightError as error:
                missing = isinstance(error.__cause__, ImportError)
                _replaced[model] = "rembg is not installed" if missing else f"{model} cannot be loaded"
        if LocalContext.event_id.get() is not None:
            gr.Warning(_in_words(model))
        picture = Image.fromarray(rgb)
        photograph = known(picture)
        return np.asarray((photograph.cut_out() if photograph else cut_out(picture)).getchannel("A"))

    return remove_or_cut_out


def _in_words(model: str) -> str:
    return (
        f"The rough cut-out of the workbench was used: {_replaced[model]}. It takes the middle of the picture, by its "
        "colours; rembg finds the subject wherever it is."
    )


class RoughCutOut(scripts.Script):
    """Says with the result, and in its parameters, that the cut-out is a rough one."""

    create_group = False

    def title(self):
        """The script's name."""
        return "Rough cut-out"

    def show(self, is_img2img):
        """In every generation."""
        return scripts.AlwaysVisible

    def process(self, p, *args):
        """Note a rough cut-out: the subject was cut out in ``before_process``."""
        p.extra_generation_params.pop(_TAKEN, None)
        model = p.extra_generation_params.get(_ASKED_FOR)
        if model in _replaced:
            p.comment(_in_words(model))
            p.extra_generation_params[_TAKEN] = f"rough ({_replaced[model]})"


patches.patch(__name__, background_removal, "remove_background", or_roughly(background_removal.remove_background))
script_callbacks.on_script_unloaded(lambda: patches.undo(__name__, background_removal, "remove_background"))

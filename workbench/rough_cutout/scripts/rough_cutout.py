"""An extension of the workbench's: its rough cut-out stands in for a background remover that does not work here.

The page and the demo have it, so that a first photograph is relit on a machine without rembg. Whatever else asks IC
Light for a remover meets the same refusals as on Forge.
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

#: Where IC Light writes which remover it asked for, and where we write what took its place.
_ASKED_FOR, _TAKEN = "IC Light background removal", "Cut-out"

_replaced: dict[str, str] = {}
"""Removers of rembg's that did not work, and why; they are not tried again."""


def or_roughly(remove: Callable[[np.ndarray, str, Path], np.ndarray]) -> Callable[[np.ndarray, str, Path], np.ndarray]:
    """A background remover that cuts out by colours alone where one of rembg's does not work.

    A file of the user's own, or a name that nobody knows, is refused as ever.
    """

    def remove_or_cut_out(rgb: np.ndarray, model: str, models_dir: Path) -> np.ndarray:
        if model not in background_removal.MODELS:
            return remove(rgb, model, models_dir)
        if shared.cmd_opts.rough_cut_out:
            _replaced[model] = "it was asked for"
        if model not in _replaced:
            try:
                return remove(rgb, model, models_dir)
            except ICLightError as error:
                missing = isinstance(error.__cause__, ImportError)
                _replaced[model] = "rembg is not installed" if missing else f"{model} cannot be loaded"
        if LocalContext.event_id.get() is not None:
            gr.Warning(_in_words(model))
        return np.asarray(cut_out(Image.fromarray(rgb)).getchannel("A"))

    return remove_or_cut_out


def _in_words(model: str) -> str:
    return (
        f"The rough cut-out of the workbench was used: {_replaced[model]}. It takes the middle of the picture, by its "
        "colours; rembg finds the subject wherever it is."
    )


class RoughCutOut(scripts.Script):
    """Says beside the result, and in it, that the cut-out is a rough one."""

    create_group = False

    def title(self):
        """Its name in lists of scripts."""
        return "Rough cut-out"

    def show(self, is_img2img):
        """In every generation."""
        return scripts.AlwaysVisible

    def process(self, p, *args):
        """The picture was cut out before."""
        p.extra_generation_params.pop(_TAKEN, None)
        model = p.extra_generation_params.get(_ASKED_FOR)
        if model in _replaced:
            p.comment(_in_words(model))
            p.extra_generation_params[_TAKEN] = f"rough ({_replaced[model]})"


patches.patch(__name__, background_removal, "remove_background", or_roughly(background_removal.remove_background))
script_callbacks.on_script_unloaded(lambda: patches.undo(__name__, background_removal, "remove_background"))

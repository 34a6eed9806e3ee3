"""Checks that IC-Light can run on the checkpoints that a run uses."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any

from ..errors import ICLightError
from ..models.library import ModelLibrary, Offsets, check_fit
from . import webui
from .checkpoints import REFINER, Checkpoints, other_checkpoints
from .protocol import Host
from .run_context import RunContext


class CheckpointChecks:
    """Refuses checkpoints that IC-Light does not fit.

    Args:
        host: the web UI's backend.
        library: loads the offsets.
        checkpoints: looks up checkpoints that are not loaded yet.
    """

    def __init__(self, host: Host, library: ModelLibrary, checkpoints: Checkpoints):
        self._host = host
        self._library = library
        self._checkpoints = checkpoints
        # Offsets and the shapes object that they were found to fit: comparing hundreds of shapes takes a while, and
        # hosts keep the same object.
        self._fitting: weakref.WeakKeyDictionary[Offsets, Mapping[str, Any]] = weakref.WeakKeyDictionary()

    def check_loaded(self, sd_model: Any, run: RunContext) -> None:
        """Check the loaded checkpoint, each one once: the second pass may have its own.

        Raises:
            ICLightError: it is not Stable Diffusion 1.5, or the offsets do not fit it.
        """
        if run.checked() is sd_model:
            return
        checkpoint = self._host.checkpoint(sd_model)
        if not checkpoint.supported:
            raise ICLightError(
                f"IC Light works on Stable Diffusion 1.5 checkpoints, but {checkpoint.name} is {checkpoint.family}. "
                "Load a Stable Diffusion 1.5 checkpoint, or turn IC Light off."
            )
        model = run.plan.model
        offsets, shapes = self._library.load(model), self._host.unet_shapes(sd_model)
        if self._fitting.get(offsets) is not shapes:
            check_fit(offsets, shapes, model.name, checkpoint.name)
            self._fitting[offsets] = shapes
        run.checked = weakref.ref(sd_model)

    def check_others(self, p: Any) -> None:
        """Check the checkpoints of the second pass and the refiner now: they are loaded only in the middle of the run.

        Raises:
            ICLightError: one of them is not Stable Diffusion 1.5, or the refiner's UNet cannot be relit.
        """
        others = other_checkpoints(p)
        if REFINER in others and webui.reloads_weights_alone():
            # With a LoRA the UNet would be a plain one from there on, and half of the picture's steps not relit.
            raise ICLightError(
                "The refiner cannot be relit where the web UI reloads nothing but weights for it. Switch off 'Reload "
                "\"state_dict\" Only' in the web UI's settings, or choose no refiner."
            )
        for role, name in others.items():
            checkpoint = self._checkpoints.named(name)
            if checkpoint is not None and not checkpoint.supported:
                raise ICLightError(
                    f"IC Light works on Stable Diffusion 1.5 checkpoints, but {role} {checkpoint.name} is "
                    f"{checkpoint.family}. Choose a Stable Diffusion 1.5 checkpoint there, or none, or turn IC Light "
                    "off."
                )

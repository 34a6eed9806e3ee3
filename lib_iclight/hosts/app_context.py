"""What the process has one of: the runner, the models, the background remover."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ..errors import ICLightError
from ..models.manager import Models
from ..picture.arrays import Picture
from ..relight import RelightPipeline
from ..request import Request
from ..subject.background_removal import ENDING, MODELS, check_known, content, forget_sessions, offered, remover
from ..subject.matte_refinement import MatteRefinement
from ..subject.prepare import Removal, Subject
from ..support.cache import MEGABYTE, SharedCache
from ..support.interruptible import interruptible
from ..support.process_memory import release_memory
from . import detect, patching, state
from .protocol import Checkpoint, Host
from .script_hooks import HostServices, ScriptHooks


class AppContext:
    """Everything that stays from run to run, put together for one host."""

    def __init__(self, host: Host):
        self.host = host
        self._matte = remover(host.matting_folder())
        pipeline = RelightPipeline(SharedCache(lambda: int(state.settings().cache_limit * MEGABYTE)), self.max_pixels)
        pipeline.pictures.content = lambda model: content(model, host.matting_folder())
        self.models = Models(pipeline.library, host.model_folders, state.settings, state.downloads_forbidden)
        services = HostServices(
            self._fetch, state.other_checkpoints, self.checkpoint, lambda: state.settings().keep_models
        )
        self.hooks = ScriptHooks(host, pipeline, self.matte, services)

    @staticmethod
    def max_pixels() -> int:
        """The most pixels that a picture may have, as the settings say."""
        return state.settings().max_pixels

    def checkpoint(self, name: str | None) -> Checkpoint | None:
        """What a checkpoint is, the chosen one where None is given; None where that is not known."""
        return state.named_checkpoint(name, self.host.checkpoint)

    def notice(self, name: str | None) -> str:
        """What is wrong with a checkpoint, "" when nothing is."""
        checkpoint = self.checkpoint(name)
        if checkpoint is None:
            return ""
        if checkpoint.supported:
            return patching.words(checkpoint)
        return (
            f"The checkpoint {checkpoint.name} is {checkpoint.family}. IC Light works on Stable Diffusion 1.5: "
            "choose a Stable Diffusion 1.5 checkpoint to use it."
        )

    def removers(self) -> list[str]:
        """The background removers to choose from, files of the user's own among them."""
        return offered(self.host.matting_folder())

    def matte(self, rgb: np.ndarray, model: str) -> np.ndarray:
        """The background remover in a run: says what is going on, and lets Interrupt end the wait.

        Raises:
            InterruptedRunError: the user has pressed Interrupt.
        """
        interrupted = state.interruption()
        state.tell(f"Removing the background ({model}) ...")
        try:
            return interruptible(lambda: self._allowed_matte(rgb, model), interrupted)
        finally:
            state.tell("")

    def cut_out(self, picture: Picture, model: str, edge: MatteRefinement, removal: Removal = True) -> Subject:
        """Cut a picture's subject out, as a run would."""
        check_known(model, self.host.matting_folder())
        return self.hooks.pipeline.pictures.subject(picture, removal, model, self._allowed_matte, edge)

    def cut(self, source: Any, name: str, request: Request) -> Subject:
        """What a run of this request would relight of a picture, for the preview."""
        return self.hooks.pipeline.subject(request, source, name, self._allowed_matte)

    def forget_models(self) -> None:
        """Release offsets and background removers where the settings say that they are not kept."""
        if not state.settings().keep_models:
            self.models.library.forget()
            self._forget_removers()

    def _forget_removers(self) -> None:
        if not state.settings().keep_models:
            forget_sessions()
            release_memory()

    def _allowed_matte(self, rgb: np.ndarray, model: str) -> np.ndarray:
        """The background remover, which downloads its own models only where that is allowed."""
        folder, reason = self.host.matting_folder(), self.models.why_not()
        check_known(model, folder)
        if reason and model in MODELS and not (folder / f"{model}{ENDING}").is_file():
            raise ICLightError(
                f"The background remover {model} is not installed, and {reason}. Put {model}.onnx into "
                f"models/{folder.name}, choose another one, or give a picture with transparency, or turn 'Remove "
                "background' off."
            )
        try:
            return self._matte(rgb, model)
        finally:
            self._forget_removers()

    def _fetch(self, mode: str) -> bool:
        if not self.models.on_first_use:
            return False
        try:
            self.models.fetch(mode, state.interruption(), state.tell)
        finally:
            state.tell("")
        return True


@functools.cache
def app_context() -> AppContext:
    """The process's context, set up when it is first needed.

    Raises:
        ICLightError: this web UI is not one that we know.
    """
    return AppContext(detect())

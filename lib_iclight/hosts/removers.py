"""The background removers of this web UI, subject to its settings."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path

import numpy as np

from ..errors import ICLightError
from ..subject.background_removal import ENDING, MODELS, check_known, content, forget_sessions, offered, remover
from ..support.interruptible import interruptible
from ..support.process_memory import release_memory
from . import webui


class Removers:
    """Runs background removers.

    Args:
        folder: returns the folder with their model files.
        why_not: returns why downloads are not allowed, "" if they are.
    """

    def __init__(self, folder: Callable[[], Path], why_not: Callable[[], str]):
        self._folder = folder
        self._why_not = why_not

    def names(self) -> list[str]:
        """The removers to choose from, including the user's own files."""
        return offered(self._folder())

    def content(self, model: str) -> Hashable:
        """Identifies the content of a remover's file, None if there is no file."""
        return content(model, self._folder())

    def check_known(self, model: str) -> None:
        """Check that there is a remover of this name.

        Raises:
            ICLightError: there is none.
        """
        check_known(model, self._folder())

    def remove(self, rgb: np.ndarray, model: str, *, more_to_come: bool = False) -> np.ndarray:
        """Cut the subject out; see :data:`lib_iclight.subject.background_removal.BackgroundRemover`.

        Args:
            rgb, model: as there.
            more_to_come: keeps the remover loaded, for a clip's next frame.

        Raises:
            ICLightError: there is no such remover, it fails, or it is not installed and downloads are not allowed.
        """
        folder, reason = self._folder(), self._why_not()
        check_known(model, folder)
        if reason and model in MODELS and not (folder / f"{model}{ENDING}").is_file():
            raise ICLightError(
                f"The background remover {model} is not installed, and {reason}. Put {model}.onnx into "
                f"models/{folder.name}, choose another one, use a picture with transparency, or turn 'Remove "
                "background' off."
            )
        try:
            return remover(folder)(rgb, model)
        finally:
            if not more_to_come:
                self.forget_unless_kept()

    def remove_in_run(self, rgb: np.ndarray, model: str) -> np.ndarray:
        """The same within a run: shows progress, and lets Interrupt end the wait.

        Raises:
            InterruptedRunError: the user has pressed Interrupt.
        """
        interrupted = webui.watch_interrupt()
        webui.tell(f"Removing the background ({model}) ...")
        try:
            return interruptible(lambda: self.remove(rgb, model), interrupted)
        finally:
            webui.tell("")

    def forget_unless_kept(self) -> None:
        """Release loaded removers, unless the settings say to keep models in memory."""
        if not webui.settings().keep_models:
            forget_sessions()
            release_memory()

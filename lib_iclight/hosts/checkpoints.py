"""Checkpoints by name: which one the user has chosen, what it is, and which others a run will load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..models.checkpoint import family_of
from .protocol import Checkpoint

_NONE = (None, "", "None", "none")
_SAME = "Use same checkpoint"


class Checkpoints:
    """Tells what the checkpoints of the web UI are, loaded or not.

    Args:
        loaded: tells what a loaded model is, see :meth:`lib_iclight.hosts.protocol.Host.checkpoint`.
    """

    def __init__(self, loaded: Callable[[Any], Checkpoint]):
        self._loaded = loaded
        # The host's entries by the names that they were asked for.
        self._last_found: dict[str | None, Any] = {}

    def named(self, name: str | None) -> Checkpoint | None:
        """A checkpoint by any of its names, as the user or the API gives it; the chosen one where None is given.

        Returns:
            None where there is no such checkpoint, or where its file does not say what it is.
        """
        from modules import sd_models, shared

        info = self._entry(name or getattr(shared.opts, "sd_model_checkpoint", None))
        filename = getattr(info, "filename", None)
        if filename is None:
            return None
        model = sd_models.model_data.sd_model
        if getattr(getattr(model, "sd_checkpoint_info", None), "filename", None) == filename:
            return self._loaded(model)
        family = family_of(Path(filename))
        if family is None:
            return None
        return Checkpoint(info.name_for_extra, family.words, family.supported, _chosen_bits())

    def _entry(self, name: str | None) -> Any:
        """The host's entry of a checkpoint.

        While the host fills its list anew, as it does on a page's load, the entry that was last found counts.
        """
        from modules import sd_models

        try:
            info = sd_models.get_closet_checkpoint_match(name)
        except RuntimeError:  # the list changes under the search
            info = None
        if info is None:
            return self._last_found.get(name)
        self._last_found[name] = info
        return info


def other_checkpoints(p: Any) -> dict[str, str]:
    """The names of the checkpoints besides the chosen one that a run will load, by what they are for."""
    found = {}
    if getattr(p, "enable_hr", False):
        found["the hires-fix checkpoint"] = getattr(p, "hr_checkpoint_name", None)
    found["the refiner"] = getattr(p, "refiner_checkpoint", None)
    return {role: name for role, name in found.items() if name not in (*_NONE, _SAME)}


def _chosen_bits() -> str:
    """The low-bit type that the user has chosen for checkpoints, "" where it does not round what is merged."""
    from modules import shared

    # A settings file may hold null.
    chosen = getattr(shared.opts, "forge_unet_storage_dtype", None) or ""
    return "" if "Automatic" in chosen or "fp16 LoRA" in chosen else chosen

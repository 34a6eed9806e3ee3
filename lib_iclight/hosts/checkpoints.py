"""Looks up checkpoints by name: the selected one, and others that a run will load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..models.checkpoint import family_of
from .protocol import Checkpoint

_NONE = (None, "", "None", "none")
_SAME = "Use same checkpoint"
REFINER = "the refiner"


class Checkpoints:
    """Describes the web UI's checkpoints, loaded or not.

    Args:
        loaded: describes a loaded model, see :meth:`lib_iclight.hosts.protocol.Host.checkpoint`.
    """

    def __init__(self, loaded: Callable[[Any], Checkpoint]):
        self._loaded = loaded
        # The host's entries by the names used to look them up.
        self._last_found: dict[str | None, Any] = {}

    def named(self, name: str | None) -> Checkpoint | None:
        """A checkpoint by any name that the host knows it by; None means the selected checkpoint.

        Returns:
            None if there is no such checkpoint, or if its file does not tell its family.
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
        """The host's entry for a checkpoint.

        While the host rebuilds its list, as it does when a page is loaded, the last entry found is used.
        """
        from modules import sd_models

        try:
            info = sd_models.get_closet_checkpoint_match(name)
        except RuntimeError:  # the list changed during the search
            info = None
        if info is None:
            return self._last_found.get(name)
        self._last_found[name] = info
        return info


def other_checkpoints(p: Any) -> dict[str, str]:
    """The names of further checkpoints that a run will load, by the role they play."""
    found = {}
    if getattr(p, "enable_hr", False):
        found["the hires-fix checkpoint"] = getattr(p, "hr_checkpoint_name", None)
    found[REFINER] = getattr(p, "refiner_checkpoint", None)
    return {role: name for role, name in found.items() if name not in (*_NONE, _SAME)}


def _chosen_bits() -> str:
    """The low-bit type selected for checkpoints, "" if merging into it rounds nothing."""
    from modules import shared

    # A settings file may hold null.
    chosen = getattr(shared.opts, "forge_unet_storage_dtype", None) or ""
    return "" if "Automatic" in chosen or "fp16 LoRA" in chosen else chosen

"""Background removal with rembg, imported when it is first needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from .errors import ICLightError

MODELS = (
    "isnet-general-use",
    "u2net",
    "u2netp",
    "u2net_human_seg",
    "u2net_cloth_seg",
    "silueta",
    "isnet-anime",
    "birefnet-general",
    "birefnet-general-lite",
    "birefnet-portrait",
    "birefnet-dis",
    "birefnet-hrsod",
    "birefnet-cod",
    "birefnet-massive",
    "bria-rmbg",
)
"""rembg's models for whole subjects; those that rembg has in the installed version are offered."""

DEFAULT_MODEL = MODELS[0]

_INSTALL = "Restart the web UI without --skip-install, which lets the extension install it"
_WAY_OUT = "or give a picture with transparency, or turn 'Remove background' off"

_sessions: dict[str, object] = {}
_lock = threading.Lock()

Matte = Callable[[np.ndarray, str], np.ndarray]
"""A background remover: uint8 RGB ``[H, W, 3]`` and a model's name to uint8 alpha ``[H, W]``."""


def remover(models_dir: Path) -> Matte:
    """A background remover that keeps rembg's models in ``models_dir``."""

    def matte(rgb: np.ndarray, model: str) -> np.ndarray:
        return remove_background(rgb, model, models_dir)

    return matte


def remove_background(rgb: np.ndarray, model: str, models_dir: Path) -> np.ndarray:
    """Tell the subject from its background.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        model: one of :data:`MODELS`.
        models_dir: where rembg finds its models and puts those that it downloads.

    Returns:
        alpha: uint8 ``[H, W]``, 255 on the subject.

    Raises:
        ICLightError: rembg is missing or broken, the model is unknown, or it cannot be loaded or run.
    """
    if model not in MODELS:
        raise ICLightError(f"There is no background remover named {model!r}. Choose one of: {', '.join(MODELS)}.")
    rembg = _import_rembg()
    with _lock:
        session = _session(rembg, model, models_dir)
        try:
            mask = rembg.remove(Image.fromarray(rgb), session=session, only_mask=True)
        except Exception as error:  # whatever a third-party model run raises, the user needs the same way out
            raise ICLightError(
                f"The background remover {model} failed: {error}. Choose another one, {_WAY_OUT}."
            ) from error
    return np.asarray(mask.convert("L"))


def forget_sessions() -> None:
    """Release the loaded background removers."""
    with _lock:
        _sessions.clear()


def _import_rembg():
    try:
        import rembg
    except (Exception, SystemExit) as error:
        # rembg leaves the interpreter when onnxruntime is missing; binaries built for another numpy raise all kinds.
        reason = "onnxruntime is missing" if isinstance(error, SystemExit) else error
        raise ICLightError(
            f"Background removal needs rembg, which does not work here ({reason}). {_INSTALL}, {_WAY_OUT}."
        ) from error
    return rembg


def _session(rembg, model: str, models_dir: Path):
    if model not in _sessions:
        try:
            with _models_in(models_dir):
                _sessions[model] = rembg.new_session(model, providers=["CPUExecutionProvider"])
        except Exception as error:  # rembg downloads here: network, disk and checksum errors of several libraries
            raise ICLightError(
                f"The background remover {model} cannot be loaded: {error}. Put {model}.onnx into "
                f"models/{models_dir.name}, choose another one, {_WAY_OUT}."
            ) from error
    return _sessions[model]


@contextmanager
def _models_in(folder: Path) -> Iterator[None]:
    """Point rembg at a folder for the time of one call; it reads the variable whenever it makes a session."""
    before = os.environ.get("U2NET_HOME")
    os.environ["U2NET_HOME"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("U2NET_HOME", None)
        else:
            os.environ["U2NET_HOME"] = before

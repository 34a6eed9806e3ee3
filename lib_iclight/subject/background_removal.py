"""Background removal with rembg, which is imported on first use."""

from __future__ import annotations

import importlib.metadata
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import ICLightError, escaped, shortened
from ..support.file_stamp import Stamp, stamp_at
from ..support.json_values import shown, without_folders
from .custom_onnx import CustomOnnxSession

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
"""rembg's models that return one alpha per picture; ``u2net_cloth_seg`` finds clothes, the others whole subjects."""

DEFAULT_MODEL = MODELS[0]

ENDING = ".onnx"
"""The extension of the user's own model files, which tells them apart from rembg's names."""

# The rembg releases that introduced them: a user's environment may hold an older one that another extension required.
_SINCE = {"isnet-anime": (2, 0, 38), "bria-rmbg": (2, 0, 61)} | {
    name: (2, 0, 59) for name in MODELS if name.startswith("birefnet-")
}
_CUSTOM_SINCE = (2, 0, 48)
_CUSTOM_SESSION = "u2net_custom"
_FILES_OF_REMBG = {f"{name}{ENDING}" for name in MODELS}
_SEGMENT_ANYTHING = ("sam_", "vit_b-")

_INSTALL = "Restart the web UI without --skip-install, which lets the extension install it"
_LONGEST_REASON = 240
_WAY_OUT = "or use a picture with transparency, or turn 'Remove background' off"

_sessions: dict[str, tuple[Stamp | None, object]] = {}
"""rembg's sessions by the model's path, each with the stamp of the file that it was loaded from."""
_lock = threading.Lock()

BackgroundRemover = Callable[[np.ndarray, str], np.ndarray]
"""A background remover: takes uint8 RGB ``[H, W, 3]`` and a model's name, returns uint8 alpha ``[H, W]``."""


def remover(models_dir: Path) -> BackgroundRemover:
    """A background remover that keeps rembg's models in ``models_dir``."""
    return lambda rgb, model: remove_background(rgb, model, models_dir)


def offered(models_dir: Path) -> list[str]:
    """The removers to choose from: rembg's, as far as the installed version has them, and the user's own files.

    Does not import rembg. If it is not installed, all of its models are offered: choosing one says what to do.
    """
    version = _installed()
    return [
        *(name for name in MODELS if version is None or version >= _SINCE.get(name, ())),
        *custom_models(models_dir),
    ]


def custom_models(models_dir: Path) -> list[str]:
    """File names of the ONNX models in ``models_dir`` that are not rembg's.

    A folder that cannot be listed counts as empty. Names that cannot be shown on a page are left out.
    """
    try:
        names = [path.name for path in models_dir.iterdir() if path.suffix.lower() == ENDING and _is_file(path)]
    except OSError:
        return []
    custom = (name for name in names if name not in _FILES_OF_REMBG and not name.startswith(_SEGMENT_ANYTHING))
    return sorted(name for name in custom if name == escaped(name))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def content(model: str, models_dir: Path) -> Stamp | None:
    """The stamp of a remover's file, which changes when the file is replaced; None if there is no file."""
    return stamp_at(_file(model, models_dir))


def _file(model: str, models_dir: Path) -> Path:
    return models_dir / (f"{model}{ENDING}" if model in MODELS else model)


def remove_background(rgb: np.ndarray, model: str, models_dir: Path) -> np.ndarray:
    """Separate the subject from its background.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        model: one of :data:`MODELS`, or the name of an ONNX file in ``models_dir``.
        models_dir: where rembg looks for its models and puts those that it downloads.

    Returns:
        alpha: uint8 ``[H, W]``, 255 on the subject.

    Raises:
        ICLightError: rembg is missing or broken, the model is unknown, or it cannot be loaded or run.
    """
    check_known(model, models_dir)
    rembg = _import_rembg()
    with _lock:
        session = _session(rembg, model, models_dir)
        try:
            # If a model's output is the same everywhere, rembg divides by zero; its alpha is then 0.
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                mask = rembg.remove(Image.fromarray(rgb), session=session, only_mask=True)
        except Exception as error:  # whatever a third-party model raises, the remedy is the same
            reason = _one_line(error)
            raise ICLightError(
                f"The background remover {model} failed: {reason}. Choose another one, {_WAY_OUT}."
            ) from error
    return _merged(np.asarray(mask.convert("L")), rgb.shape[0])


def check_known(model: str, models_dir: Path) -> None:
    """Check that there is such a remover, without importing or loading anything.

    Raises:
        ICLightError: there is none of this name, or the installed rembg is too old for it.
    """
    is_custom, named = model.lower().endswith(ENDING), shown(model)
    if is_custom and model not in custom_models(models_dir):
        raise ICLightError(
            f"There is no file {named} in models/{models_dir.name}. Put the ONNX file of a background remover "
            f"there, or choose one of: {', '.join(offered(models_dir))}."
        )
    if not is_custom and model not in MODELS:
        raise ICLightError(
            f"There is no background remover named {named}. Choose one of: {', '.join(offered(models_dir))}."
        )
    version, needed = _installed(), _CUSTOM_SINCE if is_custom else _SINCE.get(model, ())
    if version is not None and version < needed:
        raise ICLightError(
            f"The background remover {model} needs rembg {_dotted(needed)} or newer, and rembg {_dotted(version)} is "
            f"installed. Update rembg, or choose one of: {', '.join(offered(models_dir))}."
        )


def forget_sessions() -> None:
    """Release the loaded background removers. Does nothing while one runs: its caller releases them afterwards."""
    if _lock.acquire(blocking=False):
        try:
            _sessions.clear()
        finally:
            _lock.release()


def _import_rembg():
    try:
        import rembg
    except (Exception, SystemExit) as error:
        # rembg calls sys.exit if onnxruntime is missing; binaries built for another numpy raise errors of all kinds.
        reason = "onnxruntime is missing" if isinstance(error, SystemExit) else _one_line(error)
        raise ICLightError(
            f"Background removal needs rembg, which does not work here ({reason}). {_INSTALL}, {_WAY_OUT}."
        ) from error
    return rembg


def _installed() -> tuple[int, ...] | None:
    """The installed rembg's version, None if it is not installed or its version is unknown."""
    try:
        version = importlib.metadata.version("rembg")
    except importlib.metadata.PackageNotFoundError:
        return None
    numbers = re.match(r"\d+(?:\.\d+)*", version or "")
    return tuple(int(number) for number in numbers[0].split(".")) if numbers else None


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)


def _merged(mask: np.ndarray, height: int) -> np.ndarray:
    """Merge several alphas, which rembg stacks vertically (upper body, lower body, whole dress), into one."""
    count = mask.shape[0] // height
    return mask if count == 1 else mask[: count * height].reshape(count, height, -1).max(axis=0)


def _session(rembg, model: str, models_dir: Path):
    key, file = str(models_dir / model), _file(model, models_dir)
    before = stamp_at(file)
    kept = _sessions.get(key)
    if kept is not None and kept[0] == before:
        return kept[1]
    _sessions.pop(key, None)
    is_there = file.is_file()
    try:
        with _models_in(models_dir, is_there):
            session = _new_session(rembg, model, models_dir)
    except Exception as error:  # rembg downloads here: network and disk errors of several libraries
        raise ICLightError(
            f"The background remover {model} cannot be loaded: {_one_line(error)}. "
            f"{_remedy(file, is_there, model in MODELS)}, choose another one, {_WAY_OUT}."
        ) from error
    _sessions[key] = (before if is_there else stamp_at(file), session)
    return session


def _remedy(file: Path, is_there: bool, is_rembgs: bool) -> str:
    """What to do about a file that could not be loaded."""
    folder = f"models/{file.parent.name}"
    if not is_there:
        return f"Put {file.name} into {folder}"
    return f"Replace {file.name} in {folder}" + (" (rembg downloads it again once it is deleted)" if is_rembgs else "")


def _one_line(error: BaseException) -> str:
    """A library's message without line breaks and folders, shortened for use in one of ours."""
    return shortened(without_folders(" ".join(str(error).split())).rstrip(". "), _LONGEST_REASON)


def _new_session(rembg, model: str, models_dir: Path):
    options = {"providers": ["CPUExecutionProvider"]}
    if model in MODELS:
        return rembg.new_session(model, **options)
    return CustomOnnxSession(model, rembg.new_session(_CUSTOM_SESSION, model_path=str(models_dir / model), **options))


@contextmanager
def _models_in(folder: Path, is_there: bool) -> Iterator[None]:
    """Point rembg at a folder inside the ``with`` block; it reads these variables whenever it makes a session.

    An existing file is used as it is: rembg would compare its checksum and overwrite a differing file by a download,
    even if downloads are off.
    """
    wanted = {"U2NET_HOME": str(folder)} | ({"MODEL_CHECKSUM_DISABLED": "1"} if is_there else {})
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

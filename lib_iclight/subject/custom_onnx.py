"""Runs a background remover from the user's own ONNX file; what the file does not say is guessed from its name."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from PIL import Image

_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_CENTRED = ((0.5, 0.5, 0.5), (1.0, 1.0, 1.0))
_CENTRED_FAMILY = re.compile(r"(?:^|[-_. ])(?:isnet|dis|ben2?|rmbg[-_. ]?v?1)(?=[-_. ])", re.IGNORECASE)
_SMALL_FAMILY = re.compile(r"u2net|silueta", re.IGNORECASE)
_SMALL, _LARGE = 320, 1024


class CustomOnnxSession:
    """Takes the place of one of rembg's sessions.

    The file says what input size the model takes. A model that takes any size gets 320 x 320 if it belongs to the
    U-2-Net family (its name contains ``u2net`` or ``silueta``), else 1024 x 1024. Colours are normalised as for
    ImageNet (U-2-Net, BiRefNet, RMBG 2), or around one half (DIS, BEN, RMBG 1.4) if the name contains the word
    ``isnet``, ``dis``, ``ben`` or ``rmbg-1``. These are rembg's own rules for the models that it knows.

    Args:
        name: the file's name.
        session: rembg's session for a custom model.
    """

    def __init__(self, name: str, session: Any):
        self._inner = session.inner_session
        self._normalise = session.normalize
        self._input = self._inner.get_inputs()[0]
        self._size = _size(name, self._input.shape)
        self._mean, self._deviation = _CENTRED if _CENTRED_FAMILY.search(name) else _IMAGENET

    def predict(self, picture: Image.Image, *args: Any, **kwargs: Any) -> list[Image.Image]:
        """The alpha of a picture in the form that rembg's sessions return: a list of one grey picture of its size."""
        values = self._normalise(picture, self._mean, self._deviation, self._size)
        if "float16" in str(self._input.type):
            values = {key: value.astype(np.float16) for key, value in values.items()}
        return [_as_mask(self._inner.run(None, values)[0]).resize(picture.size, Image.Resampling.LANCZOS)]


def _as_mask(output: np.ndarray) -> Image.Image:
    """Convert ``[1, 1, h, w]`` or ``[1, h, w]``, logits or probabilities, to a grey picture from black to white."""
    values = np.asarray(output, np.float32)
    while values.ndim > 2:
        values = values[0]
    if values.min() < -0.01 or values.max() > 1.01:
        values = 1 / (1 + np.exp(-values.clip(-60, 60)))
    low, high = float(values.min()), float(values.max())
    if high - low > 1e-6:
        values = (values - low) / (high - low)
    return Image.fromarray((values.clip(0, 1) * 255).astype(np.uint8))


def _size(name: str, shape: Any) -> tuple[int, int]:
    """Width and height of the model's input."""
    if len(shape) != 4 or (isinstance(shape[1], int) and shape[1] != 3):
        raise ValueError(f"it takes {list(shape)}, not pictures as [1, 3, height, width]")
    usual = _SMALL if _SMALL_FAMILY.search(name) else _LARGE
    height, width = (side if isinstance(side, int) and side > 0 else usual for side in shape[2:])
    return width, height

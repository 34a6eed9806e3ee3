"""The motion between two frames of a clip: optical flow, warps along it, and what is hidden in one of the two.

The flow is OpenCV's (T. Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016), which every web UI
has installed.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from ..errors import ICLightError

_SMALLEST = 16
"""The pixels that both sides of a frame must have: the search compares patches of eight at several sizes."""

_SHARE, _PIXELS = 0.01, 0.5
"""How far there and back may miss: a share of both squared lengths, and squared pixels (N. Sundaram, T. Brox,
K. Keutzer, "Dense Point Trajectories by GPU-accelerated Large Displacement Optical Flow", ECCV 2010)."""

_SAME_COLOURS, _SAME_PICTURE, _THUMB = 0.6, 0.5, 16
"""The shared colours, and the correlation of small copies of so many pixels, below which a frame is of another shot."""


def check() -> None:
    """Check that motion can be found here.

    Raises:
        ICLightError: OpenCV is missing; the message says what to do.
    """
    _engine()


def flow(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Find where each pixel of one frame is in another.

    Args:
        first, second: uint8 ``[H, W, 3]``, of one size.

    Returns:
        float32 ``[H, W, 2]``: how many pixels to the right, and down, it has gone. Frames that are too small to be
        searched have not moved.

    Raises:
        ICLightError: OpenCV is missing.
    """
    engine = _engine()
    if min(first.shape[:2]) < _SMALLEST:
        return np.zeros((*first.shape[:2], 2), np.float32)
    grey = [engine.cvtColor(np.ascontiguousarray(frame), engine.COLOR_RGB2GRAY) for frame in (first, second)]
    return engine.DISOpticalFlow_create(engine.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*grey, None)


def warp(values: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Fetch values of another frame to the places that they have in this one (backward warp).

    Args:
        values: ``[H, W]`` or ``[H, W, C]`` of the other frame, uint8 or float32.
        along: the :func:`flow` from this frame to the other.

    Returns:
        As ``values``, interpolated bilinearly; beyond the edge is what lies at the edge.
    """
    engine = _engine()
    x, y = _places(along)
    found = engine.remap(values, x, y, engine.INTER_LINEAR, borderMode=engine.BORDER_REPLICATE)
    return found.reshape(values.shape)  # a single channel is dropped


def occluded(forward: np.ndarray, backward: np.ndarray) -> np.ndarray:
    """Find the pixels of a frame that another does not show: who goes there and back does not arrive.

    Args:
        forward: the :func:`flow` from the frame to the other.
        backward: the flow from the other to the frame.

    Returns:
        bool ``[H, W]``; true also where the way leads out of the frame.
    """
    back = warp(backward, forward)
    missed = ((forward + back) ** 2).sum(-1)
    allowed = _SHARE * ((forward**2).sum(-1) + (back**2).sum(-1)) + _PIXELS
    height, width = forward.shape[:2]
    x, y = _places(forward)
    outside = (x < -0.5) | (x > width - 0.5) | (y < -0.5) | (y > height - 0.5)
    return (missed > allowed) | outside


def resized(values: np.ndarray, height: int, width: int) -> np.ndarray:
    """Values of another size: means where it is smaller, interpolated bilinearly where it is larger.

    Args:
        values: ``[H, W]`` or ``[H, W, C]``, uint8 or float32.
        height, width: of the result.
    """
    engine = _engine()
    if values.shape[:2] == (height, width):
        return values
    kind = engine.INTER_AREA if height < values.shape[0] else engine.INTER_LINEAR
    return engine.resize(values, (width, height), interpolation=kind)


def is_cut(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether another shot begins with the second of two frames.

    Then colours and picture are others at once: a pan keeps the colours, a flash the picture.

    Args:
        first, second: uint8 ``[H, W, 3]``, of one size.
    """
    colours = [_colours(frame) for frame in (first, second)]
    if np.minimum(*colours).sum() > _SAME_COLOURS:
        return False
    small = [resized(frame, _THUMB, _THUMB) for frame in (first, second)]
    flat = [each.mean(-1).ravel() - each.mean() for each in small]
    length = np.sqrt((flat[0] ** 2).sum() * (flat[1] ** 2).sum())
    return float((flat[0] * flat[1]).sum()) < _SAME_PICTURE * max(float(length), 1e-6)


def _colours(frame: np.ndarray) -> np.ndarray:
    """The shares of a frame's colours, each channel in four steps, ``[64]``."""
    steps = (frame >> 6).astype(np.int64)
    codes = (steps[..., 0] * 4 + steps[..., 1]) * 4 + steps[..., 2]
    return np.bincount(codes.ravel(), minlength=64) / codes.size


def _places(along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the pixels are in the other frame: float32 ``[H, W]`` columns and rows."""
    height, width = along.shape[:2]
    x = along[..., 0] + np.arange(width, dtype=np.float32)
    y = along[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    return x, y


def _engine() -> Any:
    """OpenCV; imported here, as it takes a while."""
    try:
        found = importlib.import_module("cv2")
    except ImportError as error:
        raise ICLightError(
            "Steady clips need OpenCV (cv2), which cannot be loaded. Run pip install opencv-python-headless in the web "
            "UI's Python environment and restart it, or set the steadiness to 0."
        ) from error
    if not hasattr(found, "DISOpticalFlow_create"):
        raise ICLightError(
            "Steady clips need version 4 of OpenCV (cv2), and the installed one is older. Run pip install --upgrade "
            "opencv-python-headless in the web UI's Python environment and restart it, or set the steadiness to 0."
        )
    return found

"""Maps of a run's size, enlarged to the rows of a larger picture."""

from __future__ import annotations

import numpy as np

Along = tuple[float, float]
"""How positions along an axis of a picture become positions in the run's frame: ``(scale, offset)``, in pixels."""


class Enlarging:
    """Bilinear interpolation from a run's frame to a picture of the same scene.

    Each value depends on its own position alone, so that strips have no seams. In the picture whose pixels are the
    run's, the values are the map's own.

    Args:
        run: ``(height, width)`` of the maps.
        size: ``(height, width)`` of the picture.
        across, down: how the picture's positions become the run's.
    """

    def __init__(self, run: tuple[int, int], size: tuple[int, int], across: Along, down: Along) -> None:
        self._down = _places(size[0], run[0], *down)
        self._across = _places(size[1], run[1], *across)

    def rows(self, values: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
        """A part of an enlarged map.

        Args:
            values: float32 ``[h, w]``, the map.
            rows, columns: which part of the picture.

        Returns:
            float32 ``[rows, columns]``.
        """
        above, down = (each[rows] for each in self._down)
        left, across = (each[columns] for each in self._across)
        first = above[0]
        near = values[first : above[-1] + 2]
        wide = near[:, left]
        wide += across * (near[:, np.minimum(left + 1, values.shape[1] - 1)] - wide)
        steps = np.diff(wide, axis=0, append=wide[-1:])
        result = steps[above - first]
        result *= down[:, None]
        result += wide[above - first]
        return result


def _places(length: int, inner: int, scale: float, offset: float) -> tuple[np.ndarray, np.ndarray]:
    """The index of the value before each pixel's centre, and how far it is from there to the next, 0 to 1."""
    at = ((np.arange(length) + 0.5) * scale + offset - 0.5).clip(0, inner - 1)
    before = np.floor(at).astype(np.int64)
    return before, (at - before).astype(np.float32)

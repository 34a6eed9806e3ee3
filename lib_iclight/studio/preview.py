"""A set at the size of a canvas: its pictures in linear light, ready to be added up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..picture.box_filter import cell_means
from ..picture.srgb import linear_levels
from ..support.cache import SharedCache
from ..support.file_stamp import stamp_at
from ..support.json_values import compact
from . import set_file
from .brightness import Brightness, brightness_of, mean_of, share_of
from .light_set import PAINTINGS, LightSet, Shot, pictures_of
from .lit_surface import LitSurface
from .mixing import Desk, encoded
from .packing import packed

SIDES = (64, 4096)
"""The longer side that can be asked for, in pixels."""

_MOST = np.float32(np.finfo(np.float16).max)
_MOST_PIXELS = 48 << 20


@dataclass(frozen=True, eq=False)
class Preview:
    """A set whose lights are pictures, with at most so many pixels on the longer side.

    Attributes:
        light_set: of the kind :data:`lib_iclight.studio.light_set.PAINTINGS`, without a larger photograph.
        brightness: of the set at its own size, so that the automatic exposure is the same at all sizes.
    """

    light_set: LightSet
    brightness: Brightness

    def desk(self) -> Desk:
        """The preview's pictures, to be mixed."""
        return Desk(self.light_set, self.brightness)


class Previews:
    """Makes previews, and keeps the latest.

    Args:
        cache: where they are kept.
    """

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache

    def of(self, path: Path, side: int) -> Preview:
        """The preview of a set's file.

        Raises:
            ICLightError: the file is no set that can be opened.
            OSError: it cannot be opened.
        """
        key = ("preview", str(path), stamp_at(path), side)
        return self._cache.get(key, lambda: preview_of(set_file.read(path), side))


def preview_of(light_set: LightSet, side: int) -> Preview:
    """A set at the size of a canvas; its own where that is no larger.

    Pictures become smaller by the mean of linear light over each pixel's area. A set of very many lights is smaller
    than is asked for, so that mixing it takes no more than a gigabyte.

    Args:
        light_set: any set.
        side: the most pixels on the longer side.
    """
    height, width = light_set.size
    room = _MOST_PIXELS / (height * width * len(light_set.shots))
    scale = min(1.0, side / max(height, width), room**0.5)
    size = max(1, round(width * scale)), max(1, round(height * scale))

    def smaller(values: np.ndarray) -> np.ndarray:
        return values if scale == 1 else cell_means(values, *size)

    share, means, shots = share_of(light_set.matte), [], []
    for shot, linear in zip(light_set.shots, pictures_of(light_set)):
        means.append(mean_of(linear, share))
        shots.append(Shot(shot.name, shot.light, np.minimum(smaller(linear), _MOST).astype(np.float16)))
    own = light_set.photograph
    lights = len(light_set.lights)
    shown = LightSet(
        PAINTINGS,
        np.array(own) if scale == 1 else encoded(smaller(linear_levels(255)[own])),
        np.rint(smaller(light_set.matte.astype(np.float32))).astype(np.uint8),
        tuple(shots[:lights]),
        shots[lights] if light_set.ambient is not None else None,
        light_set.recipe,
    )
    # The surface is that of the preview, so that nothing holds the set's file.
    return Preview(shown, replace(brightness_of(light_set, means, share), surface=LitSurface(shown)))


def file_of(preview: Preview) -> bytes:
    """A preview as a safetensors file for a canvas.

    ``light.0`` and so on and ``ambient`` are the relights, F16 ``[h, w, 3]`` in linear light; ``photograph`` is U8
    ``[h, w, 3]``, sRGB, and ``matte`` U8 ``[h, w]``. The metadata have ``brightness``, JSON with ``means`` by picture
    and channel, and ``photograph``, its luminance: see :class:`Brightness`.
    """
    light_set, brightness = preview.light_set, preview.brightness
    tensors = {f"light.{index}": shot.values for index, shot in enumerate(light_set.lights)}
    if light_set.ambient is not None:
        tensors["ambient"] = light_set.ambient.values
    tensors |= {"photograph": light_set.photograph, "matte": light_set.matte}
    told = {"means": brightness.means.tolist(), "photograph": brightness.own}
    return packed(tensors, {"brightness": compact(told)})


def surface_file_of(preview: Preview) -> bytes:
    """What lamps need of a preview as a safetensors file for a canvas.

    ``normals`` is F16 ``[h, w, 3]``; ``samples.normals`` and ``samples.reflected`` are the subject in a few cells: see
    :class:`lib_iclight.studio.lit_surface.Samples`.

    Raises:
        ICLightError: the set lacks one of the four lights that normals need.
    """
    surface = preview.brightness.surface
    normals, reflected = surface.samples
    return packed({"normals": surface.normals, "samples.normals": normals, "samples.reflected": reflected}, {})

"""The photograph in the painting's light, at any size, before a background."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ..picture.strips import strips
from .backdrop import backdrop
from .developed import Developed, Layers
from .enlarging import Enlarging
from .relighting import Light, LightTaken, Mixed, light_of, relit

_STRIP_PIXELS = 1 << 17
_MOST_THREADS = 4


@dataclass(frozen=True, eq=False)
class Photograph:
    """A photograph in the frame of a result.

    Attributes:
        matte: uint8 ``[H, W]``, 255 on the subject.
        own: returns rows of it in the subject's own colours, also under its soft rim: uint8 or uint16
            ``[rows, W, 3]``.
        scene: returns rows of it as it was, background included.
        enlarging: from the run's size to this one; None if they are the same.
    """

    matte: np.ndarray
    own: Callable[[slice], np.ndarray]
    scene: Callable[[slice], np.ndarray]
    enlarging: Enlarging | None = None


@dataclass(frozen=True, eq=False)
class Behind:
    """What is around the subject.

    Attributes:
        pixels: uint8 ``[H, W, 3]``, a background, or what lies beyond the photograph's own.
        shadow: uint8 ``[H, W]``, by which it is multiplied, 255 for 1; None for none.
        own: the rows and columns in which the photograph's own background is kept; None if it is not.
        light: the light on that, None if it stays as it was.
    """

    pixels: np.ndarray
    shadow: np.ndarray | None = None
    own: tuple[slice, slice] | None = None
    light: Light | Mixed | None = None


def in_new_light(photograph: np.ndarray, painting: np.ndarray, matte: np.ndarray, taken: LightTaken) -> np.ndarray:
    """Put the painting's light on the photograph, inside the matte; around it is the painting's background.

    Args:
        photograph: uint8 ``[H, W, 3]``, the subject's own colours, also under the soft parts of its matte.
        painting: uint8 ``[H, W, 3]``, the same crop relit.
        matte: uint8 ``[H, W]``, 255 on the subject.
        taken: how the light is put on.

    Returns:
        uint8 ``[H, W, 3]``; the very pixels of the photograph where the light is the same, the painting's away from
        the subject.
    """
    if not matte.any():
        return painting
    light = light_of(photograph, painting, matte, taken)
    behind = Behind(painted_behind(photograph, painting, matte, light))
    return develop(Photograph(matte, photograph.__getitem__, photograph.__getitem__), light, behind).picture


def painted_behind(photograph: np.ndarray, painting: np.ndarray, matte: np.ndarray, light: Light) -> np.ndarray:
    """What the painting shows behind the subject, of the run's size.

    Args:
        photograph, painting, matte: as for :func:`in_new_light`.
        light: from :func:`lib_iclight.restore.relighting.light_of`.

    Returns:
        uint8 ``[h, w, 3]``.
    """
    if matte.min() == 255:
        return painting
    whole = slice(0, matte.shape[0]), slice(0, matte.shape[1])
    return backdrop(relit(photograph, light, None, *whole)[0], painting, matte)


def develop(photograph: Photograph, light: Light | Mixed, behind: Behind, *, with_layers: bool = False) -> Developed:
    """Make the result, in strips of rows that several threads share; no strip knows another.

    Args:
        photograph: in the frame of the result.
        light: what is done to it, of the run's size.
        behind: what is around the subject.
        with_layers: whether the result holds what it is made of.
    """
    height, width = photograph.matte.shape
    sample = photograph.own(slice(0, 1))
    picture = np.empty((height, width, 3), sample.dtype)
    layers = _no_layers(photograph, behind, sample.dtype) if with_layers else None

    def work(rows: slice) -> None:
        _Strip(photograph, light, behind, rows).make(picture, layers)

    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as threads:
        list(threads.map(work, strips(height, _STRIP_PIXELS // width)))
    return Developed(picture, layers)


def _no_layers(photograph: Photograph, behind: Behind, kind: np.dtype) -> Layers:
    """Layers that are still to be filled."""
    shape = (*photograph.matte.shape, 3)
    subject, background, original = (np.empty(shape, kind) for _ in range(3))
    return Layers(subject, photograph.matte, background, behind.shadow, original, np.ones(shape, np.float16))


class _Strip:
    """Some rows of a result.

    Args:
        photograph, light, behind: as for :func:`develop`.
        rows: which.
    """

    def __init__(self, photograph: Photograph, light: Light | Mixed, behind: Behind, rows: slice) -> None:
        self._photograph, self._light, self._behind, self._rows = photograph, light, behind, rows
        self._matte = photograph.matte[rows]
        self._own = photograph.own(rows)
        self._white = np.iinfo(self._own.dtype).max
        # Where the matte is soft: what is seen there is made of both.
        self._soft = np.nonzero((self._matte > 0) & (self._matte < 255))
        self._share = (self._matte[self._soft][:, None] / 255).astype(np.float32)

    def make(self, picture: np.ndarray, layers: Layers | None) -> None:
        """Fill these rows of the result and of its layers."""
        background = self._background()
        subject, logs, columns = self._subject()
        shadow = None if self._behind.shadow is None else self._behind.shadow[self._rows]
        result = picture[self._rows]
        result[:] = background if shadow is None else _shaded(background, shadow)
        np.copyto(result[:, columns], subject, where=(self._matte[:, columns] == 255)[..., None])
        y, x = self._soft
        front = subject[y, x - columns.start].astype(np.float32)
        back = background[self._soft].astype(np.float32)
        if shadow is not None:
            back *= (shadow[self._soft][:, None] / 255).astype(np.float32)
        result[self._soft] = back + self._share * (front - back) + 0.5
        if layers is not None:
            self._fill(layers, background, subject, logs, columns)

    def _fill(
        self, layers: Layers, background: np.ndarray, subject: np.ndarray, logs: np.ndarray, columns: slice
    ) -> None:
        layers.background[self._rows] = background
        layers.subject[self._rows] = self._own
        layers.subject[self._rows, columns] = subject
        layers.original[self._rows] = self._photograph.scene(self._rows)
        layers.gain[self._rows, columns] = np.exp(np.moveaxis(logs, 0, -1))

    def _subject(self) -> tuple[np.ndarray, np.ndarray, slice]:
        """The subject relit in the columns that it reaches, the gain's logarithm there, and these columns."""
        there = np.nonzero(self._matte.any(axis=0))[0]
        columns = slice(int(there[0]), int(there[-1]) + 1) if len(there) else slice(0, 0)
        own = self._own[:, columns]
        if not len(there):
            return own, np.empty((1, *own.shape[:2]), np.float32), columns
        return *relit(own, self._light, self._photograph.enlarging, self._rows, columns), columns

    def _background(self) -> np.ndarray:
        """What lies behind, of the kind of the photograph's pixels."""
        found = self._behind.pixels[self._rows]
        if self._white > 255:
            found = found * np.uint16(257)
        if self._behind.own is None:
            return found
        scene = self._scene_behind()
        if self._behind.light is not None:
            whole = slice(0, scene.shape[1])
            scene = relit(scene, self._behind.light, self._photograph.enlarging, self._rows, whole)[0]
        inside, columns = self._behind.own
        first, last = (min(max(edge - self._rows.start, 0), len(found)) for edge in (inside.start, inside.stop))
        found = found.copy()
        found[first:last, columns] = scene[first:last, columns]
        return found

    def _scene_behind(self) -> np.ndarray:
        """The photograph without its subject: ``B = (C - a F) / (1 - a)`` where its matte is soft.

        The subject's own colours are brought to where such a background can be: then subject before background is the
        photograph to the last bit.
        """
        scene = self._photograph.scene(self._rows)
        if not len(self._share):
            return scene
        seen, share = scene[self._soft].astype(np.float32), self._share
        low = np.ceil((seen - self._white * (1 - share)) / share - 1e-3)
        high = np.floor(seen / share + 1e-3)
        own = self._own[self._soft].clip(low.clip(0, self._white), high.clip(0, self._white))
        self._own = self._own.copy()
        self._own[self._soft] = own
        scene = scene.copy()
        scene[self._soft] = ((seen - share * own) / (1 - share) + 0.5).clip(0, self._white)
        return scene


def _shaded(background: np.ndarray, shadow: np.ndarray) -> np.ndarray:
    """Background times shadow, rounded; the very background where there is none."""
    product = background * (shadow[..., None] / np.float32(255)) + np.float32(0.5)
    return np.where(shadow[..., None] == 255, background, product.astype(background.dtype))

"""From what the user gave to the subject that is relit: decoded, cut out, placed on grey."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from PIL import Image

from . import images
from .caching import LRU
from .errors import ICLightError
from .matte import AS_IT_IS, Edge
from .matting import Matte
from .placement import Placed

_KEPT_PICTURES = 6

Box = tuple[int, int, int, int]
"""``(x, y, width, height)`` of a part of a picture, in its pixels."""

Fit = Literal["cover", "stretch", "contain"] | Placed


@dataclass(frozen=True)
class Framing:
    """How a picture is brought to the size of a run.

    Attributes:
        fit: "cover" is the reference's centre crop; "stretch" and "contain" are also what a host does with its own
            picture; else where the picture is placed.
        box: the part of the picture that the run works on (inpainting "only masked"), None for the whole.
    """

    fit: Fit = "cover"
    box: Box | None = None

    def apply(self, pixels: np.ndarray, width: int, height: int, fill: int) -> np.ndarray:
        """Bring uint8 ``[H, W, ...]`` to ``[height, width, ...]``; ``fill`` is for what is left empty.

        Raises:
            ICLightError: the picture is placed outside of the frame.
        """
        if self.box is not None:
            x, y, w, h = self.box
            pixels = np.ascontiguousarray(pixels[y : y + h, x : x + w])
        if isinstance(self.fit, Placed):
            return images.place(pixels, width, height, self.fit, fill)
        if self.fit == "stretch":
            return images.stretch(pixels, width, height)
        if self.fit == "contain":
            return images.contain(pixels, width, height, fill)
        return images.cover_crop(pixels, width, height)


@dataclass(frozen=True, eq=False)
class Subject:
    """A subject ready to condition on.

    Attributes:
        picture: as it was given.
        alpha: uint8 ``[H, W]``, 255 on the subject; None when the whole picture is the subject.
        colours: uint8 ``[H, W, 3]``, what belongs under ``alpha``: the picture's own, or free of the old background.
        on_grey: uint8 ``[H, W, 3]``, the subject on grey 127.
        digest: identifies picture and cut-out together.
        framing: how it is brought to the size of a run.
        remover: the background remover that has cut it out, "" where none has.
    """

    picture: images.Picture
    alpha: np.ndarray | None
    colours: np.ndarray
    on_grey: np.ndarray
    digest: str
    framing: Framing = Framing()
    remover: str = ""

    def framed(self, framing: Framing) -> Subject:
        """The same subject, brought to a run's size in another way."""
        return replace(self, framing=framing)

    def pixels(self, width: int, height: int) -> np.ndarray:
        """The crop that conditions a run of this size: uint8 ``[height, width, 3]``, the subject on grey."""
        return self.framing.apply(self.on_grey, width, height, images.GREY)

    def matte(self, width: int, height: int) -> np.ndarray:
        """The same crop of the matte: uint8 ``[height, width]``."""
        alpha = self.alpha
        if alpha is None:
            alpha = np.full(self.on_grey.shape[:2], 255, np.uint8)
        return self.framing.apply(alpha, width, height, 0)


class Pictures:
    """Decodes pictures and cuts subjects out, each distinct one once."""

    def __init__(self) -> None:
        self._decoded: LRU[images.Picture] = LRU(_KEPT_PICTURES)
        self._mattes: LRU[np.ndarray] = LRU(_KEPT_PICTURES)
        self._subjects: LRU[Subject] = LRU(_KEPT_PICTURES)

    def picture(self, source: Any, name: str) -> images.Picture:
        """Decode what a user gave.

        Args:
            source: base64 text or a data URL, a Pillow image, or an uint8 array.
            name: what the picture is to the user ("foreground").

        Raises:
            ICLightError: it cannot be read.
        """
        if isinstance(source, images.Picture):
            return source
        if isinstance(source, Exception):
            raise ICLightError(f"The {name} cannot be read: {source}. Use a whole PNG, JPEG or WebP file.") from source
        if isinstance(source, str):
            key = hashlib.blake2b(source.encode(), digest_size=16).digest()
            return self._decoded.get(key, lambda: images.to_picture(images.decode(source, name)))
        if isinstance(source, np.ndarray):
            source = Image.fromarray(source)
        if isinstance(source, Image.Image):
            return images.to_picture(source)
        raise ICLightError(f"The {name} is not a picture but {type(source).__name__}.")

    def subject(
        self, picture: images.Picture, remove_background: bool, model: str, matte: Matte, edge: Edge = AS_IT_IS
    ) -> Subject:
        """Cut the subject out.

        A picture with transparency of its own, or already on grey, is not cut out. The remover runs once for a
        picture, whatever is then done to the edge; an opaque picture that is used whole has no edge.

        Args:
            picture: what the user gave.
            remove_background: whether to cut out a picture that has no transparency.
            model: the background remover's name.
            matte: the background remover.
            edge: what is done to the matte, the cut-out's or the picture's own.

        Raises:
            ICLightError: nothing of the picture is visible, the remover failed or found nothing, or nothing is left.
        """
        key = (picture.digest, remove_background, model if remove_background else "", edge)
        return self._subjects.get(key, lambda: self._cut_out(picture, remove_background, model, matte, edge))

    def _cut_out(
        self, picture: images.Picture, remove_background: bool, model: str, matte: Matte, edge: Edge
    ) -> Subject:
        if picture.alpha is not None:
            if not picture.alpha.any():
                raise ICLightError(
                    "The foreground is fully transparent: there is nothing to relight. "
                    "Give a picture in which the subject is visible."
                )
            return _refined(picture, picture.alpha, replace(edge, alpha_matting=False), "own")
        if remove_background and not images.is_on_grey(picture.rgb):
            alpha = self._mattes.get((picture.digest, model), lambda: _found(picture, model, matte))
            return replace(_refined(picture, alpha, edge, model), remover=model)
        return Subject(picture, None, picture.rgb, picture.rgb, f"{picture.digest}:opaque")


def _found(picture: images.Picture, model: str, matte: Matte) -> np.ndarray:
    alpha = matte(picture.rgb, model)
    if not alpha.any():
        raise ICLightError(
            f"The background remover {model} found no subject in the foreground. "
            "Choose another one, or give a picture with transparency, or turn 'Remove background' off."
        )
    return alpha


def _refined(picture: images.Picture, alpha: np.ndarray, edge: Edge, how: str) -> Subject:
    colours, refined = edge.refine(picture.rgb, alpha)
    if not refined.any():
        raise ICLightError(
            "Nothing is left of the subject: the settings of the cut-out's edge take all of it away. "
            "Lower the threshold (matte_threshold) or the shrinking (matte_shrink)."
        )
    done = "" if edge == AS_IT_IS else f":{edge}"
    return Subject(picture, refined, colours, images.on_grey(colours, refined), f"{picture.digest}:{how}{done}")

"""Prepares the subject: decodes the user's picture, cuts it out and puts it on grey."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from PIL import Image

from ..errors import ICLightError
from ..picture import arrays, opening, reading, scaling
from ..picture.pixels import fingerprint, is_converted
from ..support.cache import SharedCache
from .background_removal import BackgroundRemover
from .frame import Frame, frame_of
from .matte_refinement import UNREFINED, MatteRefinement
from .own_colours import carry_on, decontaminate
from .placement import Placement, place

_CHUNK = 1 << 20

Box = tuple[int, int, int, int]
"""``(x, y, width, height)`` of a part of a picture, in its pixels."""

ALWAYS = "always"
"""Remove the background even if the picture is cut out already."""

Removal = bool | Literal["always"]
"""Whether a remover runs: True if the picture is not cut out already, False never, "always" in any case."""

_CUT_OUT_SHARE, _CLEARLY_OPAQUE = 0.05, 192

Fit = Literal["cover", "stretch", "contain"] | Placement


@dataclass(frozen=True)
class Framing:
    """How a picture is scaled to the size of a run.

    Attributes:
        fit: "cover" is the reference's centre crop; "stretch" and "contain" match a host's resize modes; a
            :class:`Placement` says where the picture goes.
        box: the part of the picture that the run works on (inpainting "only masked"), None for the whole.
    """

    fit: Fit = "cover"
    box: Box | None = None

    def apply(self, pixels: np.ndarray, width: int, height: int, fill: int) -> np.ndarray:
        """Scale uint8 ``[H, W, ...]`` to ``[height, width, ...]``; empty pixels get the value ``fill``.

        Raises:
            ICLightError: the picture is placed outside the frame.
        """
        if self.box is not None:
            x, y, w, h = self.box
            pixels = np.ascontiguousarray(pixels[y : y + h, x : x + w])
        if isinstance(self.fit, Placement):
            return place(pixels, width, height, self.fit, fill)
        if self.fit == "stretch":
            return scaling.stretch(pixels, width, height)
        if self.fit == "contain":
            return scaling.contain(pixels, width, height, fill)
        return scaling.cover_crop(pixels, width, height)


@dataclass(frozen=True, eq=False)
class Subject:
    """A subject ready to condition on.

    Attributes:
        picture: as it was given.
        alpha: uint8 ``[H, W]``, 255 on the subject; None if the whole picture is the subject.
        colours: uint8 ``[H, W, 3]``, the colours that go with ``alpha``: the picture's own, or without colour fringe.
        on_grey: uint8 ``[H, W, 3]``, the subject on grey 127.
        digest: identifies picture and cut-out together.
        framing: how it is scaled to the size of a run.
        remover: the background remover that has cut it out, or "".
        is_vague: whether the edge of its matte is no sharper than a remover finds it, and meant to be sharper.
    """

    picture: arrays.Picture
    alpha: np.ndarray | None
    colours: np.ndarray
    on_grey: np.ndarray
    digest: str
    framing: Framing = Framing()
    remover: str = ""
    is_vague: bool = False

    def framed(self, framing: Framing) -> Subject:
        """The same subject with another framing."""
        return replace(self, framing=framing)

    def frame(self, width: int, height: int) -> Frame:
        """Where its picture lies in the frame of a run of this size."""
        return frame_of(self.framing.fit, self.picture.size, width, height)

    def of(self, picture: arrays.Picture) -> Subject:
        """The same subject with a picture of equal pixels, which may come from another file."""
        if self.picture.origin is picture.origin:
            return self
        return replace(self, picture=replace(self.picture, origin=picture.origin))

    def pixels(self, width: int, height: int) -> np.ndarray:
        """The crop that conditions a run of this size: uint8 ``[height, width, 3]``, the subject on grey."""
        return self.framing.apply(self.on_grey, width, height, arrays.GREY)

    def matte(self, width: int, height: int) -> np.ndarray:
        """The same crop of the matte: uint8 ``[height, width]``."""
        alpha = self.alpha
        if alpha is None:
            alpha = np.full(self.on_grey.shape[:2], 255, np.uint8)
        return self.framing.apply(alpha, width, height, 0)

    def own(self, width: int, height: int) -> np.ndarray:
        """The same crop in the subject's own colours: uint8 ``[height, width, 3]``, without grey at a soft edge.

        Under a matte that a remover has found, the old background is taken out of them. Under a transparency of the
        picture's own, what it hides may be anything: the colours there are carried on from inside.
        """
        pixels = self.framing.apply(self.colours, width, height, arrays.GREY)
        if self.alpha is None:
            return pixels
        matte = self.matte(width, height)
        if self.remover and self.colours is self.picture.rgb:
            return decontaminate(pixels, matte, 1.0)
        return carry_on(pixels, matte)


def cut_by(picture: arrays.Picture, matte: np.ndarray | None, edge: MatteRefinement, model: str) -> Subject:
    """The subject of a picture whose matte is known, such as a frame of a clip; nothing of it is cached.

    Args:
        picture: the picture.
        matte: uint8 ``[H, W]``, as a background remover finds it; None if the picture is used as it is.
        edge: how the matte, or the picture's own, is refined.
        model: the remover's name.

    Raises:
        ICLightError: nothing is left of the subject.
    """
    if matte is not None:
        how = hashlib.blake2b(matte.tobytes(), digest_size=8).hexdigest()
        found = _refined(picture, _within(matte, picture.alpha, model), edge, how)
        return replace(found, remover=model, is_vague=not (edge.alpha_matting or edge.feather))
    if picture.alpha is not None:
        return _refined(picture, picture.alpha, replace(edge, alpha_matting=False), "own")
    return Subject(picture, None, picture.rgb, picture.rgb, f"{picture.digest}:opaque")


class SubjectCache:
    """Decodes pictures and cuts subjects out, once for each distinct picture.

    Args:
        cache: holds them.
        max_pixels: returns the most pixels that a picture may have.
        remover_file: identifies the content of a remover's file, so that a replaced file cuts out anew.
    """

    def __init__(
        self, cache: SharedCache, max_pixels: Callable[[], int], remover_file: Callable[[str], Hashable]
    ) -> None:
        self._cache = cache
        self._max_pixels = max_pixels
        self._remover_file = remover_file

    def picture(self, source: Any, name: str) -> arrays.Picture:
        """Decode a user's picture.

        Args:
            source: base64 text or a data URL, a Pillow image, a uint8 array, or what the page's slot has opened.
            name: what messages call the picture ("foreground").

        Raises:
            ICLightError: it cannot be read, or is too large.
        """
        most = self._max_pixels()
        if isinstance(source, arrays.Picture):
            return source
        if isinstance(source, arrays.Unreadable):
            raise ICLightError(source.reason)
        if isinstance(source, str):
            key = ("picture", _digest(source), most)
            return self._cache.get(key, lambda: reading.from_text(source, name, most))
        if isinstance(source, np.ndarray):
            source = Image.fromarray(source)
        if isinstance(source, Image.Image):
            return self._converted(source, name, most)
        raise ICLightError(f"The {name} is not a picture but {type(source).__name__}.")

    def _converted(self, image: Image.Image, name: str, most: int) -> arrays.Picture:
        """Convert a Pillow image; the result is cached if it involves an ICC profile, which is slow."""
        opening.check_given(image, name, most)
        # Pictures of equal pixels may come from different files, so this is not cached.
        origin = reading.origin_of(image)
        image = opening.upright(image)
        if image.mode == "P" or not is_converted(image):
            found = arrays.to_picture(image, name, most)
        else:
            found = self._cache.get(("picture", fingerprint(image)), lambda: arrays.to_picture(image, name, most))
        return found if found.origin is origin else replace(found, origin=origin)

    def subject(
        self,
        picture: arrays.Picture,
        remove_background: Removal,
        model: str,
        remover: BackgroundRemover,
        edge: MatteRefinement = UNREFINED,
    ) -> Subject:
        """Cut out the subject.

        A picture that is already cut out (see :func:`is_cut_out`) or on grey is not cut out again unless requested;
        what its own transparency hides stays hidden either way. The remover runs once per picture, even if the edge
        settings change. An opaque picture that is used whole has no edge.

        Args:
            picture: the user's picture.
            remove_background: True cuts it out if it is not cut out already, False never, "always" in any case.
            model: the background remover's name.
            remover: the background remover.
            edge: how the matte, the remover's or the picture's own, is refined.

        Raises:
            ICLightError: nothing of the picture is visible, the remover failed or found nothing, or nothing is left.
        """
        file = (model, self._remover_file(model)) if remove_background else None
        key = ("subject", picture.digest, remove_background, file, edge)
        found = self._cache.get(key, lambda: self._cut_out(picture, remove_background, file, remover, edge))
        return found.of(picture)

    def _cut_out(
        self,
        picture: arrays.Picture,
        remove_background: Removal,
        file: tuple[str, Hashable] | None,
        remover: BackgroundRemover,
        edge: MatteRefinement,
    ) -> Subject:
        reason = nothing_to_relight(picture)
        if reason:
            raise ICLightError(reason)
        if file is not None and removes(picture, remove_background):
            model = file[0]
            alpha = self._cache.get(("matte", picture.digest, file), lambda: found_by(remover, picture, model))
            found = _refined(picture, _within(alpha, picture.alpha, model), edge, f"{file}")
            return replace(found, remover=model, is_vague=not (edge.alpha_matting or edge.feather))
        return cut_by(picture, None, edge, "")


def nothing_to_relight(picture: arrays.Picture) -> str:
    """Why there is nothing to relight in a picture, "" if some of it is visible."""
    if picture.alpha is None or picture.alpha.any():
        return ""
    return (
        "The foreground is fully transparent: there is nothing to relight. "
        "Use a picture in which the subject is visible."
    )


def is_cut_out(alpha: np.ndarray | None) -> bool:
    """Whether a picture's transparency cuts out a subject: at least 5 % of its pixels are over a quarter transparent.

    Less than that is not a cut-out, but rounded corners, a stray pixel, or a picture that is not quite opaque.

    Args:
        alpha: uint8 ``[H, W]``, None for an opaque picture.
    """
    return alpha is not None and np.count_nonzero(alpha < _CLEARLY_OPAQUE) >= _CUT_OUT_SHARE * alpha.size


def removes(picture: arrays.Picture, remove_background: Removal) -> bool:
    """Whether a background remover runs on a picture."""
    if remove_background in (ALWAYS, False):
        return remove_background == ALWAYS
    return not is_cut_out(picture.alpha) and not arrays.is_on_grey(picture.rgb)


def _within(alpha: np.ndarray, own: np.ndarray | None, model: str) -> np.ndarray:
    """The remover's alpha, without what the picture's own transparency hides."""
    if own is None:
        return alpha
    alpha = np.minimum(alpha, own)
    if not alpha.any():
        raise ICLightError(
            f"What the background remover {model} found lies where the foreground is transparent. Choose another "
            "remover, or turn 'Remove background' off."
        )
    return alpha


def _digest(text: str) -> bytes:
    """A text's digest, computed without copying the whole text."""
    digest = hashlib.blake2b(digest_size=16)
    for start in range(0, len(text), _CHUNK):
        digest.update(text[start : start + _CHUNK].encode("utf-8", "surrogatepass"))
    return digest.digest()


def found_by(remover: BackgroundRemover, picture: arrays.Picture, model: str) -> np.ndarray:
    """The matte that a background remover finds, uint8 ``[H, W]``. Raises ICLightError if it finds nothing."""
    alpha = remover(picture.rgb, model)
    if not alpha.any():
        raise ICLightError(
            f"The background remover {model} found no subject in the foreground. "
            "Choose another one, or use a picture with transparency, or turn 'Remove background' off."
        )
    return alpha


def _refined(picture: arrays.Picture, alpha: np.ndarray, edge: MatteRefinement, how: str) -> Subject:
    colours, refined = edge.refine(picture.rgb, alpha)
    if not refined.any():
        raise ICLightError(
            "Nothing is left of the subject: the settings of the cut-out's edge remove all of it. "
            "Lower the threshold (matte_threshold) or shrink it less (matte_shrink)."
        )
    done = "" if edge == UNREFINED else f":{edge}"
    return Subject(picture, refined, colours, arrays.on_grey(colours, refined), f"{picture.digest}:{how}{done}")

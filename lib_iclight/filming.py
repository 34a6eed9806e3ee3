"""A film whose frames are relights: a folder with a picture for each, what tells how they were shot, and the film."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .errors import ICLightError
from .files.completing import replacing
from .studio import films, shelf
from .studio.film import Film, parse
from .studio.recipes import different
from .studio.writing import check_room
from .subject.prepare import Subject
from .support.json_values import compact, json_object, shown

_ABOUT, _FORMAT, _VERSION = "film.json", "ic-light-film", 1
_MOST_ABOUT = 16 << 20
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


class Filming:
    """The frames of one film, in a folder of their own.

    Args:
        folder: is made with the first frame.
        film: what is shot.
        about: how it was begun, from :func:`begun`; empty for a new one.
    """

    def __init__(self, folder: Path, film: Film, about: Mapping[str, Any] | None = None) -> None:
        self.folder, self.film = folder, film
        self._about: dict[str, Any] = {**(about or {})}

    @property
    def name(self) -> str:
        """The film's."""
        return self.folder.name

    @property
    def path(self) -> Path:
        """The film's file, beside the folder."""
        return self.folder.with_name(f"{self.name}{self.film.kind}")

    @property
    def seed(self) -> int | None:
        """With which it was begun; None for a new one."""
        run = self._about.get("recipe", {}).get("run")
        seed = run.get("seed") if isinstance(run, dict) else None
        return seed if type(seed) is int else None

    def frame(self, index: int) -> Path:
        """The file of a frame."""
        return self.folder / f"{index + 1:04d}.png"

    def missing(self) -> list[int]:
        """The frames that are still to be shot, and those whose file was not written to its end."""
        return [index for index in range(self.film.frames) if not _is_whole(self.frame(index))]

    def check(self, subject: Subject, size: tuple[int, int], recipe: Mapping[str, Any]) -> None:
        """Check that a frame is shot as those before it. The first one begins the film.

        Args:
            subject: as it was relit.
            size: width and height of the run.
            recipe: from :func:`lib_iclight.shooting.recipe_of`.

        Raises:
            ICLightError: the film was begun otherwise; the message says what differs.
        """
        found = {"request": recipe["request"], "run": recipe["run"]}
        digest = _digest(subject, *size)
        if not self._about:
            self._begin(found, digest)
            return
        differ = different(found, self._about["recipe"]) + ["subject"] * (digest != self._about.get("subject"))
        if differ:
            raise ICLightError(
                f"The film was begun with other settings: {', '.join(differ)}. Go on with the same ones, or shoot a "
                "new film."
            )

    def _begin(self, recipe: dict[str, Any], digest: str) -> None:
        """Make the folder, with what tells how the frames are shot."""
        told = {"format": _FORMAT, "version": _VERSION, "film": json_object(self.film.text, "film")}
        self._about = {**told, "recipe": recipe, "subject": digest}
        self.folder.mkdir(parents=True, exist_ok=True)
        replacing(self.folder / _ABOUT, lambda target: target.write(compact(self._about).encode()))

    def write(self) -> None:
        """Write the film of all frames.

        Raises:
            ICLightError: a frame has another size than the first, or they are too large for a film of its kind.
            OSError: a frame cannot be read, or the film not be written.
        """
        with Image.open(self.frame(0)) as first:
            check_room(*first.size, self.film.frames, self.film.kind)
        films.write(self.path, self._frames(), 1 / self.film.fps, self.film.loops)

    def _frames(self) -> Iterator[np.ndarray]:
        shape = None
        for index in range(self.film.frames):
            with Image.open(self.frame(index)) as image:
                pixels = np.asarray(image.convert("RGB"))
            if shape not in (None, pixels.shape):
                raise ICLightError(f"{self.frame(index).name} has another size than the frames before it.")
            shape = pixels.shape
            yield pixels


def begun(folder: Path, name: str) -> Filming:
    """The film of this name in a folder, to be gone on with.

    Raises:
        ICLightError: there is none, or what tells how it was shot is damaged.
    """
    shelf.named(folder, name)
    own = folder / name
    try:
        with (own / _ABOUT).open("rb") as source:
            text = source.read(_MOST_ABOUT).decode()
    except (OSError, UnicodeDecodeError):
        raise ICLightError(f"There is no film named {shown(name)} that was begun.") from None
    about = json_object(text, _ABOUT)
    is_ours = isinstance(about, dict) and (about.get("format"), about.get("version")) == (_FORMAT, _VERSION)
    if not is_ours or not isinstance(about.get("recipe"), dict):
        raise ICLightError(f"The film {shown(name)} cannot be gone on with: its {_ABOUT} is of another kind.")
    return Filming(own, parse(about.get("film"), f"{_ABOUT}.film"), about)


def _is_whole(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(-len(_PNG_END), os.SEEK_END)
            return file.read() == _PNG_END
    except OSError:  # there is none, or it has no bytes
        return False


def _digest(subject: Subject, width: int, height: int) -> str:
    found = hashlib.sha256(subject.own(width, height).tobytes())
    found.update(subject.matte(width, height).tobytes())
    return found.hexdigest()

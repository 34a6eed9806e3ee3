"""The script *IC Light: light set* shoots a film: a relight for each frame of a light that moves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from ..errors import ICLightError
from ..filming import Filming, begun
from ..infotext import PREFIX
from ..relight import Plan
from ..studio import films, set_file, shelf
from ..studio.described import described
from ..studio.film import Film, parse
from ..studio.motion import moments
from ..subject.prepare import Subject
from . import light_sets, shots
from .saved import tried

FILM, NAME = PREFIX + "film", PREFIX + "film name"
"""What is asked for, and the name of the folder with its frames, in generation parameters."""

_MOST_SHOWN = 1 << 27
"""The pixels of the frames that are results too, and so in memory together."""

_SHEET_FRAMES, _SHEET_SIDE = 12, 384


def run(p: Any, asked: str | Mapping[str, Any], name: str) -> Any:
    """Shoot the frames of a film, all with one seed, and write it when it has all of them.

    Interrupt keeps the frames that are done; an error does too, unless it is the first.

    Args:
        p: the host's processing object.
        asked: the film, as :func:`lib_iclight.studio.film.parse` takes it; may be empty if one is gone on with.
        name: of the film that is gone on with, with its seed; "" for a new one.

    Returns:
        The host's results: a contact sheet, and the new frames where they are not too many.

    Raises:
        ICLightError: there is no such film or set, it cannot be shot or written, or was begun otherwise; whatever ends
            the first frame.
    """
    from modules.processing import fix_seed

    user = str(getattr(p, "user", None) or "")
    filming = begun(light_sets.films_folder(user), name) if name else None
    film = _asked(asked) if filming is None else filming.film
    if filming is not None and filming.seed is not None:
        p.seed = filming.seed
    fix_seed(p)
    if filming is None:
        filming = Filming(shelf.free(light_sets.films_folder(user), shots.new_name(p), ""), film)
    films.check(film.kind)
    lights = _lights(film, user)
    left = [(str(index), lights[index]) for index in filming.missing()]
    if not left:
        raise ICLightError(f"The film {filming.name} has all of its frames. Shoot a new one, or go on with another.")
    # Its frames are in a folder of their own.
    p.do_not_save_samples = True
    taking = _Taking(filming)
    done = shots.shot(p, left, taking.take, {})
    if not done:
        raise ICLightError("IC Light has shot no frame of the film. Generate again to go on.")
    _finish(p, filming)
    told = {"Script": shots.TITLE, FILM: json.dumps(film.text, ensure_ascii=False), NAME: filming.name}
    text = ", ".join([done[0].infotexts[0], *(f"{label}: {value}" for label, value in told.items())])
    return shots.results(p, done, _sheet(filming), text, taking.kept)


def _asked(asked: str | Mapping[str, Any]) -> Film:
    if not asked:
        raise ICLightError(
            "There is no film to be shot. Press Re-shoot in the tab IC Light Studio, or name the film that is gone on "
            "with."
        )
    return parse(asked)


def _lights(film: Film, user: str) -> list[str]:
    """The light of each frame, as values of the request's field."""
    light_set = set_file.read(shelf.path_of(light_sets.folder(user), film.set_name))
    every = moments(light_set, film.motion_of(light_set), film.frames)
    return [described(light_set, moment).to_json() for moment in every]


class _Taking:
    """Keeps the frames' pictures, and the host's results as long as there is room for them."""

    def __init__(self, filming: Filming) -> None:
        self._filming = filming
        self._room = _MOST_SHOWN
        self.kept: list[Any] = []

    def take(
        self, name: str, plan: Plan, subject: Subject, painting: np.ndarray, recipe: dict[str, Any], processed: Any
    ) -> None:
        """Save a frame."""
        from modules import images

        self._filming.check(subject, (painting.shape[1], painting.shape[0]), recipe)
        picture = processed.images[0]
        images.save_image_with_geninfo(picture, processed.infotexts[0], str(self._filming.frame(int(name))))
        self._room -= picture.width * picture.height
        if self._room >= 0:
            self.kept.append(processed)
        else:
            processed.images = []


def _finish(p: Any, filming: Filming) -> None:
    """Write the film if it has all of its frames, and say how far it is."""
    name, count, left = filming.name, filming.film.frames, len(filming.missing())
    if left:
        p.comment(
            f"The film {name} has {count - left} of {count} frames. To shoot the others, go on with it by its name."
        )
        return
    failed = [*tried(filming.write, f"The film {name} could not be written")]
    saved = f"The film is saved as {filming.path.name}, and its frames in the folder {name}."
    place = f"Both are in {light_sets.FILMS}, in the folder of the results."
    for remark in failed or [f"{saved} {place}"]:
        p.comment(remark)


def _sheet(filming: Filming) -> Image.Image:
    """Some frames side by side, from the first to the last that there is."""
    from modules import images

    missing = {*filming.missing()}
    there = [index for index in range(filming.film.frames) if index not in missing]
    step = -(-len(there) // _SHEET_FRAMES)
    shown = []
    for index in there[::step]:
        with Image.open(filming.frame(index)) as image:
            picture = image.convert("RGB")
        picture.thumbnail((_SHEET_SIDE, _SHEET_SIDE))
        shown.append(picture)
    return images.image_grid(shown, rows=1 if len(shown) < 4 else 2 if len(shown) < 9 else 3)

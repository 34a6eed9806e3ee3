"""The script *IC Light: light set*: shoots several lights of one subject, and writes them as one light set."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..errors import ICLightError
from ..request import Request
from ..shooting import AROUND, CHOICES, EACH, FILM, FOUR, Shooting, each_of
from ..studio import set_file, shelf
from ..studio.light_set import AMBIENT, LightSet
from ..studio.mixing import Desk
from ..support.json_values import shown
from ..ui.panel import QUIET
from . import film_script, light_sets, shots
from .app_context import app_context
from .page_script import script_of
from .xyz_axes import Angle

TITLE = shots.TITLE

_SEEDS = 1 << 63


class LightSetScript:
    """The part of the script that is the same in all web UIs."""

    def title(self) -> str:
        """Its name in the list of scripts, and over the API."""
        return TITLE

    def show(self, is_img2img: bool) -> bool:
        """It is chosen from the list, in both tabs."""
        return True

    def ui(self, is_img2img: bool) -> list[Any]:
        """Which lights, which set is gone on with, and the film. A paste of parameters that have a film sets them."""
        import gradio as gr

        chosen = gr.Radio([*CHOICES], value=FOUR, label="Lights to shoot")
        begun = gr.Textbox("", label="Go on with the set or film", placeholder="Its name, to shoot what it lacks")
        told = "Written by Re-shoot in the tab IC Light Studio"
        film = gr.Textbox("", label="Film", placeholder=told, max_lines=4, visible=False)
        chosen.change(lambda choice: gr.update(visible=choice == FILM), [chosen], [film], **QUIET)
        # A choice that is pasted before it is seen does not change.
        shown = (film, lambda text: gr.update(value=str(text), visible=True))
        pasted = ((chosen, lambda _: FILM), (begun, lambda _: ""), shown)
        self.infotext_fields = [(control, _if_film(value)) for control, value in pasted]
        return [chosen, begun, film]

    def run(self, p: Any, chosen: str = FOUR, begun: str = "", film: str | Mapping[str, Any] = "") -> Any:
        """Shoot the lights, each by a copy of the processing object with the same seed, as X/Y/Z plot does its cells.

        Interrupt keeps the lights that are done; an error does too, unless it is the first.

        Args:
            p: the host's processing object.
            chosen: one of :data:`lib_iclight.shooting.CHOICES`.
            begun: the name of a set or a film of which only what it lacks is shot, with its seed; "" for a new one.
            film: what is shot as a film, see :func:`lib_iclight.studio.film.parse`.

        Returns:
            The host's results: the contact sheet, and every new light by itself.

        Raises:
            ICLightError: there is no such choice or set, the set was shot otherwise, or nothing was shot; whatever ends
                the first light.
        """
        from modules.processing import fix_seed

        begun = _name(begun)
        if chosen == FILM:
            return film_script.run(p, film, begun)
        folder = light_sets.folder(str(getattr(p, "user", None) or ""))
        earlier, path = _begun(folder, begun)
        if earlier is not None:
            p.seed = _seed_of(earlier)
        fix_seed(p)
        shooting = Shooting(app_context().max_pixels, earlier)
        lights = [(name, light) for name, light in _lights(p, chosen) if name not in shooting.names]
        if not lights:
            raise ICLightError(
                f"The light set {begun} has all of these lights. Shoot a new one, or choose other lights."
            )
        done = shots.shot(p, lights, lambda *told: shooting.add(*told[:-1]), {"photograph_size": "run"})
        light_set = shooting.light_set()
        if light_set is None or not done:
            raise ICLightError("IC Light has shot no light of the set. Generate again to go on.")
        path = path or _free(p, folder)
        set_file.write(path, light_set)
        saved = f"The light set is saved as {path.stem}, with {', '.join(shooting.names)}."
        p.comment(f"{saved} Mix it in the tab IC Light Studio.")
        return _results(p, done, light_set, path)


def _if_film(value: Callable[[str], Any]) -> Callable[[Mapping[str, Any]], Any]:
    """What a control gets from pasted parameters: nothing if they have no film."""
    return lambda params: value(params[film_script.FILM]) if film_script.FILM in params else None


def _name(begun: Any) -> str:
    """The name of what is gone on with, "" for nothing, as programs may send it."""
    if begun is not None and not isinstance(begun, str):
        raise ICLightError(f"The set to go on with must be its name, not {shown(begun)}. Leave it empty for a new one.")
    return (begun or "").strip()


def _begun(folder: Path, name: str) -> tuple[LightSet | None, Path | None]:
    """The set that is gone on with, and its file."""
    if not name:
        return None, None
    path = shelf.path_of(folder, name.removesuffix(set_file.ENDING))
    return set_file.read(path), path


def _seed_of(light_set: LightSet) -> int:
    run = light_set.recipe.get("run")
    seed = run.get("seed") if isinstance(run, dict) else None
    if type(seed) is not int or not 0 <= seed < _SEEDS:
        raise ICLightError("The light set does not say with which seed it was shot. Shoot a new set.")
    return seed


def _lights(p: Any, chosen: str) -> list[tuple[str, Any]]:
    """The names of the lights and the values of the request's field, in the order in which they are shot."""
    if chosen == EACH:
        return [(name, light.to_json()) for name, light in each_of(_request(p).light).items()]
    if chosen not in AROUND:
        raise ICLightError(f"There is no light set {chosen!r}. Choose one of: {'; '.join(CHOICES)}.")
    return [*((name, Angle(angle)) for name, angle in AROUND[chosen].items()), (AMBIENT, AMBIENT)]


def _request(p: Any) -> Request:
    """What the accordion, or the API's dict, asks for."""
    script = script_of(p)
    return script.asked(p, p.script_args[script.args_from : script.args_to]).request({"enabled": True})


def _free(p: Any, folder: Path) -> Path:
    """A file for the set that no other has."""
    folder.mkdir(parents=True, exist_ok=True)
    return shelf.free(folder, shots.new_name(p))


def _results(p: Any, done: list[Any], light_set: LightSet, path: Path) -> Any:
    """The contact sheet of the whole set, which is saved beside it, in front of the new pictures."""
    from modules import images

    desk, names = Desk(light_set), [shot.name for shot in light_set.shots]
    rows = np.eye(len(names))[:, :, None] * np.ones(3)
    shown = [Image.fromarray(desk.picture(row)) for row in rows]
    sheet = images.image_grid(shown, rows=_rows(len(shown)))
    text = f"{done[0].infotexts[0]}, Script: {TITLE}, IC Light set: {path.stem}"
    sheet.info["parameters"] = text  # the API encodes it with the picture
    images.save_image_with_geninfo(sheet, text, str(path.with_suffix(shelf.SHEET)))
    return shots.results(p, done, sheet, text, done)


def _rows(count: int) -> int:
    """The rows of a sheet of so many pictures without an empty cell, as near to a square as that allows."""
    return max(rows for rows in range(1, math.isqrt(count) + 1) if count % rows == 0)

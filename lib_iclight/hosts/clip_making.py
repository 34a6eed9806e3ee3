"""One run of the script *IC Light: clip*: what is painted, kept and written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..errors import ICLightError
from ..infotext import PREFIX
from ..picture.proportions import match_size
from ..request import FIELDS, PICTURES
from ..shoot import clip_output, flow, moving, windows
from ..shoot.clip import ClipRun, Frame, InterruptedClipError
from ..shoot.clip_frames import Reader
from ..shoot.clip_job import job_of, key_of, unfinished_seed
from ..studio import set_file, shelf
from . import clip_hands, clip_paths, light_sets, shots
from .app_context import app_context
from .clip_hands import HostHands, Moving
from .page_script import script_of

TITLE = "IC Light: clip"
NAME = PREFIX + "clip"
"""The clip's name in generation parameters."""

_PREVIEW_SECONDS = 1.0

# What shapes a painting, of the host's settings.
_OF_RUN = (
    *("prompt", "negative_prompt", "styles", "subseed", "subseed_strength", "steps", "cfg_scale", "sampler_name"),
    *("scheduler", "denoising_strength", "tiling", "override_settings", "refiner_checkpoint", "refiner_switch_at"),
    *("enable_hr", "hr_scale", "hr_upscaler", "hr_second_pass_steps", "hr_resize_x", "hr_resize_y", "hr_prompt"),
)


@dataclass(frozen=True)
class Asked:
    """The script's values, checked.

    Attributes:
        source: the path of the clip.
        steadiness, attention: 0 to 1.
        window: frames that are painted together.
        moving: a moving light as text or as a mapping, "" for none.
        background: the path of the background's clip, None for none.
        fps: of folders of frames.
        preview: whether only the first second is made.
        out: the folder that the clip is written to, None for that of the results.
    """

    source: Path
    steadiness: float
    attention: float
    window: int
    moving: str | Mapping[str, Any]
    background: Path | None
    fps: float
    preview: bool
    out: Path | None


class Making:
    """One run of the script."""

    def __init__(self, p: Any, asked: Asked) -> None:
        from modules.processing import fix_seed

        most = app_context().max_pixels()
        if asked.steadiness:
            flow.check()
        self._p, self._asked = p, asked
        self._script = script_of(p)
        given = self._script.asked(p, p.script_args[self._script.args_from : self._script.args_to])
        self._clip = clip_output.opened(asked.source, asked.fps, most)
        self._moving = self._what_moves(most)
        first = {"light": self._moving.lights[0].to_json()} if self._moving.lights else {}
        self._request = given.request({"enabled": True, **first})
        if self._moving.background is not None and self._request.mode != "fbc":
            raise ICLightError("A background clip needs the mode fbc. Choose it, or leave the background clip empty.")
        p.width, p.height = match_size(self._clip.size, p.width, p.height)
        background = self._checked(given.pictures())
        self._windows = windows.divided(len(self._clip.timing.ticks), asked.window, asked.attention > 0)
        self._hands = HostHands(p, self._request, background, self._clip, self._moving, asked.attention)
        self._root = light_sets.clips_folder(str(getattr(p, "user", None) or ""))
        name, key = clip_paths.safe_name(self._clip.name), key_of(self._about(given.pictures(), background))
        seed = unfinished_seed(self._root, name, key) if p.seed in (-1, "", None) else None
        p.seed = p.seed if seed is None else seed
        fix_seed(p)
        self._job = job_of(self._root, name, key, int(p.seed))

    def run(self) -> Any:
        """Paint what is not painted yet, and write the clip."""
        timing = self._clip.timing
        end = timing.until(_PREVIEW_SECONDS) if self._asked.preview else len(timing.ticks)
        moves = self._moving.lights is not None
        steps = ClipRun(self._clip, self._job, self._windows, self._hands, self._asked.steadiness, moves)
        first: list[np.ndarray] = []
        try:
            with self._job.held():
                self._job.begin()
                shots.announce(self._p, sum(not self._job.has(window) for window in self._windows.all(end)))
                steps.paint(end)
                self._remember()
                self._write(_first_kept(steps.frames(end), first), end)
        except InterruptedClipError:
            self._say_how_far(steps.painted(end), end)
        except OSError as error:
            raise ICLightError(
                f"The clip {self._job.name} cannot be written: {error.strerror or error}. What is painted is kept: "
                "make room for it, and generate again to go on."
            ) from error
        finally:
            self._hands.release()
        return self._results(first)

    def _what_moves(self, most: int) -> Moving:
        asked, user = self._asked, str(getattr(self._p, "user", None) or "")

        def find_set(name: str) -> Any:
            return set_file.read(shelf.path_of(light_sets.folder(user), name))

        lights = moving.lights(asked.moving, self._clip.timing.shares, find_set) if asked.moving else None
        behind = clip_output.opened(asked.background, asked.fps, most) if asked.background else None
        return Moving(lights, behind)

    def _checked(self, pictures: dict[str, Any]) -> Any:
        """The run's background; refuses what would be refused later, by the first frame as it is."""
        hands = HostHands(self._p, self._request, None, self._clip, self._moving, 0.0)
        frame = hands.of_frame(Frame(0, Reader(self._clip)[0], None))
        return clip_hands.checked(self._p, self._script, self._request, pictures, frame)

    def _about(self, pictures: dict[str, Any], background: Any) -> dict[str, Any]:
        """All that shapes the paintings, but the seed."""
        p, request, behind = self._p, self._request, self._moving.background
        return {
            "clip": self._clip.digest,
            "request": {name: _plain(getattr(request, name)) for name in _shaping()},
            "run": {name: _plain(getattr(p, name, None)) for name in _OF_RUN} | {"size": [p.width, p.height]},
            "checkpoint": str(getattr(p, "sd_model_hash", "") or _checkpoint()),
            "pictures": clip_paths.digests(pictures, p, self._script.is_img2img),
            "background": getattr(behind or background, "digest", None),
            "lights": [light.to_json() for light in self._moving.lights or ()],
            "windows": [self._windows.length, self._windows.overlap, self._asked.attention],
            "steady mattes": self._asked.steadiness > 0,
        }

    def _remember(self) -> None:
        """Keep the parameters that made the paintings, for a run that paints none."""
        if self._hands.infotext:
            self._job.about["infotext"] = self._hands.infotext
            self._job.begin()

    def _write(self, frames: Iterator[np.ndarray], end: int) -> None:
        part = "-preview" if self._asked.preview and end < len(self._clip.timing.ticks) else ""
        folder = self._asked.out or self._root
        path = clip_output.write(folder, f"{self._job.name}{part}", frames, self._clip, end)
        if part:
            self._p.comment(
                f"The first second of the clip is saved as {path.name}. Switch off 'The first second only' and "
                "generate again to make the rest."
            )
            return
        self._job.finish()
        kept = (
            f"Its paintings are kept in the folder {self._job.name} of {light_sets.CLIPS}: with the seed "
            f"{self._p.seed} it can be written again from them, more or less steady. "
            "Delete the folder if it is not needed."
        )
        if self._asked.out:
            self._p.comment(f"The clip is saved as {path.name} in the folder that was asked for. {kept}")
        else:
            self._p.comment(f"The clip is saved as {path.name} in the folder of the results. {kept}")

    def _say_how_far(self, painted: int, end: int) -> None:
        if not painted:
            raise ICLightError(
                "IC Light was interrupted before the first frames of the clip were painted. Generate again to go on."
            )
        self._p.comment(
            f"The clip {self._job.name} has {painted} of {end} frames painted. Generate again with the same settings "
            "to go on."
        )

    def _results(self, first: list[np.ndarray]) -> Any:
        from modules.processing import Processed

        p, told = self._p, {"Script": TITLE, NAME: self._job.name}
        text = str(self._job.about.get("infotext", self._hands.infotext))
        text = ", ".join([part for part in (text,) if part] + [f"{label}: {value}" for label, value in told.items()])
        images = [Image.fromarray(pixels) for pixels in first]
        for image in images:
            image.info["parameters"] = text  # the API encodes it with the picture
        result = Processed(p, images, int(p.seed), text, subseed=int(p.subseed), infotexts=[text] * max(len(images), 1))
        result.extra_images = []
        return result


def _first_kept(frames: Iterator[np.ndarray], first: list[np.ndarray]) -> Iterator[np.ndarray]:
    for frame in frames:
        if not first:
            first.append(frame)
        yield frame


def _shaping() -> list[str]:
    """The request's fields that shape a painting."""
    return [name for name, each in FIELDS.items() if name not in PICTURES and not each.after_sampling]


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, str, list, type(None))) else json.dumps(value, default=str)


def _checkpoint() -> str:
    from modules import shared

    return str(getattr(shared.opts, "sd_model_checkpoint", ""))

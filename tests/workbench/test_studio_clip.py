"""The README's clip of a moving light: what is asked for it, and that it is there."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from light_sets import ball_set
from PIL import Image, ImageSequence
from studio_pages import put, studio_client

from lib_iclight.api.studio_bodies import MotionBody, motion_of
from lib_iclight.studio.motion import frames
from workbench import studio_clip
from workbench.session import REPOSITORY

CLIP = REPOSITORY / "docs" / "studio.webp"


def clip() -> list[np.ndarray]:
    with Image.open(CLIP) as image:
        return [np.asarray(frame.convert("RGB")).astype(float) for frame in ImageSequence.Iterator(image)]


def test_it_is_a_film_of_the_newest_set(tmp_path):
    put(tmp_path / "sets", {"ball": ball_set()})
    content = studio_clip.film(SimpleNamespace(api=studio_client(tmp_path / "sets")))
    (tmp_path / "film.webp").write_bytes(content)
    with Image.open(tmp_path / "film.webp") as image:
        assert (image.size, image.n_frames) == ((48, 48), len(clip()))


def test_its_light_turns_once_around():
    body = MotionBody(**json.loads(json.dumps(studio_clip.motion())))
    light_set = ball_set()
    table = frames(light_set, motion_of(body), 4)[:, :4, 0]
    assert [light_set.lights[index].name for index in table.argmax(axis=1)] == ["left", "top", "right", "bottom"]


def test_the_readme_shows_it_and_it_loads_fast():
    assert "](docs/studio.webp)" in (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert CLIP.stat().st_size < 2_000_000


def test_the_light_in_it_moves_steadily_and_without_a_seam():
    shown = clip()
    half = shown[0].shape[1] // 2
    balance = [frame[:, :half].mean() - frame[:, half:].mean() for frame in shown]
    assert balance[0] > balance[len(shown) // 2] + 15, "from the left, and then from the right"
    steps = [np.abs(frame - shown[index - 1]).mean() for index, frame in enumerate(shown)]
    assert max(steps) < 2 * float(np.median(steps))
    assert min(float(frame.mean()) for frame in shown) == pytest.approx(85, abs=15), "no black surroundings"

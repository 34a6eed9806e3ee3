"""Frames as films, as other programs play them."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PIL import Image
from refusals import reason_of

from lib_iclight.studio import films
from lib_iclight.studio.films import can_write, write

WIDTH, HEIGHT, COUNT = 48, 33, 6


def fading(count: int = COUNT) -> list[np.ndarray]:
    """A red ramp that gets brighter."""
    ramp = np.linspace(40, 250, WIDTH)[None, :, None] * np.array([1.0, 0.5, 0.25])
    return [np.broadcast_to(ramp * (i + 1) / count, (HEIGHT, WIDTH, 3)).astype(np.uint8) for i in range(count)]


def played(path) -> tuple[list[np.ndarray], dict]:
    with Image.open(path) as image:
        about = dict(image.info)
        found = []
        for index in range(image.n_frames):
            image.seek(index)
            found.append(np.asarray(image.convert("RGB")))
            about.setdefault("durations", []).append(image.info.get("duration"))
    return found, about


@pytest.mark.parametrize(("kind", "most"), [(".webp", 12), (".gif", 6)])
def test_every_frame_is_in_it_and_looks_as_it_was(tmp_path, kind, most):
    path = tmp_path / f"film{kind}"
    write(path, fading(), 0.05)
    found, about = played(path)
    assert len(found) == COUNT
    for frame, expected in zip(found, fading()):
        assert np.abs(frame.astype(float) - expected).mean() < most
    assert about["loop"] == 0
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_film_that_does_not_loop_says_so(tmp_path):
    write(tmp_path / "once.webp", fading(), 0.05, loops=False)
    write(tmp_path / "once.gif", fading(), 0.05, loops=False)
    assert played(tmp_path / "once.webp")[1]["loop"] == 1
    assert "loop" not in played(tmp_path / "once.gif")[1]


@pytest.mark.parametrize("kind", [".webp", ".gif"])
def test_each_frame_is_shown_as_long_as_asked(tmp_path, kind):
    write(tmp_path / f"slow{kind}", fading(), 0.2)
    with Image.open(tmp_path / f"slow{kind}") as image:
        image.seek(1)
        image.load()
        assert image.info["duration"] == 200


def test_one_frame_is_a_film_too(tmp_path):
    for kind in (".webp", ".gif"):
        write(tmp_path / f"still{kind}", fading(1), 0.1)
        assert len(played(tmp_path / f"still{kind}")[0]) == 1


def test_frames_are_made_in_another_thread_while_others_are_written(tmp_path):
    makers, made = set(), []

    def frames():
        for frame in fading():
            makers.add(threading.get_ident())
            made.append(frame)
            yield frame

    write(tmp_path / "film.webp", frames(), 0.05)
    assert len(made) == COUNT
    assert threading.get_ident() not in makers


@pytest.mark.parametrize("kind", [".webp", ".gif"])
def test_a_frame_that_cannot_be_made_leaves_no_film(tmp_path, kind):
    def frames():
        yield from fading(3)
        raise OSError("the set is gone")

    with pytest.raises(OSError, match="the set is gone"):
        write(tmp_path / f"film{kind}", frames(), 0.05)
    assert [*tmp_path.iterdir()] == []


def test_what_cannot_be_written_is_refused_with_what_can(tmp_path, monkeypatch):
    assert "not with '.avi'" in reason_of(write, tmp_path / "film.avi", fading(), 0.1)
    assert "needs a frame" in reason_of(write, tmp_path / "film.gif", [], 0.1)
    monkeypatch.setattr(films, "pyav", lambda: None)
    assert not can_write(".mp4")
    assert "run pip install av in the web UI's Python" in reason_of(write, tmp_path / "film.mp4", fading(), 0.1)
    assert can_write(".gif")
    assert [*tmp_path.iterdir()] == []


def test_mp4_is_in_the_colours_of_television_and_its_sides_are_even(tmp_path):
    av = pytest.importorskip("av", reason="PyAV is not installed")
    write(tmp_path / "film.mp4", fading(), 0.05)
    with av.open(str(tmp_path / "film.mp4")) as container:
        stream = container.streams.video[0]
        found = [*container.decode(stream)]
        assert (stream.width, stream.height) == (WIDTH, HEIGHT + 1)
        assert float(stream.average_rate) == pytest.approx(20)
    assert len(found) == COUNT
    assert {int(frame.colorspace) for frame in found} == {1}
    for frame, expected in zip(found, fading()):
        pixels = frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()[:HEIGHT]
        assert np.abs(pixels.astype(float) - expected).mean() < 6

"""Background removal with the real rembg and onnxruntime, if they are installed, on small networks of our own."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from caches import subject_cache
from onnx_files import finder_of_brightness
from refusals import reason_of

from lib_iclight.errors import ICLightError, InterruptedRunError
from lib_iclight.subject import background_removal
from lib_iclight.subject.matte_refinement import MatteRefinement
from lib_iclight.support.interruptible import interruptible

rembg = pytest.importorskip("rembg", reason="rembg is not installed")

REMOVERS = {
    "u2net": {"side": 320},
    "silueta": {"side": 320},
    "isnet-general-use": {"side": 1024},
    "birefnet-general": {"side": 1024, "logits": True},
    "u2net_cloth_seg": {"side": 768, "channels": 4},
    "mine.onnx": {"side": "any"},
    "isnet of mine.onnx": {"side": 512, "logits": True},
    "half.onnx": {"side": 256, "half": True},
}
DAMAGED = {"no ONNX": b"damaged", "empty": b"", "half a file": None}


@pytest.fixture(autouse=True)
def _no_sessions():
    background_removal.forget_sessions()
    yield
    background_removal.forget_sessions()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of the removers; rembg finds their checksums wrong, but has no network to download them again."""
    monkeypatch.delenv("MODEL_CHECKSUM_DISABLED", raising=False)
    monkeypatch.setattr("pooch.core.stream_download", no_network)
    path = tmp_path / "u2net"
    path.mkdir()
    return path


def no_network(url, *args, **kwargs):
    raise OSError(f"no network, and {url} was asked for")


def add(folder, name: str, **options) -> None:
    file = name if name.endswith(".onnx") else f"{name}.onnx"
    finder_of_brightness(folder / file, **(REMOVERS.get(name, {}) | options))


def bright_corner() -> np.ndarray:
    """A wide dark picture with a bright spot near its upper right corner."""
    pixels = np.full((90, 240, 3), 25, np.uint8)
    pixels[10:30, 150:230] = (230, 220, 200)
    return pixels


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", REMOVERS)
def test_the_alpha_lies_on_the_subject_and_the_console_stays_silent(folder, capfd, name):
    add(folder, name)
    alpha = background_removal.remove_background(bright_corner(), name, folder)
    assert (alpha.shape, alpha.dtype) == ((90, 240), np.uint8)
    assert alpha[13:27, 154:226].min() > 235
    assert alpha[40:].max() < 20
    assert alpha[:, :140].max() < 20
    assert capfd.readouterr() == ("", "")


def test_a_remover_is_loaded_once(folder, monkeypatch):
    add(folder, "u2net")
    made = []
    new_session = rembg.new_session
    monkeypatch.setattr(rembg, "new_session", lambda *args, **more: made.append(args) or new_session(*args, **more))
    first, second = (background_removal.remove_background(bright_corner(), "u2net", folder) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert made == [("u2net",)]


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("name", ["u2net", "mine.onnx"])
def test_a_damaged_file_is_named_with_the_way_out_and_not_downloaded_over(folder, name, content):
    add(folder, name)
    (file,) = folder.iterdir()
    damaged = file.read_bytes()[:-40] if content is None else content
    file.write_bytes(damaged)
    message = reason_of(background_removal.remove_background, bright_corner(), name, folder)
    assert f"The background remover {name} cannot be loaded" in message
    assert f"Replace {file.name} in models/u2net" in message
    assert "picture with transparency" in message
    assert "\n" not in message
    assert str(folder) not in message
    assert file.read_bytes() == damaged


def test_a_remover_that_takes_other_pictures_than_its_name_says_is_named(folder):
    add(folder, "isnet-general-use", side=320)
    with pytest.raises(ICLightError, match=r"isnet-general-use failed: .*Got: 1024 Expected: 320"):
        background_removal.remove_background(bright_corner(), "isnet-general-use", folder)


def test_a_missing_file_that_cannot_be_downloaded_says_where_it_goes(folder):
    with pytest.raises(ICLightError, match=r"no network.* Put u2net\.onnx into models/u2net"):
        background_removal.remove_background(bright_corner(), "u2net", folder)


@pytest.mark.filterwarnings("error")
def test_a_remover_that_finds_nothing_says_so(folder, capfd):
    add(folder, "u2net", gain=0)
    pictures = subject_cache()
    with pytest.raises(ICLightError, match="u2net found no subject in the foreground"):
        pictures.subject(
            pictures.picture(bright_corner(), "foreground"), True, "u2net", background_removal.remover(folder)
        )
    assert capfd.readouterr() == ("", "")


def test_the_edge_is_refined_on_what_the_remover_gives(folder):
    add(folder, "birefnet-general")
    pictures = subject_cache()
    picture = pictures.picture(bright_corner(), "foreground")
    edge = MatteRefinement(alpha_matting=True, decontaminate=1.0)
    alpha = pictures.subject(picture, True, "birefnet-general", background_removal.remover(folder), edge).alpha
    assert alpha[13:27, 154:226].min() > 235
    assert alpha[40:].max() < 20


def test_who_waits_can_go_and_the_next_run_has_its_alpha(folder):
    add(folder, "isnet-general-use")
    remove = background_removal.remover(folder)
    go_on, ended = threading.Event(), threading.Event()

    def work():
        remove(bright_corner(), "isnet-general-use")
        go_on.wait(60)
        remove(bright_corner(), "isnet-general-use")
        ended.set()

    with pytest.raises(InterruptedRunError):
        interruptible(work, lambda: True)
    go_on.set()
    assert interruptible(lambda: remove(bright_corner(), "isnet-general-use"), lambda: False).max() > 235
    assert ended.wait(60)

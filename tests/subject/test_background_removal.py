"""Background removal with a stand-in for rembg: what runs, where models are, and the messages if it fails."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from refusals import reason_of

from lib_iclight.errors import ICLightError
from lib_iclight.subject import background_removal

RGB = np.full((4, 6, 3), 90, np.uint8)
WAYS_OUT = ("picture with transparency", "turn 'Remove background' off")


@pytest.fixture(autouse=True)
def _no_sessions():
    background_removal.forget_sessions()
    yield
    background_removal.forget_sessions()


class CustomSession:
    """rembg's session for the user's own file: a network that finds bright pixels."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.inner_session = self
        self.shape = [1, 3, 64, 64]

    def get_inputs(self):
        return [SimpleNamespace(name="input", shape=self.shape, type="tensor(float)")]

    def normalize(self, picture, mean, deviation, size):
        pixels = np.asarray(picture.resize(size), np.float32) / 255
        return {"input": ((pixels - mean) / deviation).transpose(2, 0, 1)[None].astype(np.float32)}

    def run(self, names, values):
        return [8 * values["input"][:, :1]]


class FakeRembg(ModuleType):
    """Keeps the left half of a picture, and records its calls."""

    def __init__(self) -> None:
        super().__init__("rembg")
        self.sessions: list[tuple[str, str | None]] = []
        self.pictures: list[Image.Image] = []
        self.session_error: Exception | None = None
        self.run_error: Exception | None = None

    def new_session(self, model_name, *args, model_path=None, **kwargs):
        self.sessions.append((model_name, os.environ.get("U2NET_HOME")))
        if self.session_error is not None:
            raise self.session_error
        return f"session of {model_name}" if model_path is None else CustomSession(model_path)

    def remove(self, picture, *, session, only_mask):
        if self.run_error is not None:
            raise self.run_error
        assert only_mask
        if not isinstance(session, str):
            return session.predict(picture)[0]
        assert session.startswith("session of")
        self.pictures.append(picture)
        mask = Image.new("L", picture.size, 0)
        mask.paste(255, (0, 0, picture.width // 2, picture.height))
        return mask


@pytest.fixture
def rembg(monkeypatch):
    module = FakeRembg()
    monkeypatch.setitem(sys.modules, "rembg", module)
    return module


def refusal(tmp_path, model: str = "u2net") -> str:
    return reason_of(background_removal.remove_background, RGB, model, tmp_path / "u2net")


def test_the_matte_is_255_on_the_subject(rembg, tmp_path):
    alpha = background_removal.remove_background(RGB, "u2net", tmp_path)
    assert (alpha.shape, alpha.dtype) == ((4, 6), np.uint8)
    assert alpha[0].tolist() == [255, 255, 255, 0, 0, 0]


def test_the_remover_gets_the_very_pixels(rembg, tmp_path):
    background_removal.remover(tmp_path)(RGB, "silueta")
    np.testing.assert_array_equal(np.asarray(rembg.pictures[0]), RGB)


def test_a_remover_is_loaded_once(rembg, tmp_path):
    for model in ("u2net", "u2net", "isnet-anime", "u2net"):
        background_removal.remove_background(RGB, model, tmp_path)
    assert [model for model, _ in rembg.sessions] == ["u2net", "isnet-anime"]


@pytest.mark.parametrize("before", [None, "/somewhere/else"])
@pytest.mark.parametrize("fails", [False, True])
def test_models_lie_in_the_hosts_folder_and_the_environment_is_put_back(rembg, tmp_path, monkeypatch, before, fails):
    if before is None:
        monkeypatch.delenv("U2NET_HOME", raising=False)
    else:
        monkeypatch.setenv("U2NET_HOME", before)
    if fails:
        rembg.session_error = OSError("no network")
        refusal(tmp_path)
    else:
        background_removal.remove_background(RGB, "u2net", tmp_path / "u2net")
    assert rembg.sessions == [("u2net", str(tmp_path / "u2net"))]
    assert os.environ.get("U2NET_HOME") == before


def test_an_unknown_remover_is_refused_with_the_choices(rembg, tmp_path):
    message = refusal(tmp_path, "magic")
    assert "no background remover named 'magic'" in message
    assert all(model in message for model in background_removal.MODELS)
    assert rembg.sessions == []


def broken_import(folder, monkeypatch, source: str) -> None:
    monkeypatch.delitem(sys.modules, "rembg", raising=False)
    (folder / "rembg.py").write_text(source)
    monkeypatch.syspath_prepend(folder)


def test_a_missing_rembg_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rembg", None)
    message = refusal(tmp_path)
    assert "needs rembg" in message
    assert "Restart the web UI without --skip-install" in message
    assert all(way in message for way in WAYS_OUT)


@pytest.mark.parametrize("code", ["1", "", "'No onnxruntime backend found.'"])
def test_a_rembg_that_leaves_the_interpreter_is_told_apart(tmp_path, monkeypatch, code):
    broken_import(tmp_path, monkeypatch, f"raise SystemExit({code})")
    message = refusal(tmp_path)
    assert "onnxruntime is missing" in message
    assert all(way in message for way in WAYS_OUT)


@pytest.mark.parametrize(
    "source", ["import onnxruntime_of_another_age", "raise ValueError('numpy.dtype size changed')"]
)
def test_a_broken_rembg_says_why_and_what_to_do(tmp_path, monkeypatch, source):
    broken_import(tmp_path, monkeypatch, source)
    message = refusal(tmp_path)
    assert "another_age" in message or "size changed" in message
    assert all(way in message for way in WAYS_OUT)


def test_a_remover_that_cannot_be_loaded_says_where_its_file_goes(rembg, tmp_path):
    rembg.session_error = OSError("no network")
    message = refusal(tmp_path)
    assert "u2net cannot be loaded: no network" in message
    assert "Put u2net.onnx into models/u2net" in message
    assert str(tmp_path) not in message


def test_a_remover_that_failed_to_load_is_tried_again(rembg, tmp_path):
    rembg.session_error = OSError("no network")
    refusal(tmp_path)
    rembg.session_error = None
    assert background_removal.remove_background(RGB, "u2net", tmp_path).max() == 255


def test_a_remover_that_fails_in_the_run_says_what_to_do(rembg, tmp_path):
    rembg.run_error = RuntimeError("out of memory")
    message = refusal(tmp_path)
    assert "u2net failed: out of memory" in message
    assert all(way in message for way in WAYS_OUT)


def test_what_a_library_says_is_told_without_its_folders(rembg, tmp_path, monkeypatch):
    mine, others = tmp_path / "u2net", "/opt/web ui/venv/lib/onnxruntime/capi.so"
    for error in (
        PermissionError(13, "Permission denied", str(mine)),
        RuntimeError(f"Load model from {mine}/u2net.onnx failed:/build/core/model.cc:180 (required by {others})"),
        OSError("C:\\Users\\A Person\\web ui\\u2net.onnx is no model"),
    ):
        rembg.run_error = error
        message = refusal(tmp_path)
        assert not any(part in message for part in ("/opt", "web ui", "A Person", "/build", str(tmp_path)))
        assert "u2net" in message
    source = f"raise ImportError({f'GLIBCXX_3.4.32 not found (required by {others})'!r})"
    broken_import(tmp_path, monkeypatch, source)
    assert "GLIBCXX_3.4.32 not found (required by capi.so)" in refusal(tmp_path)


def test_an_address_in_what_a_library_says_stays_whole(rembg, tmp_path):
    rembg.session_error = OSError("403 for url: https://example.org/models/u2net.onnx and/or 1/2")
    assert "https://example.org/models/u2net.onnx and/or 1/2" in refusal(tmp_path)


# Which removers there are


@pytest.fixture
def version(monkeypatch):
    """Sets the installed version of rembg."""

    def install(text: str | None) -> None:
        def find(name):
            if text is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return text

        monkeypatch.setattr(importlib.metadata, "version", find)

    return install


@pytest.mark.parametrize(
    ("installed", "lacking"),
    [
        (None, set()),
        ("2.0.67", set()),
        ("3.0", set()),
        ("2.0.60", {"bria-rmbg"}),
        ("2.0.50", {"bria-rmbg", *(name for name in background_removal.MODELS if name.startswith("birefnet"))}),
        ("not a version", set()),
    ],
)
def test_what_the_installed_rembg_lacks_is_not_offered(version, tmp_path, installed, lacking):
    version(installed)
    assert set(background_removal.MODELS) - set(background_removal.offered(tmp_path)) == lacking


def test_what_the_installed_rembg_lacks_is_refused_by_name_before_it_is_imported(version, rembg, tmp_path):
    version("2.0.50")
    message = refusal(tmp_path, "birefnet-general")
    assert "birefnet-general needs rembg 2.0.59 or newer, and rembg 2.0.50 is installed" in message
    assert "isnet-general-use" in message
    assert "birefnet-portrait" not in message
    assert rembg.sessions == []


def test_looking_for_removers_imports_nothing(version, tmp_path, monkeypatch):
    version("2.0.67")
    monkeypatch.setitem(sys.modules, "rembg", None)
    assert background_removal.DEFAULT_MODEL in background_removal.offered(tmp_path)


def test_pictures_of_several_pieces_of_clothing_are_one_alpha(rembg, tmp_path, monkeypatch):
    parts = np.zeros((12, 6), np.uint8)
    parts[1, 1], parts[6, 2], parts[11, 5] = 255, 90, 30
    monkeypatch.setattr(rembg, "remove", lambda picture, **kwargs: Image.fromarray(parts))
    alpha = background_removal.remove_background(RGB, "u2net_cloth_seg", tmp_path)
    assert alpha.shape == (4, 6)
    assert (alpha[1, 1], alpha[2, 2], alpha[3, 5], alpha.astype(int).sum()) == (255, 90, 30, 375)


# A file of the user's own


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "u2net"
    path.mkdir()
    for name in ("mine.onnx", "Other One.ONNX", "u2net.onnx", "vit_b-encoder-quant.onnx", "notes.txt"):
        (path / name).write_bytes(b"")
    (path / "folder.onnx").mkdir()
    return path


def bright_left() -> np.ndarray:
    pixels = np.full((40, 60, 3), 20, np.uint8)
    pixels[:, :30] = 230
    return pixels


def test_own_files_are_offered_beside_rembgs_models(folder):
    assert background_removal.custom_models(folder) == ["Other One.ONNX", "mine.onnx"]
    assert background_removal.offered(folder)[-2:] == ["Other One.ONNX", "mine.onnx"]


def test_without_a_folder_there_are_none(tmp_path):
    assert background_removal.custom_models(tmp_path / "none") == []


def test_an_own_file_cuts_out(rembg, folder):
    alpha = background_removal.remove_background(bright_left(), "mine.onnx", folder)
    assert rembg.sessions == [("u2net_custom", str(folder))]
    assert alpha.shape == (40, 60)
    assert alpha[:, :25].min() > 240
    assert alpha[:, 35:].max() < 15


def test_an_own_file_is_loaded_once_by_its_path(rembg, folder, monkeypatch):
    made = []
    monkeypatch.setattr(
        background_removal, "CustomOnnxSession", lambda name, session: made.append((name, session.path)) or "session of"
    )
    for _ in range(2):
        background_removal.remove_background(RGB, "mine.onnx", folder)
    assert made == [("mine.onnx", str(folder / "mine.onnx"))]


@pytest.mark.parametrize(
    "name", ["gone.onnx", "../mine.onnx", "/etc/passwd.onnx", "folder.onnx", "u2net.onnx", "x\\..\\mine.onnx", ".onnx"]
)
def test_a_file_that_is_not_there_is_refused_with_the_choices(rembg, folder, name):
    with pytest.raises(ICLightError, match=r"There is no file .* in models/u2net.*choose one of: .*mine\.onnx"):
        background_removal.remove_background(RGB, name, folder)
    assert rembg.sessions == []


def test_a_damaged_own_file_is_named(rembg, folder):
    rembg.session_error = ValueError("INVALID_PROTOBUF")
    with pytest.raises(ICLightError, match=r"mine\.onnx cannot be loaded: INVALID_PROTOBUF\. Replace mine\.onnx in"):
        background_removal.remove_background(RGB, "mine.onnx", folder)

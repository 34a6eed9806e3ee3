"""A file that is replaced while the host runs is noticed, and what was read from it before stays unchanged."""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from caches import subject_cache
from sd15_layout import file_at, names, safetensors_bytes, with_header

from lib_iclight.errors import ICLightError
from lib_iclight.models import library as library_module
from lib_iclight.models.folders import PART
from lib_iclight.models.library import CONV_IN, ModelLibrary
from lib_iclight.picture.arrays import make_picture
from lib_iclight.subject import background_removal
from lib_iclight.support.cache import blocks

torch = pytest.importorskip("torch")

NAME = "iclight_sd15_fc.safetensors"
KEYS = [key for key in names() if key != "conv_in.weight"]


def content(value: float) -> bytes:
    """A complete model with the same number everywhere."""
    raw = safetensors_bytes({"conv_in.weight": (4, 8, 3, 3), **dict.fromkeys(KEYS, (3, 2))})
    (length,) = struct.unpack("<Q", raw[:8])
    count = (len(raw) - 8 - length) // 2
    return raw[: 8 + length] + np.full(count, value, np.float16).tobytes()


@pytest.fixture
def folder(folder) -> Path:
    """A model folder with a model in it."""
    (folder / NAME).write_bytes(content(1))
    return folder


def in_place(path: Path, raw: bytes) -> None:
    """Write as cp and most downloads do: into the existing file."""
    with path.open("r+b") as file:
        file.truncate(0)
        file.write(raw)


def put_in_its_place(path: Path, raw: bytes) -> None:
    """Replace the file, as mv and rsync do."""
    other = path.with_name(path.name + PART)
    other.write_bytes(raw)
    os.replace(other, path)


def at_the_same_time(change: Callable[[Path, bytes], None]) -> Callable[[Path, bytes], None]:
    """Make a change that restores the time, as an archive or ``cp --preserve`` does."""

    def changed(path: Path, raw: bytes) -> None:
        before = path.stat()
        change(path, raw)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    return changed


CHANGES = [in_place, put_in_its_place, at_the_same_time(put_in_its_place)]
if sys.platform != "win32":  # there a file has no time of its last change besides the one that is put back
    CHANGES.append(at_the_same_time(in_place))


def loaded(library: ModelLibrary, folder: Path):
    return library.load(library.select("fc", "auto", [folder]))


def value_of(offsets) -> set[float]:
    return {float(number) for tensor in offsets.tensors.values() for number in tensor.float().unique()}


@pytest.mark.parametrize("change", CHANGES)
def test_exchanged_offsets_are_read_anew_and_those_in_use_stay(folder, change):
    library = ModelLibrary()
    before = loaded(library, folder)
    change(folder / NAME, content(2))
    assert value_of(before) == {1.0}
    after = loaded(library, folder)
    assert value_of(after) == {2.0}
    assert after.content != before.content


def test_offsets_whose_file_is_cut_off_can_still_be_added(folder):
    """With a memory map of the file, this would kill the process."""
    library = ModelLibrary()
    before = loaded(library, folder)
    os.truncate(folder / NAME, 0)
    assert value_of(before) == {1.0}
    assert file_at(library, folder / NAME).problem == "is empty"


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_between_the_look_and_the_reading_is_refused(folder, change):
    library = ModelLibrary()
    file = library.select("fc", "auto", [folder])
    change(folder / NAME, content(2))
    with pytest.raises(ICLightError, match=r"iclight_sd15_fc\.safetensors is being written to right now"):
        library.load(file)


def test_what_changes_under_the_reading_is_refused(folder, monkeypatch):
    library = ModelLibrary()
    file = library.select("fc", "auto", [folder])
    read = library_module.read_tensors

    def slowly(opened):
        tensors = read(opened)
        in_place(folder / NAME, content(2))
        return tensors

    monkeypatch.setattr(library_module, "read_tensors", slowly)
    with pytest.raises(ICLightError, match="is being written to right now"):
        library.load(file)


def test_a_run_goes_on_with_what_it_has_read(folder):
    library = ModelLibrary()
    file = library.select("fc", "auto", [folder])
    before = library.load(file)
    in_place(folder / NAME, content(2))
    assert library.load(file) is before


def test_only_what_fits_into_the_limit_is_kept(folder, monkeypatch):
    (folder / "second_fc.safetensors").write_bytes(content(2))
    library = ModelLibrary()
    first, second = library.files([folder])
    kept = library.load(first)
    library.load(second)
    assert library.load(first) is kept
    monkeypatch.setattr(library_module, "_KEPT_BYTES", sum(blocks(kept).values()))
    library.forget()
    kept = library.load(first)
    library.load(second)
    assert library.load(first) is not kept


def test_a_file_above_the_limit_is_kept_alone(folder, monkeypatch):
    (folder / "second_fc.safetensors").write_bytes(content(2))
    monkeypatch.setattr(library_module, "_KEPT_BYTES", 0)
    library = ModelLibrary()
    first, second = library.files([folder])
    kept = library.load(first)
    assert library.load(first) is kept
    library.load(second)
    assert library.load(first) is not kept


def of(header: dict, data: bytes) -> bytes:
    return with_header(json.dumps(header).encode(), data)


CONV = {"dtype": "F16", "shape": [1, 8, 1, 1], "data_offsets": [0, 16]}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"conv_in.weight": CONV, "a": {**CONV, "data_offsets": [8, 24]}}, "two tensors share bytes"),
        ({"conv_in.weight": {**CONV, "data_offsets": [0, 24]}}, "has a damaged safetensors header"),
        ({"conv_in.weight": CONV, "a": {"dtype": "F16", "shape": [-2, -2], "data_offsets": [16, 24]}}, "has a damaged"),
        ({"conv_in.weight": CONV, "a": {"dtype": "F16", "shape": "4", "data_offsets": [16, 24]}}, "has a damaged"),
        ({"conv_in.weight": CONV, "a": {"dtype": "I64", "shape": [1], "data_offsets": [16, 24]}}, r"added \(I64\)"),
    ],
)
def test_a_header_that_lies_about_its_tensors_is_refused(folder, header, reason):
    (folder / NAME).write_bytes(of(header, bytes(24)))
    library = ModelLibrary()
    with pytest.raises(ICLightError, match=f"cannot be loaded: it .*{reason}"):
        library.load(file_at(library, folder / NAME))


@pytest.mark.parametrize("dtype", ["F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"])
def test_each_type_is_read_as_it_is_stored(folder, dtype):
    from safetensors.torch import save_file

    kinds = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    kind = kinds.get(dtype) or {"F8_E4M3": torch.float8_e4m3fn, "F8_E5M2": torch.float8_e5m2}[dtype]
    stored = {"conv_in.weight": torch.randn(2, 8, 3, 3).to(kind), "a": torch.randn(()).to(kind), "b": torch.empty(0, 3)}
    save_file(stored, str(folder / NAME))
    library = ModelLibrary()
    read = library.load(file_at(library, folder / NAME)).tensors
    assert (read[CONV_IN].dtype, read[CONV_IN].shape) == (kind, (2, 8, 3, 3))
    for name, tensor in (("conv_in.weight", read[CONV_IN]), ("a", read["diffusion_model.a"])):
        assert torch.equal(tensor.float(), stored[name].float())


# Background removers


@pytest.fixture
def remover(tmp_path, monkeypatch):
    """A user's own remover whose file says how bright its alpha is; it uses the content that was loaded."""
    path = tmp_path / "u2net" / "mine.onnx"
    path.parent.mkdir()
    path.write_bytes(b"100")

    class Rembg:
        def new_session(self, name, model_path, **options):
            return Path(model_path)

        def remove(self, picture, session, only_mask):
            from PIL import Image

            return Image.new("L", picture.size, session)

    monkeypatch.setattr(background_removal, "_import_rembg", Rembg)
    monkeypatch.setattr(background_removal, "CustomOnnxSession", lambda name, file: int(file.read_bytes()))
    background_removal.forget_sessions()
    yield path
    background_removal.forget_sessions()


@pytest.mark.parametrize("change", CHANGES)
def test_an_exchanged_remover_cuts_out_anew(remover, change):
    rgb = np.full((4, 6, 3), 90, np.uint8)
    pictures = subject_cache(remover_file=lambda model: background_removal.content(model, remover.parent))
    picture, matte = make_picture(rgb), background_removal.remover(remover.parent)

    def cut_out():
        return pictures.subject(picture, True, "mine.onnx", matte)

    before = cut_out()
    assert cut_out() is before
    change(remover, b"200")
    after = cut_out()
    assert [int(subject.alpha[0, 0]) for subject in (before, after)] == [100, 200]
    assert before.digest != after.digest


def test_a_remover_is_not_loaded_again_after_its_first_use_has_downloaded_it(tmp_path, monkeypatch):
    made = []

    def new_session(name, **options):
        made.append(name)
        (tmp_path / f"{name}.onnx").write_bytes(b"downloaded")
        return name

    rembg = SimpleNamespace(new_session=new_session)
    background_removal.forget_sessions()
    for _ in range(2):
        assert background_removal._session(rembg, "u2net", tmp_path) == "u2net"
    background_removal.forget_sessions()
    assert made == ["u2net"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_removers_in_a_folder_of_bad_names_are_listed(tmp_path, monkeypatch):
    for name in (b"mine.onnx", b"br\xfccke.onnx", b"two\nlines.onnx"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"1")
    (tmp_path / "long.onnx").symlink_to("x" * 300)
    assert background_removal.custom_models(tmp_path) == ["mine.onnx"]

    def refuse(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert background_removal.custom_models(tmp_path) == []

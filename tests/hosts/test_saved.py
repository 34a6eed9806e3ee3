"""What gets into the files of a run: the photograph's camera data, 16 bits and layers."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from asking import ask
from developed import developed
from PIL import Image
from samples import encoded, noise

from lib_iclight.files import completing, packages
from lib_iclight.hosts import script_hooks
from lib_iclight.picture.icc import srgb_profile
from lib_iclight.restore.developed import Developed
from workbench.session import images

PHOTOGRAPH = {"result": "photograph", "remove_background": False, "light": "left"}


def photograph() -> str:
    """A camera's JPEG, taken with the camera on its side."""
    about = Image.Exif()
    about[0x010F], about[0x0132], about[0x8298], about[0x0112] = "Canon", "2020:01:02 03:04:05", "(c) Zoe", 6
    return encoded(Image.fromarray(noise(80, 64)), "JPEG", exif=about)


def relight(host, options: dict | None = None, **body):
    fields = {"enabled": True, "foreground": photograph()} | PHOTOGRAPH | (options or {})
    return ask(host, fields, **{"save_images": True} | body)


def files(host) -> list[Path]:
    """What was saved, without grids."""
    found = (host.settings.data_dir / "outputs").rglob("*.*")
    return sorted(path for path in found if not path.name.startswith("grid"))


def opened(path: Path) -> Image.Image:
    """A picture whose file is closed again."""
    with Image.open(path) as image:
        image.load()
    return image


@pytest.fixture(autouse=True)
def nothing_saved_yet(host):
    shutil.rmtree(host.settings.data_dir / "outputs", ignore_errors=True)


@pytest.fixture
def hears(monkeypatch):
    """The comments of the runs."""
    said, right = [], script_hooks.ScriptHooks.results

    def results(self, p, processed):
        right(self, p, processed)
        said.append(processed.comments)

    monkeypatch.setattr(script_hooks.ScriptHooks, "results", results)
    return said


@pytest.fixture
def makes(monkeypatch):
    """Results that are developed as this function says, from the 8-bit result."""
    right = script_hooks.ScriptHooks.finish_image

    def develop_by(make):
        def finish_image(self, p, image, index):
            image = right(self, p, image, index)
            script_hooks.run_context.of(p).developed[index] = make(np.asarray(image))
            return image

        monkeypatch.setattr(script_hooks.ScriptHooks, "finish_image", finish_image)

    return develop_by


def in_full_depth(pixels: np.ndarray) -> np.ndarray:
    return (pixels * 257.0 + 3 * (pixels % 8 == 3)).clip(0, 65535).astype(np.uint16)


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_results_have_the_photographs_camera_date_and_copyright(host, ending):
    from modules import images as host_images

    answer = relight(host, override_settings={"samples_format": ending}, batch_size=2, n_iter=2)
    assert len(files(host)) == 4
    for path, text in zip(files(host), [image.info["parameters"] for image in images(answer)][-4:], strict=True):
        with Image.open(path) as image:
            assert [image.getexif().get(tag) for tag in (0x010F, 0x0132, 0x8298, 0x0112)] == [
                "Canon", "2020:01:02 03:04:05", "(c) Zoe", 1]  # fmt: skip
            assert image.info["icc_profile"] == srgb_profile()
            assert host_images.read_info_from_image(image)[0] == text
    grids = [*(host.settings.data_dir / "outputs").rglob("grid*")]
    assert [b"Canon" in path.read_bytes() for path in grids] == [False]


def test_a_png_shows_the_same_picture_as_the_answer_which_says_srgb_too(host):
    answer = relight(host)
    assert images(answer)[0].info["icc_profile"] == srgb_profile()
    np.testing.assert_array_equal(np.asarray(opened(files(host)[0])), np.asarray(images(answer)[0]))


def test_a_painting_is_saved_as_the_host_does_it(host):
    relight(host, {"result": "painting"})
    assert "icc_profile" not in opened(files(host)[0]).info


def test_the_unrestored_painting_is_no_photograph(host):
    relight(host, {"keep_original": True})
    assert [b"Canon" in path.read_bytes() for path in files(host)] == [True, False]


def test_who_wants_no_camera_data_sets_that(host, monkeypatch):
    from modules import shared

    monkeypatch.setitem(shared.opts.data, "ic_light_camera_data", False)
    relight(host)
    with Image.open(files(host)[0]) as image:
        assert dict(image.getexif()) == {}
        assert image.info["icc_profile"] == srgb_profile()


def test_img2imgs_own_picture_is_the_photograph(host):
    relight(host, {"foreground": None}, way="img2img", init_images=[photograph()])
    assert opened(files(host)[0]).getexif()[0x8298] == "(c) Zoe"


def test_what_cannot_be_written_is_said_and_the_picture_stays(host, monkeypatch, hears):
    def full(*args):
        raise OSError("the disk is full")

    monkeypatch.setattr(completing.os, "replace", full)
    answer = relight(host)
    assert answer.status_code == 200
    assert "could not be put into" in hears[0]
    assert "the disk is full" in hears[0]
    assert [b"Canon" in path.read_bytes() for path in files(host)] == [False]


def test_a_result_of_sixteen_bits_is_saved_with_them(host, makes):
    made = []

    def make(pixels):
        made.append(in_full_depth(pixels))
        return Developed(made[-1])

    makes(make)
    answer = relight(host, n_iter=2)
    for path, pixels, image in zip(files(host), made, images(answer)[1:], strict=True):
        np.testing.assert_array_equal(cv2.imread(str(path), -1)[..., ::-1], pixels)
        assert opened(path).info["parameters"] == image.info["parameters"]


def test_beside_a_jpeg_the_sixteen_bits_are_a_file_of_their_own(host, makes):
    makes(lambda pixels: Developed(in_full_depth(pixels)))
    relight(host, override_settings={"samples_format": "jpg"})
    jpeg, deep = sorted(files(host), key=lambda path: path.suffix)
    assert deep.name == f"{jpeg.stem}-16bit.png"
    assert cv2.imread(str(deep), -1).dtype == np.uint16


def test_a_picture_that_others_have_changed_keeps_its_eight_bits(host, makes, hears):
    makes(lambda pixels: Developed(in_full_depth(255 - pixels)))
    relight(host)
    assert cv2.imread(str(files(host)[0]), -1).dtype == np.uint8
    assert "16 bits" in hears[0]


def with_layers(pixels: np.ndarray) -> Developed:
    return Developed(pixels, developed(width=pixels.shape[1], height=pixels.shape[0]).layers)


@pytest.mark.parametrize(("layers", "endings"), [("psd", ["png", "psd"]), ("exr", ["exr", "png"]),
                                                 ("both", ["exr", "png", "psd"])])  # fmt: skip
def test_layers_are_beside_the_picture_under_its_name(host, makes, hears, layers, endings):
    makes(with_layers)
    relight(host, {"layers": layers}, n_iter=2)
    assert [path.suffix[1:] for path in files(host)] == endings * 2
    assert len({path.stem for path in files(host)}) == 2
    assert hears == [""]
    if "psd" in endings:
        assert b"Canon" in next(path for path in files(host) if path.suffix == ".psd").read_bytes()


def test_layers_that_cannot_be_written_are_said(host, makes, hears):
    makes(lambda pixels: Developed(pixels))
    relight(host, {"layers": "both"})
    assert [path.suffix for path in files(host)] == [".png"]
    assert hears[0].count("could not be written as") == 2


@pytest.mark.parametrize(
    ("options", "body", "words"),
    [
        ({"layers": "psd", "result": "painting"}, {}, ["Result", "Photograph"]),
        ({"layers": "psd"}, {"save_images": False}, ["saves no pictures", "save_images"]),
        ({"layers": "exr"}, {"override_settings": {"samples_save": False}}, ["saves no pictures"]),
        ({"layers": "tiff"}, {}, ["layers must be one of: none, psd, exr, both"]),
    ],
)
def test_layers_that_cannot_be_are_refused_before_sampling(host, options, body, words):
    answer = relight(host, options, **body)
    assert answer.status_code == 422
    assert all(word in answer.json()["detail"] for word in words), answer.json()["detail"]
    assert files(host) == []


def test_a_missing_package_is_named(host, monkeypatch):
    monkeypatch.setattr(packages, "_loads", lambda module: module != "OpenEXR")
    detail = relight(host, {"layers": "both"}).json()["detail"]
    assert "need OpenEXR" in detail
    assert "--skip-install" in detail


def test_of_a_batch_no_more_than_the_latest_layers_are_in_memory(host, monkeypatch):
    kept, right = [], script_hooks.ScriptHooks.finish_image

    def finish_image(self, p, image, index):
        image = right(self, p, image, index)
        kept.append(len(script_hooks.run_context.of(p).developed))
        return image

    monkeypatch.setattr(script_hooks.ScriptHooks, "finish_image", finish_image)
    relight(host, {"layers": "psd"}, n_iter=2, batch_size=2)
    assert kept == [1] * 4
    assert [path.suffix for path in files(host)] == [".png", ".psd"] * 4

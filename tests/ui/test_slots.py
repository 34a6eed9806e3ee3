"""How the page's picture slots handle files: gradio 4 passes the file, gradio 3 its text."""

from __future__ import annotations

import base64

import many_files
import numpy as np
import pytest
from caches import subject_cache
from PIL import EpsImagePlugin, Image
from samples import file_bytes, plain

from lib_iclight.picture import arrays, opening

pytestmark = pytest.mark.usefixtures("running")


@pytest.fixture(params=["gradio 4", "gradio 3"])
def dropped(request, tmp_path):
    """The value of a slot after dropping a file with this name into it."""

    def drop(content: bytes, name: str = "picture.png", most: int = opening.MAX_PIXELS):
        from gradio.data_classes import FileData

        from lib_iclight.ui.panel import PictureInput

        slot = PictureInput(label="Light map", type="pil", image_mode=None, render=False)
        slot.max_pixels = lambda: most
        if request.param == "gradio 3":
            return slot.preprocess("data:image/png;base64," + base64.b64encode(content).decode())
        path = tmp_path / name
        path.write_bytes(content)
        return slot.preprocess(FileData(path=str(path), orig_name=name))

    return drop


@pytest.mark.parametrize("name", ["picture.png", "picture.svg", "picture.eps"])
@pytest.mark.parametrize("content", [many_files.EPS, many_files.SVG, b""], ids=["EPS", "SVG", "empty"])
def test_what_is_no_photograph_is_a_refusal_that_names_the_slot(dropped, monkeypatch, content, name):
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *args, **kwargs: pytest.fail("the drawing was run"))
    found = dropped(content, name)
    assert isinstance(found, arrays.Unreadable)
    assert found.reason.startswith("The light map cannot be read")
    assert "/" not in found.reason


def test_more_pixels_than_the_limit_are_refused(dropped):
    found = dropped(file_bytes(plain((1, 2, 3), 1000, 1000)), most=900_000)
    assert "1.0 megapixels, but at most 0.9 are allowed" in found.reason


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_a_picture_and_its_size_are_the_right_way_up(dropped, kind):
    from lib_iclight.ui.accordion import _slot_state_and_seen

    image = Image.new("RGB", (80, 40))
    image.paste((255, 255, 255), (0, 0, 40, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    turn = {"tiffinfo": {274: 6}} if kind == "TIFF" else {"exif": exif}
    found = dropped(file_bytes(image, kind, **turn))
    assert found.size == (40, 80)
    assert found.rgb[:30].min() > 200
    assert _slot_state_and_seen(found)[1].size == (40, 80), "so that the matching size is upright too"


def test_an_empty_slot_holds_nothing(dropped):
    from lib_iclight.ui.panel import PictureInput

    assert PictureInput(render=False).preprocess(None) is None


def test_a_file_that_is_gone_is_said(tmp_path):
    from gradio.data_classes import FileData

    from lib_iclight.ui.panel import PictureInput

    found = PictureInput(label="Foreground", render=False).preprocess(FileData(path=str(tmp_path / "gone.png")))
    assert found.reason == "The foreground cannot be read: its file is gone. Drop the picture in again."


def test_the_run_gets_what_the_slot_saw(dropped):

    rgb = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    found = dropped(file_bytes(Image.fromarray(rgb)))
    assert subject_cache().picture(found, "foreground") is found
    np.testing.assert_array_equal(found.rgb, rgb)

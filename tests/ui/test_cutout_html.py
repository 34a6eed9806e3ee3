"""What the preview of the cut-out shows."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
from caches import subject_cache
from PIL import Image
from samples import left_half, no_remover, noise, plain

from lib_iclight.subject.matte_refinement import UNREFINED, MatteRefinement
from lib_iclight.ui.cutout_html import SIDE, cutout_html, problem_html


def shown(image, removes=True, remover=left_half, edge=UNREFINED) -> tuple[list[Image.Image], str]:
    pictures = subject_cache()
    text = cutout_html(pictures.subject(pictures.picture(image, "foreground"), removes, "u2net", remover, edge))
    found = re.findall(r"src='data:image/png;base64,([^']+)'", text)
    return [Image.open(io.BytesIO(base64.b64decode(data))) for data in found], text


def test_the_picture_and_its_cut_out_are_side_by_side():
    pixels = noise(40, 30)
    (before, after), text = shown(Image.fromarray(pixels))
    np.testing.assert_array_equal(np.asarray(before), pixels)
    assert after.mode == "RGBA"
    np.testing.assert_array_equal(np.asarray(after)[..., 3], left_half(pixels, ""))
    np.testing.assert_array_equal(np.asarray(after)[:, :20, :3], pixels[:, :20])
    assert re.findall("<figcaption>(.*?)</figcaption>", text) == ["Before", "After"]


def test_the_edges_settings_show():
    (_, after), _ = shown(plain((200, 90, 30), 512, 512), edge=MatteRefinement(shrink=10))
    assert np.flatnonzero(np.asarray(after)[200, :, 3]).max() == 245


def test_a_large_picture_is_shown_small_and_nothing_shines_into_its_rim():
    image = plain((0, 255, 0), 4000, 2000)
    image.paste((200, 90, 30), (0, 0, 2000, 2000))
    (before, after), _ = shown(image)
    assert before.size == after.size == (SIDE, SIDE // 2)
    pixels = np.asarray(after)
    assert (np.abs(pixels[pixels[..., 3] > 0][:, :3].astype(int) - (200, 90, 30)) <= 2).all()


def test_a_picture_used_whole_says_so():
    (before, after), text = shown(plain((1, 2, 3)), removes=False, remover=no_remover)
    assert before.mode == after.mode == "RGB"
    assert "The whole picture is the subject." in text


def test_a_problem_is_text_and_not_markup():
    assert problem_html("no <b> & such") == "<p class='wrong'>no &lt;b&gt; &amp; such</p>"

"""Which files a real web UI opens for IC-Light, and how large they may be."""

from __future__ import annotations

import many_files
import numpy as np
import pytest
from forge import pictures
from samples import file_bytes

OPENED = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
COLOURED = pictures.coloured(60, 80)


def route(client, content: bytes):
    status, answer = client.call("/ic-light/foreground", {"image": pictures.text(content)})
    return status, str(answer.get("detail")) if isinstance(answer, dict) else ""


@pytest.mark.parametrize("name", many_files.hostile())
def test_a_hostile_file_is_refused_before_sampling(client, name):
    content = many_files.hostile()[name]
    answer = client.txt2img({"foreground": pictures.text(content)})
    assert answer.status == 422
    assert "foreground" in answer.message
    assert not answer.record.sampled
    status, detail = route(client, content)
    assert status == 422
    for message in (answer.message, detail):
        assert len(message) <= 300
        assert not any(part in message for part in ("/tmp", "gs -", "<_io"))


@pytest.mark.parametrize("kind", OPENED)
def test_a_photograph_of_every_kind_is_relit(client, kind):
    options = {"quality": 100} if kind in ("JPEG", "WEBP") else {}
    content = file_bytes(COLOURED, kind, **options)
    answer = client.txt2img({"foreground": pictures.text(content), "remove_background": False})
    assert answer.record.channels == {8}


def test_a_tiff_on_its_side_is_turned_once(client):
    content = file_bytes(COLOURED.transpose(2), "TIFF", tiffinfo={274: 6})
    found, expected = (
        client.txt2img({"foreground": pictures.text(given), "remove_background": False})
        for given in (content, file_bytes(COLOURED))
    )
    np.testing.assert_array_equal(found.pixels, expected.pixels)


@pytest.mark.parametrize("size", [(178_000_000, 1), (13_000, 13_000)], ids=str)
def test_more_pixels_than_the_limit_are_refused_with_both_numbers(client, size):
    answer = client.txt2img({"foreground": pictures.text(many_files.png(*size))})
    assert answer.status == 422
    assert f"{size[0] * size[1] / 1e6:,.1f} megapixels, but at most 128.0 are allowed" in answer.message

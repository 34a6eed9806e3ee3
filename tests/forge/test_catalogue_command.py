"""The command of a catalogue, asking a real web UI over its API: interrupted there, and gone on with."""

from __future__ import annotations

import io
import threading

import numpy as np
import pytest
from catalogues import result_files, rows
from forge.client import SMALL
from PIL import Image
from samples import file_bytes

from lib_iclight.shoot import looks
from lib_iclight.shoot.command import INTERRUPTED, WHOLE, main

RUN = {name: value for name, value in SMALL.items() if name != "save_images"} | {"steps": 4}
FIELDS = {"light": "left", "result": "photograph", "photograph_size": "photograph", "remove_background": False}


@pytest.fixture(scope="module")
def options(forge, client, untouched, tmp_path_factory):
    """The options for two pictures under two looks, one of them in img2img, and the folder of the results."""
    folder = tmp_path_factory.mktemp("shoot")
    (folder / "in").mkdir()
    for name, level in (("a", 60), ("b", 180)):
        pixels = np.full((72, 96, 3), level, np.uint8)
        (folder / "in" / f"{name}.jpg").write_bytes(file_bytes(Image.fromarray(pixels), "JPEG"))
    wanted = looks.make("left", FIELDS, RUN), looks.make("i2i", FIELDS, RUN, "img2img")
    files = [str(looks.save(folder, look)) for look in wanted]
    asked = ["--pictures", str(folder / "in"), "--looks", *files, "--out", str(folder / "out"), "--web-ui", forge.url]
    return asked, folder / "out"


def interrupt(client, out, ended):
    """Interrupt the web UI again and again once the first result is there."""
    while not ended.is_set():
        if out.is_dir() and result_files(out):
            client.call("/sdapi/v1/interrupt", {})


def test_it_ends_when_the_web_ui_is_interrupted_and_goes_on_when_given_again(options, client):
    asked, out = options
    ended = threading.Event()
    interrupting = threading.Thread(target=interrupt, args=(client, out, ended))
    interrupting.start()
    try:
        assert main(asked) == INTERRUPTED
    finally:
        ended.set()
        interrupting.join()
    before = {name: (out / name).read_bytes() for name in result_files(out)}
    assert 1 <= len(before) < 4
    assert main(asked) == WHOLE
    after = {name: (out / name).read_bytes() for name in result_files(out)}
    assert [name.partition(".")[0] for name in after] == ["a-i2i", "a-left", "b-i2i", "b-left"]
    assert before.items() <= after.items()
    assert {row.error for row in rows(out).values()} == {""}
    sizes = {Image.open(io.BytesIO(content)).size for content in after.values()}
    assert sizes == {(72, 72)}, "the photograph's own pixels, of what a square run shows"


def test_a_plain_picture_afterwards_is_as_before_byte_by_byte(options, client, untouched):
    assert client.txt2img().files == untouched.files

"""A catalogue on the workbench's own API: what the command asks for is what a web UI takes."""

from __future__ import annotations

import socket
import threading

import numpy as np
import pytest
import uvicorn
from catalogues import put_pictures, result_files, rows, spread
from PIL import Image
from samples import file_bytes, noise

from lib_iclight.shoot import looks
from lib_iclight.shoot.command import FAILED, WHOLE, main

RUN = {"prompt": "studio", "seed": 7, "steps": 1, "width": 64, "height": 64, "sampler_name": "Euler"}
OWN = {"light": "left", "remove_background": False, "result": "photograph", "photograph_size": "photograph"}


@pytest.fixture(scope="module")
def address(running):
    """Where the running workbench answers, without its page."""
    server = uvicorn.Server(uvicorn.Config(running.app, log_level="error"))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def options(tmp_path, host, address):
    """The options for two pictures, one with camera data, and what is to be relit under two looks."""
    pictures = put_pictures(tmp_path / "in", "shoes/a.png")
    exif = Image.Exif()
    exif[0x8298] = "(c) Zoe"
    (pictures / "b.jpg").write_bytes(file_bytes(Image.fromarray(noise(90, 60)), "JPEG", exif=exif))
    wanted = looks.make("own", OWN, RUN), looks.make("i2i", {"remove_background": False}, RUN, "img2img")
    chosen = ["--looks", *(str(looks.save(tmp_path, look)) for look in wanted)]
    return ["--pictures", str(pictures), *chosen, "--out", str(tmp_path / "out"), "--web-ui", address]


def test_results_are_the_web_uis_with_the_photographs_data(options, tmp_path):
    assert main(options) == WHOLE
    assert result_files(tmp_path / "out") == ["b-i2i.png", "b-own.png", "shoes/a-i2i.png", "shoes/a-own.png"]
    with Image.open(tmp_path / "out" / "b-own.png") as own:
        assert own.size == (60, 60), "of the photograph's own pixels, what the run shows"
        assert own.getexif()[0x8298] == "(c) Zoe"
        assert "Seed: 7" in own.info["parameters"]
    assert main(options) == WHOLE
    assert len((tmp_path / "out" / "catalogue.jsonl").read_text().splitlines()) == 4, "nothing was made again"


def test_what_the_extension_refuses_is_a_row_with_its_words(options, tmp_path):
    clear = Image.new("RGBA", (8, 8), (9, 9, 9, 0))
    (tmp_path / "in" / "clear.png").write_bytes(file_bytes(clear))
    assert main(options) == FAILED
    found = rows(tmp_path / "out")
    assert "The foreground is fully transparent" in found["clear.png", "own"].error
    assert not [row for (source, _), row in found.items() if row.error and source != "clear.png"]


def test_one_exposure_is_brought_about_over_the_api_too(options, tmp_path):
    assert main([*options, "--equal-exposure", "1"]) == WHOLE
    for name in ("own", "i2i"):
        found = [row for (_, look), row in rows(tmp_path / "out").items() if look == name]
        together = [tuple(np.add(row.gain, row.exposure or (0, 0, 0))) for row in found]
        assert spread(together) < spread([row.gain for row in found]) / 5
    with Image.open(tmp_path / "out" / "b-own.png") as own:
        assert (own.size, own.getexif()[0x8298], "Seed: 7" in own.info["parameters"]) == ((60, 60), "(c) Zoe", True)

"""What someone sees who runs `python dev.py demo`, up to the generation itself."""

import base64
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench import demo
from workbench.cutout import ASTRONAUT, cut_out

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def photo(tmp_path):
    """A red subject in the middle of a blue picture."""
    pixels = np.full((96, 96, 3), (20, 40, 200), np.uint8)
    pixels[30:96, 30:66] = (200, 30, 20)
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return path


def arguments(body):
    """The dict that reaches the extension's script."""
    return body["alwayson_scripts"]["IC Light"]["args"][0]


def decoded(text):
    return Image.open(io.BytesIO(base64.b64decode(text)))


@pytest.mark.parametrize(
    ("argv", "mistake"),
    [
        (["--light", "behind"], "behind"),
        (["--mode", "fd"], "fd"),
        (["--size", "100"], "is not a size"),
        (["--size", "big"], "is not a size"),
        (["--mode", "fc", "--background", "b.png"], "needs the mode fbc"),
        (["--shine"], "--shine"),
    ],
)
def test_a_wrong_option_is_named(argv, mistake, capsys):
    with pytest.raises(SystemExit) as stop:
        demo.main(argv)
    assert stop.value.code == 2
    assert mistake in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("option", ["--foreground", "--background"])
@pytest.mark.parametrize("kind", ["missing", "folder", "text", "truncated"])
def test_an_unreadable_picture_is_one_line(option, kind, tmp_path, photo, capsys):
    path = tmp_path / "given.png"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(b"no picture" if kind == "text" else photo.read_bytes()[:-60])
    assert demo.main([option, str(path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("demo: ")
    assert shown.err.count("\n") == 1
    assert str(path) in shown.err


def test_a_missing_folder_for_the_result_is_noticed_first(tmp_path, capsys):
    assert demo.main(["--out", str(tmp_path / "none" / "out.png")]) == 2
    assert capsys.readouterr().err == f"demo: there is no folder {tmp_path / 'none'} to put the result in\n"


def test_sizes():
    assert demo.size("512") == (512, 512)
    assert demo.size("328x200") == (328, 200)


def test_without_a_picture_the_astronaut_is_relit():
    body = demo.request(demo.parse([]))
    sent = decoded(arguments(body)["foreground"])
    assert (body["width"], body["height"]) == (256, 256)
    assert arguments(body)["light"] == "left"
    assert arguments(body)["remove_background"] is False
    assert sent.mode == "RGBA"


def test_the_astronaut_is_cut_out_where_she_is():
    from skimage import data

    alpha = np.asarray(cut_out(Image.fromarray(data.astronaut()), ASTRONAUT).getchannel("A"))
    assert alpha[120, 220] == 255, "her face"
    assert alpha[400, 120] == 255, "her suit"
    assert alpha[430, 380] == 255, "her helmet"
    assert alpha[10:200, 10:90].max() == 0, "the flag"
    assert alpha[40:200, 370:480].max() == 0, "the shuttle"


def test_a_cut_out_picture_is_sent_as_it_is(photo):
    cut = cut_out(Image.open(photo))
    cut.save(photo)
    foreground = arguments(demo.request(demo.parse(["--foreground", str(photo)])))["foreground"]
    assert base64.b64decode(foreground) == photo.read_bytes()


def test_without_rembg_the_middle_is_cut_out(photo, capsys):
    body = demo.request(demo.parse(["--foreground", str(photo), "--rough"]))
    alpha = np.asarray(decoded(arguments(body)["foreground"]).getchannel("A"))
    assert alpha[40:90, 34:62].min() > 240
    assert alpha[:20].max() < 16
    assert arguments(body)["remove_background"] is False
    assert "roughly" in capsys.readouterr().err


def test_with_rembg_the_product_removes_the_background(photo, monkeypatch):
    monkeypatch.setattr(demo.importlib.util, "find_spec", lambda name: object())
    given = arguments(demo.request(demo.parse(["--foreground", str(photo)])))
    assert given["remove_background"] is True
    assert base64.b64decode(given["foreground"]) == photo.read_bytes()


def test_a_background_makes_it_fbc(photo):
    body = demo.request(demo.parse(["--background", str(photo)]))
    assert arguments(body)["mode"] == "fbc"
    assert base64.b64decode(arguments(body)["background"]) == photo.read_bytes()
    assert body["cfg_scale"] == 7


@pytest.mark.parametrize("shape", [(1, 1), (40, 1), (9, 700)])
def test_any_picture_can_be_cut_out(shape):
    result = cut_out(Image.new("RGB", shape, (9, 200, 40)))
    assert (result.mode, result.size) == ("RGBA", shape)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": "ICLightError", "detail": "No light.", "message": "x"}, "No light."),
        ({"error": "ValueError", "detail": "", "message": "two\nlines"}, "two lines"),
        ({"detail": [{"loc": ["body"]}]}, "{'detail': [{'loc': ['body']}]}"),
    ],
)
def test_the_apis_reason_is_shown(answer, said):
    assert demo.reason(answer) == said


def test_an_unknown_ending_is_noticed_first(tmp_path, capsys):
    assert demo.main(["--out", str(tmp_path / "out.xyz")]) == 2
    assert "take .png" in capsys.readouterr().err


def run_demo(*argv):
    """The demo in a process of its own: one workbench can run in a process, and other tests may have theirs here."""
    program = "import sys; from workbench.demo import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, *map(str, argv)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


def test_a_picture_is_relit(photo, tmp_path):
    out = tmp_path / "relit.png"
    done = run_demo("--foreground", photo, "--rough", "--light", "right", "--size", "64", "--steps", "2", "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{out}\n"
    with Image.open(out) as picture:
        assert picture.size == (64, 64)
        assert "Steps: 2" in picture.info["parameters"]


def test_the_products_own_refusal_is_one_line(photo, tmp_path):
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(photo)
    done = run_demo("--foreground", photo, "--size", "64", "--out", tmp_path / "out.png")
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith("demo: ")
    assert "transparent" in last
    assert not (tmp_path / "out.png").exists()

"""What a user of `python dev.py demo` sees, apart from the generation itself."""

import base64
import contextlib
import io
import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from workbench import answered, asked, demo, options, result
from workbench.console import DemoError
from workbench.cutout import cut_out

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def photo(tmp_path):
    """A red subject in the middle of a blue picture."""
    pixels = np.full((96, 96, 3), (20, 40, 200), np.uint8)
    pixels[30:96, 30:66] = (200, 30, 20)
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return path


def request(*argv):
    """The body of the demo's first request with these options."""
    chosen = options.parse([str(option) for option in argv])
    background = asked.read_picture(chosen.background)[0] if chosen.background else None
    return asked.request(chosen, asked.subject(chosen.foreground), background, chosen.light[0])


def arguments(body):
    """The dict that reaches the extension's script."""
    return body["alwayson_scripts"]["IC Light"]["args"][0]


def decoded(text):
    return Image.open(io.BytesIO(base64.b64decode(text)))


@pytest.fixture
def never_started(monkeypatch):
    """Fails if the model is started: mistakes must be reported before that."""
    monkeypatch.setattr(demo, "generated", lambda *args, **kwargs: pytest.fail("the workbench was started"))


@pytest.mark.parametrize(
    ("argv", "mistake"),
    [
        (["--light", "behind"], "'behind' is none of the lights: take none, left, right, top, bottom, front, ambient"),
        (["--light", '{"version": 1, "lights": [{"angle": "up"}]}'], "light.lights[0].angle must be"),
        (["--light", '{"version": 1'], "light must be JSON"),
        (["--light", str(ROOT)], "cannot be read as a light"),
        (["--mode", "fd"], "fd"),
        (["--size", "100"], "is not a size: take photograph, or 64 to 2048"),
        (["--size", "photograph", "--result", "painting"], "a painting has the size of the run"),
        (["--size", "big"], "is not a size"),
        (["--size", "100000"], "is not a size"),
        (["--steps", "-1"], "'-1' is not a whole number from 1 to 150"),
        (["--steps", "0"], "from 1 to 150"),
        (["--steps", "1000000000"], "from 1 to 150"),
        (["--steps", "2.5"], "from 1 to 150"),
        (["--seed", "1" * 5000], "is not a whole number"),
        (["--port", "70000", "--serve"], "from 1 to 65535"),
        (["--prompt", "a \udcff"], "is not in the terminal's encoding"),
        (["--mode", "fc", "--background", "b.png"], "needs the mode fbc"),
        (["--light", "left", "--background", "b.png"], "leave --light out"),
        (["--mode", "fbc", "--light", "none"], "needs a --background or a --light"),
        (["--mode", "fbc", "--light", "left", "none"], "needs a --background or a --light"),
        (["--serve", "--light", "right", "--steps", "9"], "leave --light, --steps out"),
        (["--port", "7861"], "--port needs --serve"),
        (["--shine"], "--shine"),
    ],
)
@pytest.mark.usefixtures("never_started")
def test_a_wrong_option_is_one_line(argv, mistake, capsys):
    with pytest.raises(SystemExit) as stop:
        demo.main(argv)
    assert stop.value.code == 2
    shown = capsys.readouterr()
    assert mistake in shown.err
    assert (shown.out, shown.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("option", ["--foreground", "--background"])
@pytest.mark.parametrize("kind", ["missing", "folder", "text", "truncated"])
def test_an_unreadable_picture_is_one_line(option, kind, tmp_path, photo, capsys):
    path = tmp_path / "given.png"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(b"no picture" if kind == "text" else photo.read_bytes()[:-60])
    assert demo.main([option, str(path), "--out", str(tmp_path / "out.png")]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("demo: ")
    assert shown.err.count("\n") == 1
    assert str(path) in shown.err


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("none/out.png", "there is no folder {tmp}/none to put the result in"),
        ("out.xyz", "{tmp}/out.xyz has no ending that says what kind of picture to make; take .png"),
        ("out", "{tmp}/out has no ending"),
        ("out.psd", "{tmp}/out.psd has no ending"),
        ("folder.png", "{tmp}/folder.png is a folder"),
        ("a" * 300 + ".png", ".png cannot be written: File name too long"),
    ],
)
@pytest.mark.usefixtures("never_started")
def test_a_result_that_cannot_be_written_is_noticed_first(out, said, tmp_path, capsys):
    Image.new("L", (1, 1)).save(io.BytesIO(), "SPIDER")
    (tmp_path / "folder.png").mkdir()
    assert demo.main(["--out", str(tmp_path / out)]) == 2
    shown = capsys.readouterr().err
    assert said.format(tmp=tmp_path) in shown
    assert shown.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


@pytest.mark.usefixtures("never_started")
def test_a_folder_that_cannot_be_written_is_noticed_first(tmp_path, monkeypatch, capsys):
    def refused(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(result.Path, "open", refused)  # root may write everywhere
    assert demo.main(["--out", str(tmp_path / "out.png")]) == 2
    assert capsys.readouterr().err == f"demo: nothing can be written into the folder {tmp_path}: Permission denied\n"


@pytest.mark.usefixtures("never_started")
def test_a_prompt_that_the_kind_of_file_cannot_hold_is_noticed_first(tmp_path, capsys):
    assert demo.main(["--prompt", "sun " * 20_000, "--out", str(tmp_path / "out.jpg")]) == 2
    assert "cannot write out.jpg" in capsys.readouterr().err


@pytest.mark.usefixtures("never_started")
def test_a_fully_transparent_picture_is_noticed_first(tmp_path, capsys):
    path = tmp_path / "clear.png"
    Image.new("RGBA", (64, 64)).save(path)
    assert demo.main(["--foreground", str(path), "--out", str(tmp_path / "out.png")]) == 2
    assert capsys.readouterr().err == f"demo: {path} is fully transparent: there is nothing to relight\n"


def test_a_port_that_is_taken_is_noticed_first(monkeypatch, capsys):
    monkeypatch.setattr("workbench.launch.main", lambda argv: pytest.fail("the workbench was started"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert demo.main(["--serve", "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot be opened on port" in capsys.readouterr().err


def test_sizes():
    assert options.size("512") == (512, 512)
    assert options.size("328x200") == (328, 200)


@pytest.mark.parametrize("name", ["none", "left", "right", "top", "bottom", "front", "ambient"])
def test_every_light_has_a_name(name):
    assert arguments(request("--light", name))["light"] == name


def test_a_light_is_described_in_place_or_in_a_file(tmp_path):
    described = {"version": 1, "lights": [{"angle": 30, "colour": "#ff8800"}]}
    path = tmp_path / "lamp.json"
    path.write_text(json.dumps(described), encoding="utf-8")
    for given in (json.dumps(described), str(path)):
        assert arguments(request("--light", given))["light"] == described


def test_without_a_picture_the_astronaut_is_relit():
    body = request()
    sent = decoded(arguments(body)["foreground"])
    assert (body["width"], body["height"]) == (256, 256)
    assert options.parse([]).light == ["left", "right", "top", "bottom"]
    assert arguments(body)["result"] == "photograph"
    assert (sent.mode, sent.size) == ("RGB", (512, 512))


@pytest.mark.parametrize(
    ("argv", "run", "size"),
    [
        ([], (256, 256), "photograph"),
        (["--size", "photograph"], (256, 256), "photograph"),
        (["--size", "320x192"], (320, 192), None),
        (["--result", "painting"], (256, 256), None),
    ],
)
def test_the_photographs_own_size_is_the_default_for_a_photograph(argv, run, size):
    body = request(*argv)
    assert (body["width"], body["height"]) == run
    assert arguments(body).get("photograph_size") == size


@pytest.mark.parametrize(
    ("photograph", "run"),
    [((600, 400), (384, 256)), ((4000, 6000), (256, 384)), ((50, 50), (256, 256)), ((9, 700), (256, 1024))],
)
def test_a_run_has_about_the_photographs_proportions(photograph, run):
    assert asked.run_size(*photograph) == run


def test_a_photograph_keeps_its_own_background_where_it_has_one(photo, tmp_path):
    cut = tmp_path / "cut.png"
    Image.new("RGBA", (64, 64), (200, 30, 20, 255)).resize((32, 64)).crop((-16, 0, 48, 64)).save(cut)
    asked_for = [
        arguments(request(*argv)).get("photograph_background")
        for argv in (
            ["--foreground", photo],
            ["--foreground", cut],
            ["--foreground", photo, "--background", photo],
            ["--foreground", photo, "--result", "painting"],
        )
    ]
    assert asked_for == ["relit", None, None, None]


def test_a_picture_is_sent_as_it_is(photo):
    foreground = arguments(request("--foreground", photo))["foreground"]
    assert base64.b64decode(foreground) == photo.read_bytes()


def test_a_background_makes_it_fbc(photo):
    body = request("--background", photo)
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
    assert answered.reason(answer) == said


def run_demo(*argv):
    """Run the demo in a separate process: only one workbench can run per process, and other tests use it here."""
    program = "import sys; from workbench.demo import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, *map(str, argv)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


def test_a_picture_is_relit(photo, tmp_path):
    out = tmp_path / "relit.png"
    out.write_bytes(b"the one before")
    done = run_demo("--foreground", photo, "--rough", "--light", "front", "--steps", "2", "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{out}\n"
    assert "demo: the cut-out is rough (it was requested)" in done.stderr
    assert done.stderr.count("toy") == 1
    painting = tmp_path / "relit-painting.png"
    assert f"demo: before: {photo}; after: {out}; painting: {painting}\n" in done.stderr
    with Image.open(out) as picture:
        assert picture.size == (96, 96), "the photograph's"
        assert "Steps: 2" in picture.info["parameters"]
        assert "IC Light direction: front" in picture.info["parameters"]
    with Image.open(painting) as picture:
        assert picture.size == (256, 256), "the run's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photo.png", "relit-painting.png", "relit.png"]


def test_the_demos_own_photograph_is_cut_out_along_its_outline(tmp_path):
    done = run_demo("--steps", "1", "--light", "left", "--out", tmp_path / "relit.png")
    assert done.returncode == 0, done.stderr
    assert "cut out along an outline drawn by hand" in done.stderr
    assert "rough" not in done.stderr.replace("its light is rough", "")
    with Image.open(tmp_path / "relit.png") as relit, Image.open(tmp_path / "relit-before.png") as before:
        assert relit.size == before.size == (512, 512)


def test_several_lights_make_a_sheet(photo, tmp_path):
    out = tmp_path / "sheet.png"
    lights = ("--light", "left", "right", "--light", "top")
    done = run_demo("--foreground", photo, "--rough", *lights, "--size", "64", "--steps", "1", "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{out}\n"
    assert done.stderr.count("starting the workbench") == 1
    assert done.stderr.count("the cut-out is rough") == 1
    with Image.open(out) as picture:
        assert picture.width == 4 * 64 + 5 * 2, "the photograph and three lights"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photo.png", "sheet-painting.png", "sheet.png"]


def test_the_demos_own_photograph_is_put_beside_the_result(tmp_path, monkeypatch, made, capsys):
    monkeypatch.setattr(demo, "generated", lambda *args, **kwargs: [[made, made]])
    out = tmp_path / "relit.jpg"
    assert demo.main(["--light", "left", "--out", str(out)]) == 0
    before = tmp_path / "relit-before.jpg"
    assert f"before: {before}; " in capsys.readouterr().err
    with Image.open(before) as picture:
        assert picture.size == (512, 512)


def test_a_painting_has_no_second_painting_beside_it(photo, tmp_path, monkeypatch, made, capsys):
    monkeypatch.setattr(demo, "generated", lambda *args, **kwargs: [[made]])
    out = tmp_path / "relit.png"
    assert demo.main(["--foreground", str(photo), "--result", "painting", "--out", str(out)]) == 0
    assert f"before: {photo}; after: {out}\n" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photo.png", "relit.png"]


class Refusing:
    """A workbench that refuses every request, as the extension does."""

    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass

    def txt2img(self, **request):
        body = {"error": "ICLightError", "detail": "No\nlight.", "body": "", "message": "x"}
        return httpx.Response(422, json=body)


def test_the_products_own_refusal_is_one_line_and_costs_no_file(photo, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("workbench.session.Workbench", Refusing)
    monkeypatch.setattr(answered, "progress", lambda steps: contextlib.nullcontext())
    out = tmp_path / "out.png"
    out.write_bytes(b"the one before")
    assert demo.main(["--foreground", str(photo), "--out", str(out)]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == "demo: No light."
    assert out.read_bytes() == b"the one before"


@pytest.fixture
def made():
    """The host's result: a PNG with its generation parameters."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("parameters", "sunshine, é 光\nSteps: 2, Seed: 7")
    buffer = io.BytesIO()
    Image.fromarray(np.full((40, 64, 3), (200, 120, 30), np.uint8)).save(buffer, "PNG", pnginfo=texts)
    return buffer.getvalue()


@pytest.mark.parametrize("ending", [".png", ".jpg", ".jpeg", ".webp", ".JPG", ".gif"])
def test_every_kind_of_file_keeps_the_generation_parameters(ending, made, photo, tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "generated", lambda *args, **kwargs: [[made]])
    out = tmp_path / f"out{ending}"
    assert demo.main(["--foreground", str(photo), "--out", str(out)]) == 0
    with Image.open(out) as picture:
        assert picture.size == (64, 40)
        assert parameters(picture) == "sunshine, é 光\nSteps: 2, Seed: 7"


def parameters(picture):
    """The parameters as web UIs read them: a PNG's text, or EXIF's UserComment."""
    comment = picture.getexif().get_ifd(0x8769).get(0x9286)
    if comment:
        assert comment.startswith(b"UNICODE\0")
        return comment[8:].decode("utf_16_be")
    return picture.info.get("parameters") or picture.info["comment"].decode()


@pytest.mark.parametrize("end", [DemoError("no light"), RuntimeError("out of memory"), KeyboardInterrupt()])
def test_a_run_that_fails_leaves_the_old_file_and_nothing_else(end, photo, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise end

    monkeypatch.setattr(demo, "generated", fail)
    out = tmp_path / "out.jpg"
    out.write_bytes(b"the one before")
    try:
        status = demo.main(["--foreground", str(photo), "--out", str(out)])
    except RuntimeError:
        status = 1
    assert status == {DemoError: 2, RuntimeError: 1, KeyboardInterrupt: 130}[type(end)]
    assert out.read_bytes() == b"the one before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jpg", "photo.png"]

"""The script *IC Light: catalogue*, in whole runs on the workbench."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from catalogues import spread
from cloths import BODY, cut_out_cloth, encoded, pixels_of
from PIL import Image

from lib_iclight.shoot import looks
from workbench.session import images

TITLE = "IC Light: catalogue"
RUN = {name: value for name, value in BODY.items() if name != "prompt"} | {"prompt": "a vase"}
LOOKS = [
    looks.make("left", {"light": "left", "result": "photograph", "photograph_size": "photograph"}, RUN),
    looks.make("warm", {"light": {"version": 1, "lights": [{"angle": 90, "kelvin": 3000}]}}, RUN | {"seed": -1}),
]


class Shop:
    """Pictures, looks and results of a test."""

    def __init__(self, host, folder):
        self.host, self.pictures, self.out = host, folder / "pictures", folder / "out"
        self.looks = host.settings.data_dir / "outputs" / "txt2img-images" / "light-looks"
        (self.pictures / "small").mkdir(parents=True)
        for look in LOOKS:
            looks.save(self.looks, look, overwrite=True)

    def put(self, name: str, hue: int, side: int = 96) -> None:
        exif = Image.Exif()
        exif[0x010F] = "a camera"
        cut_out_cloth(hue, side).save(self.pictures / f"{name}.png", exif=exif)

    def ask(self, names="", equal=0.0, chosen=("left", "warm"), pictures=None, files=None, **body):
        args = [str(pictures or self.pictures), files, [*chosen], str(self.out), names, equal, False, True]
        return self.host.txt2img(**{**BODY, "script_name": TITLE, "script_args": args, **body})

    def run(self, **asked) -> tuple[list[Image.Image], str]:
        """The pictures, and what is said of the catalogue."""
        answer = self.ask(**asked)
        assert answer.status_code == 200, answer.text
        return images(answer), json.loads(answer.json()["info"])["infotexts"][0]

    def rows(self) -> dict[tuple[str, str], dict]:
        lines = (self.out / "catalogue.jsonl").read_text("utf-8").splitlines()
        return {(row["source"], row["look"]): row for row in map(json.loads, lines)}

    def files(self) -> dict[str, bytes]:
        paths = [path for path in self.out.rglob("*.png") if ".catalogue" not in path.parts]
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in paths if path.stem != "catalogue"}


def opened(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file))


@pytest.fixture
def shop(host, tmp_path):
    made = Shop(host, tmp_path)
    made.put("red", 0)
    made.put("small/green", 1, 80)
    return made


@pytest.fixture
def counted(monkeypatch):
    """How many runs were made; ``act`` is called after each with its number."""
    from modules import processing

    runs, process = [], processing.process_images

    def count(p):
        result = process(p)
        runs.append(p.seed)
        act.now(len(runs))
        return result

    class act:
        now = staticmethod(lambda number: None)

    monkeypatch.setattr(processing, "process_images", count)
    return runs, act


def test_every_picture_is_relit_under_every_look_with_its_fields(shop, host):
    sheet, *results = shop.run()[0]
    assert sorted(shop.files()) == ["red-left.png", "red-warm.png", "small/green-left.png", "small/green-warm.png"]
    assert len(results) == 4
    assert sheet.width > results[0].width
    left = opened(shop.files()["red-left.png"])
    assert (left.size, left.getexif()[0x010F]) == ((96, 96), "a camera")
    assert "a vase" in left.info["parameters"]
    given = {**LOOKS[0].request, "foreground": encoded(cut_out_cloth(0, 96))}
    own = images(host.txt2img(**RUN, alwayson_scripts={"IC Light": {"args": [given]}}))[0]
    np.testing.assert_array_equal(pixels_of(left), pixels_of(own))
    rows = shop.rows()
    assert rows["red.png", "left"]["seed"] == 5
    assert rows["red.png", "warm"]["seed"] not in (-1, 5, rows["small/green.png", "warm"]["seed"])
    assert not [*host.settings.data_dir.glob("outputs/**/*vase*")]
    table = csv.DictReader(io.StringIO((shop.out / "catalogue.csv").read_text("utf-8-sig")))
    assert [row["result"] for row in table] == [row["result"] for row in rows.values()]


def test_what_is_done_is_skipped_and_a_bad_picture_is_a_row_with_its_reason(shop, counted):
    (shop.pictures / "bad.png").write_bytes(b"no picture")
    runs, _ = counted
    info = shop.run()[1]
    before = shop.files()
    assert "Of 6 results 4 were made now, 0 were there already, 2 failed, 0 are left." in info
    assert "The manifest is" in info
    assert "bad.png" in shop.rows()["bad.png", "left"]["error"]
    again, info = shop.run()
    assert (len(runs), shop.files()) == (4, before)
    assert "0 were made now, 4 were there already, 2 failed" in info
    assert len(again) == 5


def test_interrupt_keeps_what_is_done_and_the_same_run_goes_on(shop, counted):
    from modules import shared

    runs, act = counted
    act.now = lambda number: shared.state.interrupt() if number == 2 else None
    assert "1 were made now, 0 were there already, 0 failed, 3 are left" in shop.run()[1]
    (first,) = shop.files().items()
    assert "3 were made now, 1 were there already, 0 failed, 0 are left" in shop.run()[1]
    assert first in shop.files().items()
    assert (len(runs), len(shop.files())) == (5, 4)


def test_exposures_are_brought_together_afterwards_without_another_run(shop, counted):
    for hue in (2, 3):
        shop.put(f"more-{hue}", hue)
    shop.run(chosen=["left"])
    before, runs = shop.files(), len(counted[0])
    gains = [row["gain"] for row in shop.rows().values()]
    info = shop.run(equal=1.0, chosen=["left"])[1]
    assert len(counted[0]) == runs
    assert "brought to the exposure of the set" in info
    rows = shop.rows().values()
    measured = [np.add(row["gain"], row["exposure"] or (0, 0, 0)) for row in rows]
    assert spread(measured) < spread(gains) / 5
    changed = [name for name, file in shop.files().items() if before[name] != file]
    assert changed
    kept = opened(shop.files()[changed[0]])
    assert (kept.getexif()[0x010F], "a vase" in kept.info["parameters"]) == ("a camera", True)
    shop.run(chosen=["left"])
    assert {name: pixels_of(opened(file)).tobytes() for name, file in shop.files().items()} == {
        name: pixels_of(opened(file)).tobytes() for name, file in before.items()
    }


def test_without_looks_the_form_is_the_look_and_uploads_are_taken(shop):
    scripts = {"IC Light": {"args": [{"light": "right", "result": "photograph", "layers": "psd"}]}}
    shop.run(chosen=[], files=[str(shop.pictures / "red.png")], pictures=" ", alwayson_scripts=scripts)
    ((name, file),) = shop.files().items()
    assert (name, "IC Light direction: right" in opened(file).info["parameters"]) == ("red-form.png", True)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"chosen": ["gone"]}, "There is no look 'gone.json'"),
        ({"pictures": "/not/there"}, "There is no folder or file"),
        ({"names": "[what]"}, "unknown"),
        ({"equal": 2}, "Equal exposure must be a number from 0 to 1, not 2"),
        ({"chosen": ["elsewhere"]}, "is one of img2img. Use it there."),
        ({"chosen": ["odd"]}, "has the field run.made_up, which this web UI lacks"),
    ],
    ids=["look", "folder", "names", "exposure", "tab", "field"],
)
def test_what_cannot_be_begun_is_refused_with_the_reason(shop, asked, reason):
    looks.save(shop.looks, looks.make("elsewhere", {}, {}, "img2img"), overwrite=True)
    looks.save(shop.looks, looks.make("odd", {}, {"made_up": 1}), overwrite=True)
    answer = shop.ask(**asked)
    assert (answer.status_code, reason in answer.text) == (422, True), answer.text
    assert not shop.out.exists()


def test_where_folders_may_not_be_named_they_are_refused(shop, monkeypatch):
    from modules import shared

    monkeypatch.setattr(shared.cmd_opts, "hide_ui_dir_config", True, raising=False)
    answer = shop.ask()
    assert (answer.status_code, "--hide-ui-dir-config" in answer.text) == (422, True)


def test_without_one_result_the_reasons_are_told(shop):
    for picture in shop.pictures.rglob("*.png"):
        picture.write_bytes(b"no picture")
    answer = shop.ask(chosen=["left"])
    assert (answer.status_code, "There is no result of the catalogue." in answer.text) == (422, True)


def test_a_look_of_img2img_takes_the_picture_as_its_own(shop, host):
    look = looks.make("own light", {"light": "left"}, RUN | {"denoising_strength": 0.9}, "img2img")
    looks.save(shop.looks, look, overwrite=True)
    args = [str(shop.pictures), None, ["own light"], str(shop.out), "", 0, False, False]
    body = {"init_images": [encoded(cut_out_cloth(2))], "denoising_strength": 0.5}
    answer = host.img2img(**BODY, **body, script_name=TITLE, script_args=args)
    assert answer.status_code == 200, answer.text
    made = opened(shop.files()["red-own light.png"])
    given = {"init_images": [encoded(cut_out_cloth(0, 96))], "denoising_strength": 0.9}
    own = host.img2img(**RUN, **given, alwayson_scripts={"IC Light": {"args": [{"light": "left"}]}})
    np.testing.assert_array_equal(pixels_of(made), pixels_of(images(own)[0]))


def test_a_run_afterwards_is_as_it_was_before(shop, host):
    plain = lambda: host.txt2img(**BODY).json()["images"]  # noqa: E731
    before = plain()
    shop.run(equal=1.0)
    assert plain() == before


def test_a_setting_that_the_web_ui_has_never_saved_is_afterwards_as_before(shop, monkeypatch):
    from modules.options import OptionInfo
    from modules.shared import opts

    monkeypatch.setattr(opts, "data", {**opts.data})
    monkeypatch.setitem(opts.data_labels, "save_txt", OptionInfo(True, "Save a text file beside each picture"))
    shop.run()
    assert opts.save_txt

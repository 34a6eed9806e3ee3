"""The catalogue on a real web UI: six pictures under two looks, interrupted, gone on with, in one exposure."""

from __future__ import annotations

import io
import json
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from catalogues import spread
from forge import compatibility
from forge.client import SCRIPT, SMALL
from PIL import Image
from samples import file_bytes

from lib_iclight.shoot import looks
from lib_iclight.shoot.over_api import web_ui
from lib_iclight.shoot.task import Task

pytestmark = pytest.mark.slow

TITLE = "IC Light: catalogue"
RUN = {name: value for name, value in SMALL.items() if name != "save_images"} | {"steps": 2}
PHOTOGRAPH = {"light": "left", "result": "photograph", "photograph_size": "photograph"}
LOOKS = [looks.make("left", PHOTOGRAPH, RUN), looks.make("right", {**PHOTOGRAPH, "light": "right"}, RUN)]


class Shop:
    """Six pictures, two looks, and the results."""

    def __init__(self, forge, client, folder):
        self.client, self.pictures, self.out = client, folder / "pictures", folder / "out"
        (self.pictures / "small").mkdir(parents=True)
        for number in range(6):
            name = f"{'small/' if number > 3 else ''}picture {number}.png"
            (self.pictures / name).write_bytes(file_bytes(ball(number)))
        self.settings_before = options = self.settings()
        samples = Path(options.get("outdir_samples") or options["outdir_txt2img_samples"])
        for look in LOOKS:
            looks.save(forge.models.parent / samples / "light-looks", look, overwrite=True)

    def settings(self) -> dict:
        return self.client.call("/sdapi/v1/options")[1]

    def ask(self, equal=0.0):
        args = [str(self.pictures), None, ["left", "right"], str(self.out), "", equal, False, True]
        return self.client.call("/sdapi/v1/txt2img", {**SMALL, "script_name": TITLE, "script_args": args})

    def run(self, equal=0.0) -> str:
        status, answer = self.ask(equal)
        assert status == 200, answer
        return json.loads(answer["info"])["infotexts"][0]

    def rows(self) -> list[dict]:
        found = map(json.loads, (self.out / "catalogue.jsonl").read_text("utf-8").splitlines())
        return [*{(row["source"], row["look"]): row for row in found}.values()]

    def files(self) -> dict[str, bytes]:
        paths = [path for path in self.out.rglob("*.png") if ".catalogue" not in path.parts]
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in paths if path.stem != "catalogue"}


def ball(number: int) -> Image.Image:
    """A ball on transparency, each brighter than the last."""
    y, x = np.mgrid[:80, :80]
    pixels = np.stack([x + 20 * number, y + 10 * number, x // 2 + y // 2], -1) % 200 + 30
    alpha = np.where(np.hypot(x - 40, y - 40) < 30, 255, 0)
    return Image.fromarray(np.dstack([pixels, alpha]).astype(np.uint8))


@pytest.fixture(scope="module")
def shop(forge, client, untouched, tmp_path_factory):
    return Shop(forge, client, tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def interrupted(shop):
    """What was there when the second picture was interrupted."""
    said = []
    job = threading.Thread(target=lambda: said.append(shop.run()))
    job.start()
    while job.is_alive():
        state = shop.client.call("/sdapi/v1/progress?skip_current_image=true")[1]["state"]
        if shop.files() and state["sampling_step"] >= 1:
            shop.client.call("/sdapi/v1/interrupt", {})
            break
        time.sleep(0.05)
    job.join()
    return shop.files(), said[0]


@pytest.fixture(scope="module")
def whole(shop, interrupted):
    """What is said of the whole catalogue, and its files."""
    return shop.run(), shop.files()


@pytest.fixture(autouse=True)
def _row(request, forge_home):
    """This test's result, which goes into the table whether it passes or not."""
    failed = request.session.testsfailed
    yield
    what = request.node.name.removeprefix("test_").replace("_", " ")
    result = "passed" if request.session.testsfailed == failed else "failed"
    compatibility.record(forge_home, "Catalogue", {"what": what, "figures": "", "result": result})


def test_interrupt_keeps_what_is_done(interrupted):
    files, said = interrupted
    assert 1 <= len(files) < 12
    assert f"Of 12 results {len(files)} were made now" in said


def test_the_same_run_goes_on_until_twelve_are_there(interrupted, whole):
    before, (said, files) = interrupted[0], whole
    assert f"{len(before)} were there already, 0 failed, 0 are left" in said
    assert len(files) == 12
    assert before.items() <= files.items()
    assert {Image.open(io.BytesIO(file)).size for file in files.values()} == {(80, 80)}


def test_a_result_is_the_relight_by_itself(client, shop, whole):
    given = {**PHOTOGRAPH, "foreground": looks.inside((shop.pictures / "picture 2.png").read_bytes())}
    own = client.txt2img(given, steps=2)
    made = Image.open(io.BytesIO(whole[1]["picture 2-left.png"]))
    np.testing.assert_array_equal(np.asarray(made.convert("RGB")), own.pixels)


def test_a_program_is_answered_the_same_over_the_api(forge, shop, whole):
    content = (shop.pictures / "picture 2.png").read_bytes()
    task = Task("picture 2.png", LOOKS[0], 1, "key", SMALL["seed"], "", content, (80, 80))
    relit = web_ui(forge.url, keeps_painting=True).relight(task)
    made = Image.open(io.BytesIO(whole[1]["picture 2-left.png"])).convert("RGB")
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(relit.content)).convert("RGB")), np.asarray(made))
    row = next(row for row in shop.rows() if (row["source"], row["look"]) == ("picture 2.png", "left"))
    assert relit.gain == pytest.approx(row["gain"])


def test_exposures_are_brought_together_and_nothing_is_relit(shop, whole):
    assert "0 were made now, 12 were there already" in shop.run(equal=1.0)
    for look in ("left", "right"):
        rows = [row for row in shop.rows() if row["look"] == look]
        after = [np.add(row["gain"], row["exposure"] or (0, 0, 0)) for row in rows]
        assert spread(after) < spread([row["gain"] for row in rows]) / 5


def test_a_plain_picture_afterwards_is_as_before_byte_by_byte(client, untouched, shop, whole):
    assert client.txt2img().files == untouched.files
    assert SCRIPT not in client.txt2img().infotext


def test_settings_that_were_never_saved_are_afterwards_as_before(shop, whole):
    after = shop.settings()
    names = {name for name in (*shop.settings_before, *after) if name.startswith(("save_", "samples_"))}
    assert {name: after.get(name) for name in names} == {name: shop.settings_before.get(name) for name in names}

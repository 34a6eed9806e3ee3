"""A set is brought to one exposure and white without relighting anything again, and can be added to."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from catalogues import spread
from PIL import Image

from lib_iclight.errors import InterruptedRunError
from lib_iclight.picture.srgb import srgb_to_linear
from lib_iclight.restore.exposure import exposed_pixels
from lib_iclight.shoot.equalising import PAINTING, equalise, painting_file
from lib_iclight.shoot.exposure import MOST, brought, meeting_point
from lib_iclight.shoot.job import Job
from lib_iclight.shoot.looks import make
from lib_iclight.shoot.manifest import Manifest
from lib_iclight.shoot.same_kind import with_pixels
from lib_iclight.shoot.sources import found
from lib_iclight.shoot.task import Relit, one_by_one

LOOKS = [make("warm", {"light": "left"}, {"seed": 1}), make("cold", {"light": "right"}, {"seed": 1})]
# What the model paints each picture brighter and redder, by its name.
PAINTED = {"a": (0.3, 0.1, -0.2), "b": (-0.4, -0.3, -0.1), "c": (0.1, 0.0, 0.1), "d": (-0.1, 0.2, 0.0)}


def pixels_of(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def gain_of(photograph: np.ndarray, result: np.ndarray) -> tuple[float, float, float]:
    ratio = srgb_to_linear(result / 255) / srgb_to_linear(photograph / 255)
    return tuple(float(value) for value in np.median(np.log(ratio), axis=(0, 1)))


class Shop:
    """A folder of pictures and one of results; what is relit and made again is counted."""

    def __init__(self, folder):
        self.pictures, self.out = folder / "pictures", folder / "out"
        self.pictures.mkdir()
        self.relit, self.again = [], []

    def put(self, *names: str) -> None:
        for name in names:
            noise = np.random.default_rng(ord(name)).integers(60, 120, (24, 24, 3), dtype=np.uint8)
            Image.fromarray(noise).save(self.pictures / f"{name}.png")

    def relight(self, task) -> Relit:
        self.relit.append(task.source)
        photograph = pixels_of(task.content)
        factor = 0.5 if task.look.name == "cold" else 1.0
        painting = exposed_pixels(photograph, [factor * value for value in PAINTED[task.source[0]]])
        return Relit(painting_file(painting), beside={PAINTING: painting_file(painting)})

    def make_again(self, task, painting, exposure, whole):
        self.again.append((task.source, whole))
        gain = gain_of(pixels_of(task.content), painting)
        return gain, exposed_pixels(painting, exposure) if whole else None

    def run(self, strength: float, interrupted=lambda: False):
        self.relit.clear(), self.again.clear()
        with Manifest(self.out) as manifest:
            job = Job(found([self.pictures]), LOOKS, manifest)
            assert job.run(one_by_one(self.relight)).is_whole
            done = equalise(job, self.make_again, strength, interrupted)
            assert all(manifest.is_there(row) for row in manifest.rows())
        return done

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.out.glob("*.png")}

    def spread(self, look: str) -> float:
        names = [path.stem for path in self.pictures.glob("*.png")]
        photographs = {name: pixels_of((self.pictures / f"{name}.png").read_bytes()) for name in names}
        results = {name: pixels_of((self.out / f"{name}-{look}.png").read_bytes()) for name in names}
        return spread([gain_of(photographs[name], results[name]) for name in names])


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    made.put("a", "b", "c")
    return made


def test_the_medians_of_a_set_are_brought_together_look_by_look(shop):
    shop.run(0.0)
    before = {look.name: shop.spread(look.name) for look in LOOKS}
    assert shop.run(0.5).brought > 0
    half = {look.name: shop.spread(look.name) for look in LOOKS}
    shop.run(1.0)
    assert shop.relit == []
    for name, apart in before.items():
        assert shop.spread(name) < apart / 5
        assert half[name] == pytest.approx(apart / 2, rel=0.1)


def test_no_strength_takes_it_back_to_the_last_byte(shop):
    shop.run(0.0)
    before = shop.files()
    assert shop.again == []
    shop.run(1.0)
    assert shop.files() != before
    shop.run(0.0)
    assert {name: pixels_of(file).tobytes() for name, file in shop.files().items()} == {
        name: pixels_of(file).tobytes() for name, file in before.items()
    }


def test_given_again_nothing_is_made_and_a_late_picture_comes_to_the_others(shop):
    shop.run(1.0)
    before = shop.files()
    assert shop.run(1.0).brought == 0
    assert (shop.relit, shop.files()) == ([], before)
    shop.put("d")
    assert shop.run(1.0).brought == 2
    assert (shop.relit, {name: shop.files()[name] for name in before}) == (["d.png"] * 2, before)
    assert shop.spread("warm") < 0.02


def test_interrupted_it_is_gone_on_with(shop):
    left = iter([False, False, False, False, True])
    with pytest.raises(InterruptedRunError):
        shop.run(1.0, lambda: next(left))
    assert len(shop.again) == 4
    shop.run(1.0)
    assert shop.relit == []
    assert shop.spread("warm") < 0.02


def test_the_manifest_says_what_each_light_was_and_what_it_was_multiplied_by(shop):
    shop.run(1.0)
    rows = [json.loads(line) for line in (shop.out / "catalogue.jsonl").read_text().splitlines()]
    last = {row["source"]: row for row in rows if row["look"] == "warm"}
    assert last["a.png"]["gain"] == pytest.approx(PAINTED["a"], abs=0.03)
    meeting = np.median([PAINTED[name] for name in "abc"], axis=0)
    assert last["a.png"]["exposure"] == pytest.approx(meeting - PAINTED["a"], abs=0.03)
    assert "exposure_red" in (shop.out / "catalogue.csv").read_text("utf-8-sig").splitlines()[0]


def test_what_cannot_be_made_again_stays_and_is_named(shop):
    shop.run(0.0)
    before = shop.files()
    for painting in (shop.out / ".catalogue").glob(f"*{PAINTING}"):
        painting.unlink()
    done = shop.run(1.0)
    assert (done.lacking, done.brought, shop.files()) == (6, 0, before)


def test_a_damaged_painting_is_named_and_the_others_are_brought_together(shop):
    shop.run(0.0)
    (painting, *_) = sorted((shop.out / ".catalogue").glob(f"*{PAINTING}"))
    painting.write_bytes(painting.read_bytes()[:40])
    done = shop.run(1.0)
    assert (len(done.problems), "painting is damaged" in done.problems[0]) == (1, True)
    assert done.brought > 0


def test_nothing_is_moved_by_more_than_two_stops():
    assert meeting_point([(0, 1, 5), (1, 0, 4), (9, 2, 6)]) == (1, 1, 5)
    assert brought((-9.0, 0.0, 0.5), (1.0, 0.0, 0.0), 0.5) == (0.5 * MOST, 0.0, -0.25)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("JPEG", {"quality": 80}), ("WEBP", {"lossless": True}), ("WEBP", {"quality": 80})],
    ids=str,
)
def test_a_result_keeps_its_kind_and_what_it_says(kind, options):
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    file, pixels = (
        io.BytesIO(),
        np.random.default_rng(1).integers(0, 255, (2, 2, 3), dtype=np.uint8).repeat(16, 0).repeat(16, 1),
    )
    Image.fromarray(pixels).save(file, kind, exif=exif, **options)
    again = with_pixels(file.getvalue(), 255 - pixels)
    with Image.open(io.BytesIO(again)) as image:
        assert (image.format, image.getexif()[0x010F]) == (kind, "a camera")
        difference = np.abs(np.asarray(image.convert("RGB")).astype(int) - (255 - pixels))
    assert difference.max() == 0 if kind == "PNG" or "lossless" in options else difference.mean() < 12

"""What a result is compared with is kept for the latest results, and found only by whoever knows the result."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from asking import all_pixels_of, ask
from hooked import CUT_OUT, begin
from PIL import Image
from samples import encoded, file_bytes, noise, plain

from lib_iclight.hosts import comparisons, run_context
from lib_iclight.hosts.comparisons import BEFORE, LONGER_SIDE, PAINTING, Comparisons, Kept
from lib_iclight.picture.arrays import Picture
from lib_iclight.picture.origin import Origin
from lib_iclight.subject.placement import Placement
from lib_iclight.subject.prepare import Framing, Subject

RED, BLUE, GREEN = ((200, 30, 30), (30, 30, 200), (30, 160, 30))


def pixels(colour, width=32, height=16) -> np.ndarray:
    return np.asarray(plain(colour, width, height))


def subject(colour=RED, alpha=None) -> Subject:
    rgb = pixels(colour)
    return Subject(Picture(rgb, alpha, "digest"), alpha, rgb, rgb, f"{colour}{alpha is None}")


def processed(*texts, job="20260101120000", first=0) -> SimpleNamespace:
    return SimpleNamespace(infotexts=[*["a grid"] * first, *texts], job_timestamp=job, index_of_first_image=first)


def shown(file: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file))).astype(int)


def is_of(file: Kept | None, colour) -> bool:
    return file is not None and np.abs(shown(file.content) - colour).max() <= 3


@pytest.fixture
def store():
    return Comparisons()


@pytest.fixture
def keep(store):
    """Keeps a run of one result in the store."""

    def keep(text="its text", painting=BLUE, result=GREEN, user=None, of=None, second=False, **about):
        p = SimpleNamespace(batch_size=1, user=user, txt2img_upscale=second)
        painted = pixels(painting)
        made = painted if result is None else pixels(result)
        compared = store.compared(p, of or subject(), 0, painted, made)
        store.keep(p, processed(text, **about), {0: compared}, {})
        return about.get("job", "20260101120000"), text

    return keep


def test_a_result_is_compared_with_the_photograph_and_the_painting(store, keep):
    job, text = keep()
    assert is_of(store.file(job, text, BEFORE, ""), RED)
    assert is_of(store.file(job, text, PAINTING, ""), BLUE)


def test_a_painting_is_compared_with_the_photograph_alone(store, keep):
    job, text = keep(result=None)
    assert is_of(store.file(job, text, BEFORE, ""), RED)
    assert store.file(job, text, PAINTING, "") is None


def test_nothing_is_found_without_the_exact_text_and_time(store, keep):
    job, text = keep()
    for other in ((job, text + " "), (job, ""), ("20260101120001", text), ("", text), (text, job)):
        assert store.file(*other, BEFORE, "") is None


def test_whoever_is_logged_in_gets_only_what_is_theirs(store, keep):
    job, text = keep(user="anna")
    assert store.file(job, text, BEFORE, "anna") is not None
    assert store.file(job, text, BEFORE, "ben") is None
    assert store.file(job, text, BEFORE, "") is None


def test_a_grid_before_the_results_shifts_their_texts(store, keep):
    job, text = keep(first=1)
    assert store.file(job, text, BEFORE, "") is not None
    assert store.file(job, "a grid", BEFORE, "") is None


def test_a_second_pass_of_its_own_is_found_by_its_text_whatever_job_the_page_names(store, keep):
    _, text = keep(second=True, user="anna")
    assert is_of(store.file("20250101120000", text, BEFORE, "anna"), RED)
    assert store.file("20250101120000", text + " ", BEFORE, "anna") is None
    assert store.file("20250101120000", text, BEFORE, "ben") is None


def test_the_file_that_was_in_the_slot_is_given_back_as_it_was(store, keep, tmp_path):
    content = file_bytes(plain(RED))
    path = tmp_path / "photo.png"
    path.write_bytes(content)
    for file in (content, path):
        picture = Picture(pixels(RED), None, "digest", Origin(file=file))
        job, text = keep(of=replace(subject(), picture=picture))
        assert store.file(job, text, "foreground", "") == Kept(content, "image/png")
        assert store.file(job, text, "background", "") is None
    path.unlink()
    assert store.file(job, text, "foreground", "") is None


def test_img2imgs_own_picture_is_given_back_with_the_same_pixels_unless_it_is_large(store, monkeypatch):
    p = SimpleNamespace(batch_size=1)
    alpha = pixels((0, 0, 0))[..., 0] + 128
    for most, there in ((pixels(RED).nbytes + alpha.nbytes, True), (pixels(RED).nbytes, False)):
        monkeypatch.setattr(comparisons, "_MOST_PIXELS", most)
        own = subject(alpha=alpha)
        store.keep(
            p, processed("text"), {0: store.compared(p, own, 0, pixels(BLUE), pixels(GREEN), from_init=True)}, {}
        )
        found = store.file("20260101120000", "text", "init", "")
        assert (found is not None) == there
        assert found is None or np.asarray(Image.open(io.BytesIO(found.content))).tolist() == [[[*RED, 128]] * 32] * 16
        assert store.file("20260101120000", "text", "foreground", "") is None


def test_the_painting_that_was_added_too_is_compared_with_the_photograph(store):
    p = SimpleNamespace(batch_size=1)
    compared = store.compared(p, subject(), 0, pixels(BLUE), pixels(GREEN))
    store.keep(p, processed("photograph"), {0: compared}, {0: "painting"})
    assert is_of(store.file("20260101120000", "painting", BEFORE, ""), RED)
    assert store.file("20260101120000", "painting", PAINTING, "") is None
    assert store.file("20260101120000", "photograph", PAINTING, "") is not None


def test_the_latest_results_are_kept_up_to_a_number(store, keep, monkeypatch):
    monkeypatch.setattr(comparisons, "MOST_RESULTS", 2)
    asked = [keep(text=text) for text in ("one", "two", "three")]
    assert [store.file(*each, BEFORE, "") is not None for each in asked] == [False, True, True]


def test_the_latest_results_are_kept_up_to_a_limit_in_bytes(store, keep, monkeypatch):
    each = pixels(RED).nbytes
    monkeypatch.setattr(comparisons, "MOST_BYTES", 3 * each)
    # The photograph is the same and counts once; the paintings differ.
    asked = [keep(text=text) for text in ("one", "two", "three")]
    assert [store.file(*each, BEFORE, "") is not None for each in asked] == [False, True, True]


def test_the_photograph_is_scaled_once_for_all_results_that_share_it(store):
    p = SimpleNamespace(batch_size=2)
    first, second = (store.compared(p, subject(), index, pixels(BLUE), pixels(GREEN)) for index in range(2))
    assert first.before is second.before


def test_large_pictures_are_kept_small(store):
    p = SimpleNamespace(batch_size=1)
    large = np.zeros((1000, 2 * LONGER_SIDE, 3), np.uint8)
    found = store.compared(p, subject(), 0, large, large.copy())
    assert found.before.shape == found.painting.shape == (500, LONGER_SIDE, 3)


def test_what_is_hardly_in_a_large_frame_is_compared_too(store):
    large = np.zeros((64, 3064, 3), np.uint8)
    placed = subject().framed(Framing(Placement(0.05, 1.029, 0.5)))
    assert store.compared(SimpleNamespace(batch_size=1), placed, 0, large, large.copy()).before.shape[1] == LONGER_SIDE


def test_what_the_photograph_hides_is_grey_and_what_a_remover_has_cut_off_is_there(store):
    p = SimpleNamespace(batch_size=1)
    half = np.zeros((16, 32), np.uint8)
    half[:, 16:] = 255
    own = store.compared(p, subject(RED, half), 0, pixels(BLUE), pixels(GREEN)).before
    assert own[8, 2].tolist() == [127, 127, 127]
    assert own[8, 30].tolist() == [*RED]
    rgb = pixels(RED)
    cut = Subject(Picture(rgb, None, "digest"), half, rgb, rgb, "cut out", remover="u2net")
    assert store.compared(p, cut, 0, pixels(BLUE), pixels(GREEN)).before[8, 2].tolist() == [*RED]


def test_a_run_lets_go_of_its_comparisons(hooks, monkeypatch):
    monkeypatch.setattr(comparisons.unrestored, "with_overlay", None)
    p = begin(hooks, {"foreground": CUT_OUT, "enabled": True, "remove_background": False}, batch_size=1)
    run = run_context.of(p)
    hooks.finish_image(p, plain(BLUE), 0)
    assert set(run.compared) == {0}
    run.drop_pictures()
    assert run.compared == {}


# On the workbench


def known(answer, index=0) -> dict:
    """What a client knows about a result."""
    info = json.loads(answer.json()["info"])
    return {"job_timestamp": info["job_timestamp"], "infotext": info["infotexts"][index]}


def compared(host, asked, kind=BEFORE):
    return host.api.post("/ic-light/comparison", json={**asked, "kind": kind})


PHOTO = Image.fromarray(noise(8, 8)).resize((64, 64), Image.Resampling.BICUBIC)
ASKED = {"enabled": True, "remove_background": False, "light": "left", "result": "photograph"}


def test_over_the_api_a_result_is_compared_with_its_photograph_and_painting(host):
    answer = ask(host, {**ASKED, "foreground": encoded(PHOTO)}, width=64, height=64)
    before, painting = (compared(host, known(answer), kind) for kind in (BEFORE, PAINTING))
    assert before.headers["content-type"] == "image/jpeg"
    assert before.headers["cache-control"] == "no-store"
    np.testing.assert_allclose(shown(before.content), np.asarray(PHOTO), atol=12)
    assert np.abs(shown(painting.content) - np.asarray(PHOTO)).mean() > 10


@pytest.mark.parametrize(
    ("placement", "run"),
    [
        ("cover", (64, 128)),
        ("cover", (128, 64)),
        ("contain", (64, 64)),
        ({"scale": 0.7, "x": 0.37, "y": 0.61}, (64, 64)),
    ],
)
def test_a_result_of_its_own_size_is_compared_with_the_same_pixels(host, placement, run):
    stripes = np.zeros((211, 157, 3), np.uint8)
    stripes[::8], stripes[:, ::8] = 255, 255
    photo = Image.fromarray(stripes).resize((311, 423), Image.Resampling.BICUBIC)
    options = {"photograph_size": "photograph", "photograph_strength": 0.0, "placement": placement}
    asked = {**ASKED, **options, "foreground": encoded(photo)}
    answer = ask(host, asked, width=run[0], height=run[1])
    (result,), before = all_pixels_of(answer), shown(compared(host, known(answer)).content)
    assert result.shape == before.shape
    there = (before != 127).any(axis=2)
    assert np.abs(result - before)[there].mean() < 8


def test_what_is_gone_is_said(host, monkeypatch):
    from lib_iclight.hosts.app_context import app_context

    answer = ask(host, {**ASKED, "foreground": encoded(PHOTO)}, width=64, height=64)
    monkeypatch.setattr(app_context().hooks, "comparisons", Comparisons())
    found = compared(host, known(answer))
    assert found.status_code == 404
    assert found.json()["detail"].startswith("What this result is compared with is gone")


def test_inside_a_mask_the_whole_picture_is_compared(host):
    mask = Image.new("L", (96, 64), 0)
    mask.paste(255, (32, 16, 64, 48))
    photo = PHOTO.resize((96, 64))
    body = {"init_images": [encoded(photo)], "mask": encoded(mask), "mask_blur": 0, "inpaint_full_res": True}
    answer = ask(host, ASKED, way="img2img", width=64, height=64, **body)
    found = compared(host, known(answer))
    assert found.status_code == 200, found.text
    assert shown(found.content).shape == (64, 96, 3)
    np.testing.assert_allclose(shown(found.content), np.asarray(photo), atol=25)


def test_the_answer_is_for_no_other_question(host):
    answer = ask(host, {**ASKED, "foreground": encoded(PHOTO)}, width=64, height=64)
    asked = known(answer)
    assert compared(host, {**asked, "infotext": ""}).status_code == 404
    assert compared(host, asked, "everything").status_code == 422
    assert compared(host, {**asked, "more": 1}).status_code == 422
    assert compared(host, {**asked, "infotext": "x" * (70 << 10)}).status_code == 413

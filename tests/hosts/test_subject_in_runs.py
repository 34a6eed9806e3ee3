"""The subject in complete runs: cut out once, restored in place, and kept unrestored next to the restored result."""

from __future__ import annotations

import copy
import io
import json
import threading

import numpy as np
import pytest
from asking import BODY, all_pixels_of, ask
from PIL import Image, ImageDraw
from samples import encoded
from scipy import ndimage
from skimage.feature import canny

from lib_iclight.picture import arrays, scaling
from workbench.session import images

pytestmark = pytest.mark.usefixtures("rembg")

RESTORED = {"restore_details": 1.0, "keep_colours": 0.5, "light": "left"}


def bright_ball(seed: int = 0) -> Image.Image:
    """A bright, grainy ball on a dark ground."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 60, (96, 96, 3), np.uint8)
    inside = np.hypot(*(np.mgrid[:96, :96] - 48)) < 36
    pixels[inside] = rng.integers(170, 250, (inside.sum(), 3))
    return Image.fromarray(pixels)


def relight(host, options: dict, way: str = "txt2img", **body):
    fields = {"enabled": True, "foreground": encoded(bright_ball())} | options
    return ask(host, {name: value for name, value in fields.items() if value is not None}, way=way, **body)


# Where the restored edges lie


def text_picture(width: int, height: int, stroke: int) -> Image.Image:
    """Letters of three kinds in three colours, with strokes of ``stroke`` pixels."""
    image = Image.new("RGB", (width, height), (215, 205, 190))
    draw = ImageDraw.Draw(image)
    tall, wide = 5 * stroke, 15 * stroke // 4
    for row, y in enumerate(range(20, height - tall, tall * 3 // 2)):
        bar = (2 * stroke, 0, 4 * stroke)[row % 3]
        for column, x in enumerate(range(30, width - tall, tall * 4 // 3)):
            colour = ((40, 30, 60), (150, 30, 20), (20, 70, 50))[column % 3]
            draw.rectangle([x, y, x + stroke, y + tall], fill=colour)
            draw.rectangle([x, y + bar, x + wide, y + bar + stroke], fill=colour)
    return image


def edges(picture: np.ndarray, low: float) -> np.ndarray:
    """Where a picture has edges, regardless of how strong the light makes them."""
    grey = np.log(picture.mean(axis=2) + 16)
    return canny(grey, sigma=1.0, low_threshold=low / 2, high_threshold=low)


def share_within_a_pixel(found: np.ndarray, of: np.ndarray) -> float:
    """The share of ``found`` with one of ``of`` at most one pixel away horizontally and vertically."""
    near = ndimage.binary_dilation(of, np.ones((3, 3)))
    return float(near[found].mean())


@pytest.mark.parametrize(("stroke", "radius"), [(6, 4.0), (12, 8.0)], ids=["fine print", "letters"])
@pytest.mark.parametrize(("width", "height"), [(256, 256), (320, 192), (192, 320)])
def test_restored_edges_lie_within_a_pixel_of_the_subjects_after_hires(host, width, height, stroke, radius):
    picture = text_picture(900, 700, stroke)
    options = {"foreground": encoded(picture), "remove_background": False, "light": "left"}
    options |= {"restore_details": 1.0, "details_radius": radius, "keep_original": True}
    hires = {"enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "Lanczos", "hr_additional_modules": []}
    body = {"width": width, "height": height, "denoising_strength": 0.5, **hires}
    restored, unrestored = all_pixels_of(relight(host, options, **body))
    size = width * 3 // 2, height * 3 // 2
    assert restored.shape[:2] == size[::-1]
    subject = scaling.cover_crop(np.asarray(picture), *size)
    # At the frame a stroke may be cut by a fraction of a pixel.
    strokes = edges(subject, 0.25)
    strokes[[0, 1, -2, -1]] = strokes[:, [0, 1, -2, -1]] = False
    of_the_subject = share_within_a_pixel(edges(restored, 0.3), edges(subject, 0.1))
    assert of_the_subject > 0.95, "the restored picture has an edge where the subject has none"
    kept = [share_within_a_pixel(strokes, edges(result, 0.1)) for result in (restored, unrestored)]
    assert kept[0] > 0.99, "the subject has an edge that was not restored"
    assert kept[1] < kept[0] - 0.05, "the model alone keeps them"


# Both pictures


def test_the_unrestored_picture_comes_after_the_results_with_the_parameters_that_made_it(host):
    plain = all_pixels_of(relight(host, {"light": "left"}, n_iter=2, batch_size=2, do_not_save_grid=True))
    answer = relight(host, RESTORED | {"keep_original": True}, n_iter=2, batch_size=2, do_not_save_grid=True)
    found, info = all_pixels_of(answer), json.loads(answer.json()["info"])
    assert len(found) == 8
    for restored, unrestored, expected in zip(found[:4], found[4:], plain, strict=True):
        assert np.abs(unrestored - expected).max() <= 1
        assert np.abs(restored - expected).max() > 20
    texts = [image.info["parameters"] for image in images(answer)]
    assert info["infotexts"] == texts
    assert ["restore details" in text for text in texts] == [True] * 4 + [False] * 4
    assert all("IC Light direction: left" in text for text in texts)
    seeds = [text.split("Seed: ")[1].split(",")[0] for text in texts]
    assert seeds == ["5", "6", "7", "8"] * 2


def test_both_are_saved_as_they_are_returned(host):
    answer = relight(host, RESTORED | {"keep_original": True}, save_images=True)
    saved = sorted((host.settings.data_dir / "outputs").rglob("*.png"), key=lambda path: path.name)
    assert [path.stem.endswith("-unrestored") for path in saved] == [False, True]
    for path, image in zip(saved, images(answer), strict=True):
        with Image.open(path) as file:
            np.testing.assert_array_equal(np.asarray(file), np.asarray(image))
            assert file.info["parameters"] == image.info["parameters"]


@pytest.fixture
def hooks_called_for_a_copy(host, monkeypatch):
    """Another extension that, for each picture, calls the last hook on a copy of ``p``, and then the first ones."""
    from modules import processing, scripts

    ours = next(data.script_class for data in scripts.scripts_data if data.script_class.__name__ == "ICLightScript")
    hook = ours.postprocess_image

    def postprocess_image(self, p, pp, *args):
        p.scripts.postprocess(copy.copy(p), processing.Processed(p, [], p.seed, ""))
        again = copy.copy(p)
        p.scripts.before_process(again)
        p.scripts.process(again)
        hook(self, p, pp, *args)

    monkeypatch.setattr(ours, "postprocess_image", postprocess_image)


@pytest.mark.usefixtures("hooks_called_for_a_copy")
def test_both_are_saved_once_when_a_detailer_calls_the_hooks_for_a_copy_in_the_middle(host):
    answer = relight(host, RESTORED | {"keep_original": True}, n_iter=2, save_images=True)
    assert len(list((host.settings.data_dir / "outputs").rglob("*-unrestored.png"))) == 2
    assert ["restore details" in image.info["parameters"] for image in images(answer)[-4:]] == [True] * 2 + [False] * 2


@pytest.mark.parametrize("options", [{"keep_original": True}, RESTORED, RESTORED | {"keep_original": False}], ids=str)
def test_otherwise_there_is_one_picture(host, options):
    assert len(all_pixels_of(relight(host, options))) == 1


def test_the_prepared_subject_comes_last(host):
    found = images(relight(host, RESTORED | {"keep_original": True, "show_subject": True}))
    assert ["parameters" in image.info for image in found] == [True, True, False]
    assert np.asarray(found[2])[0, 0].tolist() == [127, 127, 127]


def test_inpainting_lays_the_original_over_both(host):
    mask = Image.new("L", (96, 96), 0)
    mask.paste(255, (30, 30, 70, 70))
    body = {"init_images": [encoded(bright_ball())], "mask": encoded(mask), "mask_blur": 0, "width": 96, "height": 96}
    options = {"foreground": None, "remove_background": False, "restore_details": 1.0, "keep_original": True}
    found = all_pixels_of(relight(host, options, "img2img", inpaint_full_res=False, **body))
    original = np.asarray(bright_ball()).astype(int)
    assert len(found) == 2
    for picture in found:
        assert (picture[:24] == original[:24]).all()
        assert (picture[34:66, 34:66] != original[34:66, 34:66]).any()


def test_the_limit_of_pictures_in_the_settings_holds_for_a_painted_mask(host):
    from modules import shared

    shared.opts.set("ic_light_largest_picture", 1)
    body = {"init_images": [encoded(bright_ball())], "mask": encoded(Image.new("L", (1100, 1000), 255))}
    answer = host.api.post(
        "/sdapi/v1/img2img", json=BODY | body | {"alwayson_scripts": {"IC Light": {"args": [{"light": "mask"}]}}}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("The mask is too large")


# The remover


def test_the_remover_runs_once_for_a_picture_however_its_edge_changes(host, rembg):
    source = encoded(bright_ball(seed=11))
    found = [
        all_pixels_of(relight(host, {"foreground": source, "show_subject": True} | edge))[-1]
        for edge in ({}, {"matte_shrink": 12}, {"matte_feather": 16}, {"matte_shrink": 12})
    ]
    assert rembg.runs == ["isnet-general-use"]
    assert (found[1] != found[0]).any()
    assert (found[2] != found[1]).any()
    np.testing.assert_array_equal(found[1], found[3])


def test_the_route_and_the_run_cut_out_alike(host, rembg):
    source, edge = encoded(bright_ball(seed=12)), {"matte_shrink": 10.0, "decontaminate": True}
    answer = host.api.post("/ic-light/foreground", json={"image": source} | edge)
    cut = np.asarray(Image.open(io.BytesIO(answer.content)))
    shown = all_pixels_of(relight(host, {"foreground": source, "show_subject": True} | edge, width=96, height=96))[-1]
    np.testing.assert_array_equal(arrays.on_grey(cut[..., :3].copy(), cut[..., 3].copy()), shown)
    assert rembg.runs == ["isnet-general-use"]


def test_a_remover_that_does_not_exist_is_an_answer(host, rembg):
    source = encoded(bright_ball(seed=13))
    for name, said in (("magic", "no background remover named 'magic'"), ("mine.onnx", "There is no file 'mine.onnx'")):
        answer = relight(host, {"foreground": source, "matting_model": name})
        assert answer.status_code == 422
        assert said in answer.json()["detail"]
    assert rembg.runs == []


def test_what_is_going_on_is_told_and_forgotten(host, rembg):
    from modules import shared

    told = []
    rembg.before = lambda: told.append(shared.state.textinfo)
    all_pixels_of(relight(host, {"foreground": encoded(bright_ball(seed=14))}))
    assert told == ["Removing the background (isnet-general-use) ..."]
    assert not shared.state.textinfo


def test_interrupt_ends_the_run_while_the_remover_works_and_no_picture_comes(host, rembg):
    go_on = threading.Event()
    from modules import shared

    def work():
        shared.state.interrupt()
        go_on.wait(60)

    rembg.before = work
    source = encoded(bright_ball(seed=15))
    answer = relight(host, {"foreground": source})
    go_on.set()
    assert answer.status_code == 200
    assert answer.json()["images"] == []
    assert host.probe.unet_inputs == []
    rembg.before = lambda: None
    assert len(all_pixels_of(relight(host, {"foreground": source}))) == 1


def test_removers_are_kept_from_run_to_run_or_not(host, rembg, monkeypatch):
    from modules import shared

    loaded = []
    monkeypatch.setattr(rembg, "new_session", lambda name, **options: loaded.append(name) or name)
    for seed in (21, 22):
        all_pixels_of(relight(host, {"foreground": encoded(bright_ball(seed=seed))}))
    assert len(loaded) <= 1
    loaded.clear()
    shared.opts.set("ic_light_keep_models", False)
    for seed in (23, 24):
        all_pixels_of(relight(host, {"foreground": encoded(bright_ball(seed=seed))}))
    assert len(loaded) == 2


def test_what_is_kept_obeys_the_setting(host, rembg):
    from modules import shared

    from lib_iclight.hosts.app_context import app_context

    cache = app_context()._cache
    all_pixels_of(relight(host, {"foreground": encoded(bright_ball(seed=25))}))
    assert cache._used > 0
    shared.opts.set("ic_light_cache_limit", 0)
    assert cache._used == 0
    all_pixels_of(relight(host, {"foreground": encoded(bright_ball(seed=26))}))
    assert cache._used == 0

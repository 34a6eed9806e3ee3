"""The host respects seeds, sizes and masks."""

import json

import numpy as np
import pytest
from PIL import Image
from samples import encoded

from workbench.session import images


def pixels(response):
    return [np.asarray(image.convert("RGB")).astype(int) for image in images(response)]


@pytest.mark.parametrize("sampler", ["Euler", "Euler a", "DPM++ 2M", "DPM++ 2M SDE", "DDIM", "DPM++ 2M SDE Karras"])
def test_a_seed_gives_one_picture_in_any_batch(host, request_body, sampler):
    body = {**request_body, "sampler_name": sampler, "steps": 3, "do_not_save_grid": True}
    alone = pixels(host.txt2img(**{**body, "seed": 2}))[0]
    batch = pixels(host.txt2img(**body, batch_size=2))
    again = pixels(host.txt2img(**body, n_iter=2))
    assert np.abs(batch[-1] - alone).max() <= 1
    assert (again[-1] == alone).all()
    assert not (batch[-2] == batch[-1]).all()


def test_a_sampler_may_name_its_schedule(host, request_body):
    info = json.loads(host.txt2img(**{**request_body, "sampler_name": "DPM++ 2M SDE Karras"}).json()["info"])
    assert info["sampler_name"] == "DPM++ 2M SDE"
    assert "Schedule type: Karras" in info["infotexts"][0]


def test_variation_seeds_lead_from_one_picture_to_another(host, request_body):
    def varied(strength):
        return pixels(host.txt2img(**request_body, subseed=9, subseed_strength=strength))[0]

    plain = pixels(host.txt2img(**request_body))[0]
    assert (varied(0) == plain).all()
    other = pixels(host.txt2img(**{**request_body, "seed": 9}))[0]
    assert np.abs(varied(1) - other).max() <= 1
    between = varied(0.5)
    assert 0 < np.abs(between - plain).mean() < np.abs(other - plain).mean()
    assert 0 < np.abs(between - other).mean() < np.abs(other - plain).mean()


def test_odd_sizes_are_cut_to_whole_latents(host, request_body):
    response = host.txt2img(**{**request_body, "width": 108, "height": 68})
    assert images(response)[0].size == (104, 64)
    assert host.probe.unet_inputs[0] == (2, 4, 8, 13)


def test_a_second_pass_to_a_given_size_is_cropped(host, request_body):
    body = {**request_body, "enable_hr": True, "hr_upscaler": "Lanczos", "hr_additional_modules": []}
    response = host.txt2img(**body, hr_resize_x=96, hr_resize_y=72, hr_second_pass_steps=1)
    assert images(response)[0].size == (96, 72)
    assert [shape[2:] for shape in host.probe.unet_inputs] == [(8, 8), (8, 8), (9, 12)]


def test_a_second_pass_over_the_api_needs_a_list_of_modules(host, request_body):
    assert host.txt2img(**request_body, enable_hr=True, hr_upscaler="Latent").status_code == 500


@pytest.fixture
def smooth():
    """A picture 96 x 64 that the VAE keeps almost as it is."""
    y, x = np.mgrid[:64, :96]
    return Image.fromarray(np.stack([2 * x + 30, 3 * y + 20, 200 - x], axis=-1).astype(np.uint8))


def test_img2img_without_denoising_gives_the_picture_back(host, request_body, smooth):
    body = {**request_body, "width": 96, "height": 64, "init_images": [encoded(smooth)], "steps": 20}
    changed = [
        np.abs(pixels(host.img2img(**{**body, "denoising_strength": strength}))[0] - np.asarray(smooth)).mean()
        for strength in (0, 0.05, 1)
    ]
    assert changed[0] < 4
    assert changed[0] < changed[1] < changed[2]


@pytest.mark.parametrize(("mode", "like"), [(0, 0), (1, 1), (2, 2), (3, 0)])
def test_the_picture_is_brought_to_size_as_the_resize_mode_says(host, request_body, smooth, mode, like):
    """Mode 3 stretches as mode 0 does, but the latents."""
    from modules import images as host_images

    body = {**request_body, "init_images": [encoded(smooth)], "resize_mode": mode, "denoising_strength": 0}
    result = pixels(host.img2img(**body))[0]
    assert result.shape == (64, 64, 3)
    resized = [np.asarray(host_images.resize_image(other, smooth, 64, 64)) for other in (0, 1, 2)]
    differences = [np.abs(result - picture).mean() for picture in resized]
    assert differences[like] < 5
    assert differences.index(min(differences)) == like


def test_resizing_keeps_proportions_or_not(host, photo):
    from modules import images as host_images

    stretched, covering, whole = (host_images.resize_image(mode, photo, 64, 64) for mode in (0, 1, 2))
    assert np.array_equal(np.asarray(stretched), np.asarray(photo.resize((64, 64), 1)))
    assert np.array_equal(np.asarray(covering), np.asarray(photo.crop((16, 0, 80, 64))))
    edge = np.asarray(whole)
    assert (edge[0] == edge[5]).all()


def test_one_picture_for_each_of_a_batch(host, request_body, photo):
    body = {**request_body, "init_images": [photo.encoded] * 2, "do_not_save_grid": True}
    assert len(images(host.img2img(**body, batch_size=3))) == 2
    assert host.probe.unet_inputs[0][0] == 4
    response = host.img2img(**body)
    assert response.status_code == 500
    assert "bad number of images passed: 2" in response.json()["message"]


@pytest.mark.parametrize("fill", [0, 1, 2, 3])
@pytest.mark.parametrize("whole", [True, False])
def test_outside_the_mask_the_picture_stays(host, request_body, photo, mask, fill, whole):
    body = {**request_body, "width": 96, "height": 64, "init_images": [photo.encoded], "mask": mask, "mask_blur": 0}
    response = host.img2img(**body, inpainting_fill=fill, inpaint_full_res=not whole, denoising_strength=1.0)
    result, original = pixels(response)[0], np.asarray(photo).astype(int)
    inside = (slice(16, 48), slice(32, 64))
    changed = np.abs(result - original).sum(axis=2) > 0
    assert changed[inside].mean() > 0.9
    changed[inside] = False
    assert not changed.any()


def test_a_mask_can_be_turned_round(host, request_body, photo, mask):
    body = {**request_body, "width": 96, "height": 64, "init_images": [photo.encoded], "mask": mask, "mask_blur": 0}
    response = host.img2img(**body, inpainting_mask_invert=1, inpaint_full_res=False, denoising_strength=1.0)
    result, original = pixels(response)[0], np.asarray(photo).astype(int)
    inside = (slice(16, 48), slice(32, 64))
    assert (result[inside] == original[inside]).all()
    assert "Mask mode: Inpaint not masked" in images(response)[0].info["parameters"]


def test_masks_are_one_where_the_picture_changes(host, recorder, request_body, photo, mask):
    seen = []
    recorder.actions["process_before_every_sampling"] = lambda p, *args, **kwargs: seen.append(p)
    body = {**request_body, "width": 96, "height": 64, "init_images": [photo.encoded], "mask": mask, "mask_blur": 0}
    host.img2img(**body, inpaint_full_res=False)
    (p,) = seen
    assert p.nmask.shape == p.mask.shape == (4, 8, 12)
    assert (p.nmask + p.mask == 1).all()
    assert p.nmask[0, 2:6, 4:8].min() == 1
    assert p.nmask.sum() == 4 * 16
    assert len(p.overlay_images) == 1


def test_only_the_masked_part_is_made_at_full_size(host, recorder, request_body, photo, mask):
    seen = []
    recorder.actions["process_before_every_sampling"] = lambda p, *args, **kwargs: seen.append(p.paste_to)
    body = {**request_body, "init_images": [photo.encoded], "mask": mask, "mask_blur": 0}
    response = host.img2img(**body, inpaint_full_res=True, inpaint_full_res_padding=8)
    assert images(response)[0].size == (96, 64)
    assert seen == [(24, 8, 48, 48)]


def test_several_pictures_get_a_grid_before_them(host, request_body):
    response = host.txt2img(**request_body, n_iter=2, save_images=True)
    assert [x.size for x in images(response)] == [(128, 64), (64, 64), (64, 64)]
    assert json.loads(response.json()["info"])["index_of_first_image"] == 1


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_pictures_are_saved_with_their_parameters(host, request_body, kind):
    from modules.images import read, read_info_from_image

    body = {**request_body, "override_settings": {"samples_format": kind}}
    host.txt2img(**body, save_images=True).raise_for_status()
    folder = host.settings.data_dir / "outputs" / "txt2img-images"
    saved = max(folder.rglob(f"*.{kind}"), key=lambda path: path.name)
    with read(saved) as image:
        assert read_info_from_image(image)[0].startswith("a ball")

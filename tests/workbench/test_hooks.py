"""The order and arguments of a script's hooks, and the effect of what they change."""

import pytest

BEFORE = ["setup", "before_process", "process"]
BATCH = ["before_process_batch", "after_extra_networks_activate", "process_batch"]
SAMPLING = "process_before_every_sampling"
DECODED = ["post_sample", "postprocess_batch", "postprocess_batch_list"]
PICTURE = ["postprocess_image", "postprocess_maskoverlay", "postprocess_image_after_composite"]


def names(recorder):
    return [name for name, _, _ in recorder.calls]


def samplings(recorder):
    return [kwargs for name, _, kwargs in recorder.calls if name == SAMPLING]


def test_txt2img(host, recorder, request_body):
    assert host.txt2img(**request_body).status_code == 200
    assert names(recorder) == [*BEFORE, *BATCH, SAMPLING, *DECODED, *PICTURE, "postprocess"]


def test_each_batch_and_each_picture(host, recorder, request_body):
    assert host.txt2img(**request_body, batch_size=2, n_iter=2).status_code == 200
    batch = [*BATCH, SAMPLING, *DECODED, *PICTURE, *PICTURE]
    assert names(recorder) == [*BEFORE, *batch, *batch, "postprocess"]
    numbers = [kwargs["batch_number"] for name, _, kwargs in recorder.calls if name == "process_batch"]
    assert numbers == [0, 1]
    indexes = [args[0].index for name, args, _ in recorder.calls if name == "postprocess_image"]
    assert indexes == [0, 1, 2, 3]


def test_img2img_is_prepared_before_the_batches(host, recorder, request_body, photo):
    assert host.img2img(**request_body, init_images=[photo.encoded]).status_code == 200
    ready = [*BEFORE, "before_process_init_images"]
    assert names(recorder) == [*ready, *BATCH, SAMPLING, *DECODED, *PICTURE, "postprocess"]


@pytest.mark.parametrize("upscaler", ["Latent", "Lanczos", "None"])
def test_a_second_pass_calls_sampling_thrice(host, recorder, request_body, upscaler):
    body = {**request_body, "enable_hr": True, "hr_scale": 1.5, "hr_upscaler": upscaler, "hr_additional_modules": []}
    assert host.txt2img(**body, denoising_strength=0.5).status_code == 200
    assert [name for name in names(recorder) if name in (SAMPLING, "before_hr")] == [
        SAMPLING,
        "before_hr",
        *[SAMPLING] * 2,
    ]
    shapes = [tuple(kwargs["x"].shape) for kwargs in samplings(recorder)]
    assert shapes == [(1, 4, 8, 8), (1, 4, 12, 12), (1, 4, 12, 12)]


def test_patchers_are_reset_before_every_sampling_but_the_first_of_the_second_pass(host, recorder, request_body):
    seen = []

    def look(p, *args, **kwargs):
        seen.append((p.is_hr_pass, p.sd_model.forge_objects.unet.model_options.get("mark")))
        p.sd_model.forge_objects.unet = p.sd_model.forge_objects.unet.clone()
        p.sd_model.forge_objects.unet.model_options["mark"] = len(seen)

    recorder.actions[SAMPLING] = look
    body = {**request_body, "enable_hr": True, "hr_upscaler": "Latent", "hr_additional_modules": []}
    assert host.txt2img(**body).status_code == 200
    assert seen == [(False, None), (True, 1), (True, None)]


def test_sampling_is_told_of_latents_noise_and_conditions(host, recorder, request_body, photo):
    host.img2img(**request_body, init_images=[photo.encoded])
    (kwargs,) = samplings(recorder)
    assert set(kwargs) == {"x", "noise", "c", "uc"}
    assert kwargs["x"].shape == kwargs["noise"].shape == (1, 4, 8, 8)
    assert kwargs["c"].shape[1] == kwargs["uc"].shape[1] == 77


def test_without_guidance_there_is_no_negative_condition(host, recorder, request_body):
    host.txt2img(**{**request_body, "cfg_scale": 1})
    assert samplings(recorder)[0]["uc"] is None
    assert host.probe.unet_inputs[0][0] == 1


def test_noise_changed_in_place_is_sampled_from(host, recorder, request_body):
    plain = host.txt2img(**request_body).json()["images"]
    recorder.actions[SAMPLING] = lambda p, *args, **kwargs: kwargs["noise"].add_(0.3)
    changed = host.txt2img(**request_body).json()["images"]
    recorder.actions.clear()
    assert changed != plain
    assert host.txt2img(**request_body).json()["images"] == plain


def test_init_latent_is_read_after_the_hook(host, recorder, request_body, photo):
    body = {**request_body, "init_images": [photo.encoded], "denoising_strength": 0.6}

    def replace(p, *args, **kwargs):
        p.init_latent = p.init_latent * 0

    plain = host.img2img(**body).json()["images"]
    recorder.actions[SAMPLING] = replace
    assert host.img2img(**body).json()["images"] != plain


@pytest.mark.parametrize("hook", ["before_process", "process", SAMPLING, "postprocess_image", "postprocess"])
def test_an_exception_in_a_hook_is_printed_and_the_picture_comes_all_the_same(
    host, recorder, request_body, hook, capsys
):
    def fail(p, *args, **kwargs):
        raise ValueError("the hook's own words")

    plain = host.txt2img(**request_body).json()["images"]
    recorder.actions[hook] = fail
    response = host.txt2img(**request_body)
    assert response.status_code == 200
    assert response.json()["images"] == plain
    printed = capsys.readouterr().err
    assert f"Error running {hook}" in printed
    assert "the hook's own words" in printed


def test_the_checkpoint_is_loaded_after_before_process(recorder, request_body, tmp_path, running):
    """Before the first generation no checkpoint is loaded, and its family is unknown."""
    from modules import sd_models

    data = sd_models.SdModelData()
    kept, sd_models.model_data = sd_models.model_data, data
    seen = []
    recorder.actions["before_process"] = lambda p, *args: seen.append(hasattr(p.sd_model, "is_sd1"))
    recorder.actions["process"] = lambda p, *args: seen.append(p.sd_model.is_sd1)
    try:
        assert running.txt2img(**request_body).status_code == 200
    finally:
        sd_models.model_data = kept
    assert seen == [False, True]
    assert "model_loaded" in recorder.events


def test_interrupting_keeps_what_was_made(host, recorder, request_body):
    def interrupt(p, *args, **kwargs):
        from modules import shared

        shared.state.interrupt()

    recorder.actions["post_sample"] = interrupt
    response = host.txt2img(**request_body, n_iter=3)
    assert len(response.json()["images"]) == 1
    assert len(host.probe.unet_inputs) == 2


def test_skipping_goes_on_with_the_next_batch(host, recorder, request_body):
    def skip(p, *args, **kwargs):
        from modules import shared

        if p.iteration == 0:
            shared.state.skip()

    recorder.actions[SAMPLING] = skip
    response = host.txt2img(**{**request_body, "n_iter": 2, "do_not_save_grid": True})
    assert response.status_code == 200
    assert len(host.probe.unet_inputs) == 2


def test_inpainting_blends_at_every_step_and_at_the_end(host, recorder, request_body, photo, mask):
    body = {**request_body, "init_images": [photo.encoded], "mask": mask}
    assert host.img2img(**body, denoising_strength=1).status_code == 200
    finals = [args[0].is_final_blend for name, args, _ in recorder.calls if name == "on_mask_blend"]
    assert finals == [False, False, True]

"""The host's answers over HTTP."""

import json

import numpy as np
import pytest

from workbench.session import images


def test_scripts_and_their_arguments_are_described(host):
    infos = [x for x in host.api.get("/sdapi/v1/script-info").json() if x["name"] == "recorder"]
    assert [x["is_img2img"] for x in infos] == [False, True]
    assert [(x["label"], x["value"]) for x in infos[0]["args"]] == [
        ("Recorder", False),
        ("Word", "plain"),
        ("Level", 1),
    ]
    names = host.api.get("/sdapi/v1/scripts").json()
    assert names["txt2img"] == names["img2img"]
    assert {"recorder", "chosen", "sampler", "seed"} <= set(names["txt2img"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, (False, "plain", 1)),
        ([], (False, "plain", 1)),
        ([True], (True, "plain", 1)),
        ([{"any": "thing"}, None], ({"any": "thing"}, None, 1)),
        ([True, "a", 2, "too", "many"], (True, "a", 2)),
    ],
)
def test_arguments_not_given_have_the_values_of_the_page(host, recorder, request_body, given, expected):
    scripts = {} if given is None else {"reCORDer": {"args": given}}
    assert host.txt2img(**request_body, alwayson_scripts=scripts).status_code == 200
    assert next(args for name, args, _ in recorder.calls if name == "process") == expected


def test_what_does_not_exist_is_refused(host, request_body):
    response = host.txt2img(**request_body, alwayson_scripts={"nobody": {"args": []}})
    assert (response.status_code, response.json()) == (422, {"detail": "Script 'nobody' not found"})
    response = host.txt2img(**request_body, alwayson_scripts={"chosen": {"args": []}})
    assert response.status_code == 422
    response = host.txt2img(**{**request_body, "width": "wide"})
    assert response.status_code == 422
    assert host.img2img(**request_body).status_code == 404
    response = host.img2img(**request_body, init_images=["no picture"])
    assert (response.status_code, response.json()) == (500, {"detail": "Invalid encoded image"})
    assert host.probe.unet_inputs == []


def test_a_selectable_script_runs_in_place_of_the_generation(host, request_body):
    response = host.txt2img(**request_body, script_name="Chosen", script_args=["dog"])
    assert json.loads(response.json()["info"])["prompt"] == "a dog"


def test_a_plot_varies_what_its_axes_say(host, recorder, request_body):
    seeds, steps, nothing = [1, "5, 6", []], [2, "1-3", []], [0, "", []]
    plot = [*seeds, *steps, *nothing, True, True, *[False] * 5, 0, False]
    response = host.txt2img(**request_body, script_name="X/Y/Z plot", script_args=plot)
    grid, *cells = images(response)
    assert [x.size for x in cells] == [(64, 64)] * 6
    left, top = grid.width - 128, grid.height - 192
    assert min(left, top) > 8, "a legend names rows and columns"
    assert (pixels_at(grid, left + 64, top + 128) == pixels_at(cells[5], 0, 0)).all()
    assert [len(args) for name, args, _ in recorder.calls if name == "process"] == [3] * 6
    assert "X Type: Seed" in json.loads(response.json()["info"])["infotexts"][0]


def pixels_at(picture, left, top):
    return np.asarray(picture.convert("RGB").crop((left, top, left + 64, top + 64)))


class Refused(Exception):
    """An error with its own HTTP status."""

    def __init__(self, message, status_code):
        super().__init__(message)
        self.status_code = status_code
        self.detail = "the detail"


class OnTheClass(Exception):
    status_code = 418


def fail_with(error):
    def hook(p, *args, **kwargs):
        def sample(*args, **kwargs):
            raise error

        p.sample = sample

    return hook


@pytest.mark.parametrize(("seeds", "said"), [("", "X values are missing for Seed"), ("1, 2", "made nothing: no light")])
def test_a_plot_of_nothing_says_why(host, recorder, request_body, seeds, said):
    nothing, runs = [0, "", []], []
    recorder.actions["setup"] = lambda p, *args: runs.append(p)
    recorder.actions["before_process"] = fail_with(ValueError("no light."))
    plot = [1, seeds, [], *nothing, *nothing, True, *[False] * 6, 0, False]
    host.txt2img(**request_body, script_name="X/Y/Z plot", script_args=plot)
    assert said in "".join(runs[0].comments)


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (Refused("no foreground", 422), 422, "the detail"),
        (OnTheClass("tea"), 500, ""),
        (ValueError("wrong"), 500, ""),
    ],
)
def test_an_exception_outside_the_hooks_stops_the_run(host, recorder, request_body, error, status, detail):
    recorder.actions["before_process"] = fail_with(error)
    response = host.txt2img(**request_body)
    assert response.status_code == status
    expected = {"error": type(error).__name__, "detail": detail, "body": "", "message": str(error)}
    assert response.json() == expected
    assert host.probe.unet_inputs == []
    recorder.actions.clear()
    assert host.txt2img(**request_body).status_code == 200


def test_arrays_among_the_pictures_are_an_error_everywhere_but_in_the_extra_ones(host, recorder, request_body):
    picture = np.zeros((8, 8, 3), np.uint8)
    recorder.actions["postprocess"] = lambda p, processed, *args: processed.images.append(picture)
    response = host.txt2img(**request_body)
    assert response.status_code == 500
    assert response.json()["error"] == "AttributeError"
    recorder.actions["postprocess"] = lambda p, processed, *args: processed.extra_images.append(picture)
    assert [x.size for x in images(host.txt2img(**request_body))] == [(64, 64), (8, 8)]


def test_an_array_among_the_extra_results_becomes_a_picture(host, recorder, request_body):
    recorder.actions["process"] = lambda p, *args: p.extra_result_images.append(np.zeros((8, 16, 3), np.uint8))
    assert [x.size for x in images(host.txt2img(**request_body))] == [(64, 64), (16, 8)]


def test_parameters_are_in_the_picture_and_come_back(host, recorder, request_body):
    recorder.actions["process"] = lambda p, *args: p.extra_generation_params.update({"Recorder word": "a, b: c"})
    picture = host.txt2img(**request_body).json()["images"][0]
    answer = host.api.post("/sdapi/v1/png-info", json={"image": picture}).json()
    assert 'Recorder word: "a, b: c"' in answer["info"]
    assert answer["parameters"]["Recorder word"] == "a, b: c"
    assert (answer["parameters"]["Size-1"], answer["parameters"]["Prompt"]) == ("64", "a ball")


def test_infotext_fills_in_what_a_request_leaves_open(host, recorder, request_body):
    infotext = "a cat\nSteps: 3, Sampler: Euler a, CFG scale: 3, Seed: 5, Size: 128x64, Recorder word: found"
    response = host.txt2img(width=64, cfg_scale=1, infotext=infotext)
    info = json.loads(response.json()["info"])
    assert (info["width"], info["height"], info["steps"], info["prompt"]) == (64, 64, 3, "a cat")
    assert info["sampler_name"] == "Euler a"
    assert next(args for name, args, _ in recorder.calls if name == "process") == (False, "found", 1)


def test_settings_are_read_and_changed_and_overridden_for_one_request(host, request_body):
    host.api.post("/sdapi/v1/options", json={"sigma_max": 7}).raise_for_status()
    assert host.api.get("/sdapi/v1/options").json()["sigma_max"] == 7
    overridden = {"override_settings": {"enable_pnginfo": False}}
    assert images(host.txt2img(**request_body, **overridden))[0].info == {}
    assert "parameters" in images(host.txt2img(**request_body))[0].info


def test_lists(host):
    for name in ("samplers", "schedulers", "upscalers", "sd-models"):
        assert host.api.get(f"/sdapi/v1/{name}").json()
    assert host.api.get("/sdapi/v1/progress").json()["progress"] == 0
    assert host.api.get("/sdapi/v1/cmd-flags").json()["recorder_word"] == "hello"


def test_the_extension_was_told_of_the_start(recorder):
    assert (
        recorder.events.index("before_ui") < recorder.events.index("ui_settings") < recorder.events.index("app_started")
    )
    assert "txt2img_prompt" in recorder.events
    assert "img2img_image" in recorder.events

"""A result is made again from its painting, over the route, as the run has made it and in another exposure."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from cloths import BODY, cut_out_cloth, encoded, pixels_of
from PIL import Image

from workbench.session import images

ROUTE = "/ic-light/develop"
RELIGHT = {"foreground": encoded(cut_out_cloth(1, 160)), "light": "left", "keep_original": True}
KINDS = {
    "photograph": {"result": "photograph", "photograph_size": "photograph", "photograph_highlights": 0.5},
    "painting": {},
    "kept colours": {"keep_colours": 0.5},
}


def body_of(host, fields: dict) -> tuple[dict, Image.Image]:
    """The route's body for a run's result, and the result."""
    relight = RELIGHT | fields
    result, *paintings = images(host.txt2img(**BODY, alwayson_scripts={"IC Light": {"args": [relight]}}))
    return {"relight": relight, "painting": encoded((paintings or [result])[-1])}, result


def asked(host, **body):
    answer = host.api.post(ROUTE, json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return found["exposure"], Image.open(io.BytesIO(base64.b64decode(found["image"]))) if found["image"] else None


@pytest.mark.parametrize("fields", KINDS.values(), ids=KINDS)
def test_it_is_the_runs_result_and_in_another_exposure_that_much_brighter(host, fields):
    body, result = body_of(host, fields)
    exposure, same = asked(host, **body)
    np.testing.assert_array_equal(pixels_of(same), pixels_of(result))
    assert same.info.get("icc_profile") == result.info.get("icc_profile")
    found, brighter = asked(host, **body, exposure=[0.1, 0.1, 0.1])
    assert found == exposure
    inside = slice(*(len(pixels_of(same)) * n // 16 for n in (6, 10)))
    assert (pixels_of(brighter)[inside, inside] > pixels_of(same)[inside, inside]).mean() > 0.9
    assert asked(host, **body, image=False) == (exposure, None)


def test_what_cannot_be_made_again_is_refused_with_the_reason(host):
    painting = encoded(cut_out_cloth(0))
    for body, reason in (
        ({"relight": {"light": "left"}, "painting": painting}, "relight has no foreground"),
        ({"relight": RELIGHT, "painting": painting, "exposure": [0, 9, 0]}, "three numbers from -4 to 4"),
        ({"relight": RELIGHT, "painting": "AAAA"}, "The painting"),
        ({"relight": {"lihgt": "left"}, "painting": painting}, "Did you mean 'light'?"),
    ):
        answer = host.api.post(ROUTE, json=body)
        assert (answer.status_code, reason in answer.text) == (422, True), answer.text

"""A painted background is enlarged by an upscaler of the host's."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageOps
from samples import noise

from lib_iclight.errors import ICLightError
from lib_iclight.hosts import upscalers
from lib_iclight.picture import scaling
from lib_iclight.request import Request

OWN = Request(result="photograph", photograph_size="photograph")


@pytest.fixture(autouse=True)
def negative(running, monkeypatch):
    """Another upscaler of the host's, which enlarges four times, to multiples of 8, and inverts."""
    from modules import shared

    def upscale(image: Image.Image, scale: float, selected_model: str | None = None) -> Image.Image:
        assert selected_model == "negative.pth"
        size = (int(image.width * scale) // 8 * 8, int(image.height * scale) // 8 * 8)
        return ImageOps.invert(image.resize(size))

    other = SimpleNamespace(name="Negative", data_path="negative.pth", scaler=SimpleNamespace(upscale=upscale))
    monkeypatch.setattr(shared, "sd_upscalers", [*shared.sd_upscalers, other])


def asked(name: str, **more) -> Request:
    return Request(**{"result": "photograph", "photograph_size": "photograph", "background_upscaler": name, **more})


def test_the_hosts_are_offered_beside_auto():
    assert upscalers.names() == ["auto", "Lanczos", "Negative"]


@pytest.mark.parametrize("name", ["Negative", "negative"])
def test_one_of_the_hosts_enlarges_to_the_exact_size(name):
    found = upscalers.enlarging(asked(name))(np.full((30, 20, 3), 10, np.uint8), 57, 83)
    assert found.shape == (83, 57, 3)
    assert (found == 245).all()


@pytest.mark.parametrize("name", ["auto", "Lanczos"])
def test_ours_is_lanczos(name):
    pixels = noise(20, 30)
    np.testing.assert_array_equal(upscalers.enlarging(asked(name))(pixels, 57, 83), scaling.stretch(pixels, 57, 83))


def test_one_that_is_not_there_is_refused_where_it_would_be_used():
    with pytest.raises(ICLightError, match=r"no upscaler named 'Other'.*: auto, Lanczos, Negative"):
        upscalers.check(asked("Other"))
    upscalers.check(asked("Other", result="painting"))
    upscalers.check(asked("Negative"))

"""The user's own remover gets its input in the form that its family expects."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from lib_iclight.subject.custom_onnx import CustomOnnxSession

PICTURE = Image.new("RGB", (30, 20), (255, 128, 0))


class Session:
    """Records the network's input, and returns ``output``."""

    def __init__(self, shape=(1, 3, 320, 320), output=None, kind="tensor(float)"):
        self.inner_session = self
        self.output = np.zeros((1, 1, 8, 8), np.float32) if output is None else output
        self.input = SimpleNamespace(name="x", shape=list(shape), type=kind)
        self.given = None

    def get_inputs(self):
        return [self.input]

    def normalize(self, picture, mean, deviation, size):
        self.convention = (mean[0], deviation[0], size)
        return {"x": np.zeros((1, 3, size[1], size[0]), np.float32)}

    def run(self, names, values):
        self.given = values["x"]
        return [self.output, "a coarser one"]


def asked(name: str, shape=(1, 3, "height", "width"), **options) -> Session:
    session = Session(shape, **options)
    CustomOnnxSession(name, session).predict(PICTURE)
    return session


@pytest.mark.parametrize(
    ("shape", "size"),
    [((1, 3, 320, 320), (320, 320)), (("batch", 3, 768, 512), (512, 768)), ((1, 3, 1024, -1), (1024, 1024))],
)
def test_the_file_says_the_size(shape, size):
    assert asked("best.onnx", shape).convention[2] == size


@pytest.mark.parametrize(
    ("name", "mean", "deviation", "side"),
    [
        ("best.onnx", 0.485, 0.229, 1024),
        ("BiRefNet-matting.onnx", 0.485, 0.229, 1024),
        ("rmbg-2.0.onnx", 0.485, 0.229, 1024),
        ("u2net-cars.onnx", 0.485, 0.229, 320),
        ("isnet-products.onnx", 0.5, 1.0, 1024),
        ("BEN2_Base.onnx", 0.5, 1.0, 1024),
        ("RMBG-1.4.onnx", 0.5, 1.0, 1024),
        ("my dis.onnx", 0.5, 1.0, 1024),
        ("distilled.onnx", 0.485, 0.229, 1024),
    ],
)
def test_what_the_file_does_not_say_follows_its_family(name, mean, deviation, side):
    assert asked(name).convention == (mean, deviation, (side, side))


def test_a_model_in_half_precision_is_fed_so():
    assert asked("best.onnx", kind="tensor(float16)").given.dtype == np.float16
    assert asked("best.onnx").given.dtype == np.float32


@pytest.mark.parametrize("shape", [(1, 1, 320, 320), (1, 320, 320, 3), (1, 3, 320)])
def test_a_file_that_takes_no_pictures_is_refused(shape):
    with pytest.raises(ValueError, match=r"not pictures as \[1, 3, height, width\]"):
        CustomOnnxSession("best.onnx", Session(shape))


RAMP = np.linspace(0, 1, 8, dtype=np.float32)[None, :].repeat(8, 0)


@pytest.mark.parametrize(
    "output",
    [
        RAMP[None, None],
        RAMP[None],
        RAMP,
        0.2 + 0.5 * RAMP[None, None],
        (RAMP * 20 - 10)[None, None],
        RAMP.astype(np.float16),
    ],
    ids=["[1,1,h,w]", "[1,h,w]", "[h,w]", "pale", "logits", "half"],
)
def test_probabilities_and_logits_of_any_shape_become_an_alpha_of_the_pictures_size(output):
    (mask,) = CustomOnnxSession("best.onnx", Session(output=output)).predict(PICTURE)
    alpha = np.asarray(mask)
    assert (mask.mode, mask.size) == ("L", PICTURE.size)
    assert alpha[:, 0].max() < 20
    assert alpha[:, -1].min() > 235
    assert (np.diff(alpha[10].astype(int)) > -4).all()


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_network_that_is_sure_everywhere_is_believed(value):
    (mask,) = CustomOnnxSession("best.onnx", Session(output=np.full((1, 1, 4, 4), value))).predict(PICTURE)
    assert (np.asarray(mask) == 255 * value).all()

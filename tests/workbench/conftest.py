"""A workbench with the recorder extension, one per test module."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from samples import encoded

from workbench.session import Workbench

RECORDER = Path(__file__).parent / "recorder"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Workbench(tmp_path_factory.mktemp("data"), (RECORDER,), args=("--recorder-word", "hello")) as workbench:
        yield workbench


@pytest.fixture
def host(running):
    """The running workbench, reset to its initial state."""
    running.reset()
    module = recorder_module()
    module.calls.clear()
    module.actions.clear()
    return running


@pytest.fixture
def recorder(host):
    """The recorder extension's module: its recorded calls, and what it should do in them."""
    return recorder_module()


def recorder_module():
    from modules import scripts

    return next(data.module for data in scripts.scripts_data if data.script_class.__name__ == "Recorder")


@pytest.fixture
def photo():
    """A picture of 96 x 64, in base64 and as an image."""
    pixels = np.random.default_rng(1).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    image = Image.fromarray(pixels).resize((96, 64), Image.Resampling.BICUBIC)
    image.encoded = encoded(image)
    return image


@pytest.fixture
def request_body():
    """The smallest request that uses guidance."""
    return {
        "prompt": "a ball",
        "steps": 2,
        "width": 64,
        "height": 64,
        "seed": 1,
        "cfg_scale": 2,
        "sampler_name": "Euler",
    }


@pytest.fixture
def mask():
    """A mask for the photo: white in its middle, black around."""
    image = Image.new("L", (96, 64), 0)
    image.paste(255, (32, 16, 64, 48))
    return encoded(image)

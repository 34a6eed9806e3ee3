"""Held-out subjects relit through the product, once per test module."""

from __future__ import annotations

import pytest

pytest.importorskip("diffusers")

from small_model.quality import report
from small_model.quality.heldout import HeldOut, held_out
from small_model.quality.product import Asking, Product
from small_model.tiny_model import build
from workbench.session import Workbench

#: `python dev.py bench --quality` measures 200; these are the first of them.
SCENES = 8
#: Each broken product relights so many.
BROKEN_SCENES = 2
SIZE = 256


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    if not build().trained:
        pytest.skip("no trained files in this checkout")
    with Workbench(tmp_path_factory.mktemp("data")) as host:
        yield Product(host, Asking(steps=6))


@pytest.fixture(scope="module")
def held() -> HeldOut:
    return held_out(SCENES, SIZE)


@pytest.fixture(scope="module")
def few() -> HeldOut:
    return held_out(BROKEN_SCENES, SIZE)


@pytest.fixture(scope="module")
def values(product, held):
    """The measures by name, one value per scene, which the benchmark averages."""
    bare = Product(product.host, product.asking, bare=True)
    return report.fc_values(product, held) | report.fbc_values(product, held) | report.bare_values(bare, held)


@pytest.fixture(scope="module")
def scores(values):
    """The scores by name, as the benchmark prints them."""
    return report.estimates(values)

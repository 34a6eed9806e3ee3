"""A web UI without a patcher: its own samplers and LoRAs, and weights that are its own again afterwards."""

from __future__ import annotations

import pytest
from forge import compatibility, hosts_table, server

TOLERANCES = {"DPM adaptive": 1e-3}
"""It chooses its steps by what it has found, so that rounding grows."""


@pytest.fixture(scope="module")
def found(forge_home):
    if hosts_table.host_of(forge_home).name != "AUTOMATIC1111":
        pytest.skip("this web UI has a patcher")
    return server.told_by(forge_home, "own_weights.py")


@pytest.fixture
def row(request, forge_home):
    made = {"what": request.node.function.__doc__, "figures": "", "result": "failed"}
    yield made
    compatibility.record(forge_home, "Samplers and LoRAs", made)


def test_every_sampler_makes_what_it_makes_of_a_widened_unet(found, row):
    """every sampler, in both tabs, with and without AND"""
    samplers = found["samplers"]
    assert len(samplers) > 60
    row["figures"] = f"{len(samplers)} runs; farthest from a widened UNet: {max(samplers.values()):.0e}"
    far = {name: error for name, error in samplers.items() if error > TOLERANCES.get(name.split(",")[0], 1e-4)}
    assert far == {}
    row["result"] = "passed"


def test_loras_that_come_and_go_change_nothing_of_either(found, row):
    """LoRAs that come and go between relit and plain runs"""
    assert found["wrong"] == 0
    row |= {"figures": "each picture equal to the first of its kind, byte by byte", "result": "passed"}


def test_weights_are_as_before(found, row):
    """the UNet's weights afterwards"""
    assert found["as_before"]
    row |= {"figures": "equal byte by byte", "result": "passed"}

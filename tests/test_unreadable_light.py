"""A light that cannot be read is refused by name over the API, however it is given."""

from __future__ import annotations

import json

import pytest
from samples import encoded, plain

from workbench.session import Workbench

NEWER = '{"version":2,"lights":[]}'
SMALL = {"prompt": "a cup", "steps": 1, "width": 64, "height": 64, "sampler_name": "Euler", "cfg_scale": 2}
FOREGROUND = encoded(plain((200, 120, 40, 255), 64, 64).rotate(20))


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with Workbench(tmp_path_factory.mktemp("data")) as workbench:
        yield workbench


def infotext(**fields) -> str:
    ours = ", ".join(f"IC Light {name}: {json.dumps(value)}" for name, value in fields.items())
    return f"a cup\nSteps: 1, Sampler: Euler, CFG scale: 2, Seed: 5, Size: 64x64, IC Light mode: fc, {ours}"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"light": NEWER}),
        ({"infotext": infotext(direction="editor", lights=NEWER)}, None),
    ],
    ids=["as the field light", "as generation parameters"],
)
def test_a_light_of_a_newer_version_is_refused(host, body, fields):
    args = [] if fields is None else [{"enabled": True, "foreground": FOREGROUND, **fields}]
    answer = host.txt2img(**SMALL, **body, alwayson_scripts={"IC Light": {"args": args}})
    assert answer.status_code == 422, answer.text
    assert "light.version must be 1, not 2. It was made by a newer IC Light" in answer.json()["detail"]

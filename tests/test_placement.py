"""Where the subject may stand, and the one text for each place."""

from __future__ import annotations

import pytest

from lib_iclight.errors import ICLightError
from lib_iclight.placement import Placed, parse


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("cover", "cover"),
        ("Contain", "contain"),
        ({}, Placed(1.0, 0.5, 0.5)),
        ({"scale": 2, "x": -1, "y": 2}, Placed(2.0, -1.0, 2.0)),
        ('{"scale":0.05,"y":0.12345}', Placed(0.05, 0.5, 0.123)),
    ],
)
def test_what_may_be_asked_for(value, expected):
    assert parse(value) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "placement must be one of: cover, contain, or an object with the keys scale, x, y; not ''"),
        ("placed", "placement must be one of"),
        (1, "placement must be one of"),
        ([0.5, 0.5], "placement must be one of"),
        ("{", "placement must be JSON"),
        ({"z": 1}, "placement has no key 'z'"),
        ({"scale": 0}, "placement.scale must be a number from 0.05 to 8, not 0"),
        ({"x": "left"}, "placement.x must be a number from -1 to 2, not 'left'"),
        ({"y": 2.5}, "placement.y must be a number from -1 to 2, not 2.5"),
        ({"y": None}, "placement.y must be a number"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(value, said):
    with pytest.raises(ICLightError) as caught:
        parse(value)
    assert str(caught.value).startswith(said)


def test_the_canonical_text_names_every_key():
    assert Placed().text() == '{"scale":1,"x":0.5,"y":0.5}'
    placed = parse({"scale": 1.25, "x": 0.33333, "y": -0.5})
    assert placed.text() == '{"scale":1.25,"x":0.333,"y":-0.5}'
    assert parse(placed.text()) == placed

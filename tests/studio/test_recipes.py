"""Recipes of sets and films are compared by name."""

from __future__ import annotations

import pytest

from lib_iclight.studio.recipes import different

RECIPE = {"run": {"seed": 5, "steps": 4}, "request": {"mode": "fc"}, "infotext": "a cat"}


def test_what_differs_is_named_part_by_part():
    other = {"run": {"seed": 5, "steps": 8, "width": 64}, "request": {"mode": "fbc"}, "infotext": "a dog"}
    assert different(RECIPE, other) == ["steps", "width", "mode"]
    assert different(RECIPE, {**RECIPE, "infotext": "a dog"}) == []


@pytest.mark.parametrize("run", [None, 3, "seed", ["seed"]])
def test_a_part_that_is_no_object_says_nothing(run):
    assert different(RECIPE, {**RECIPE, "run": run}) == ["seed", "steps"]

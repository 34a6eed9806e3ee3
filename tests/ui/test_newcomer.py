"""Someone who has read nothing: a picture, the labels on the screen, and a good first relight."""

from __future__ import annotations

import newcomer
import numpy as np
import pytest

pytestmark = pytest.mark.browser


def test_a_newcomer_gets_a_relit_picture_with_the_recommended_settings(page):
    newcomer.first_relight(page, newcomer.cut_out_ball(), "Left")
    told = newcomer.told(page)
    for part in (*newcomer.RECOMMENDED, "IC Light direction: left"):
        assert part in told
    made = np.asarray(newcomer.made(page).convert("L"), np.float32)
    width = made.shape[1]
    middle = made[made.shape[0] // 3 : 2 * made.shape[0] // 3]
    left, right = middle[:, width // 5 : width // 2].mean(), middle[:, width // 2 : 4 * width // 5].mean()
    assert left > right + 5, "the subject is lit from the left"

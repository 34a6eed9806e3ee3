"""Someone who has read nothing gets a relit picture on a real web UI too.

Its weights may be random, so nothing is asked of the painting but that it is one; where the light falls is asked on the
workbench, in ``tests/ui/test_newcomer.py``.
"""

from __future__ import annotations

import newcomer
import numpy as np
import pytest

pytestmark = pytest.mark.browser

PATIENCE_MS = 900_000


def test_a_newcomer_gets_a_relit_picture_with_the_recommended_settings(txt2img):
    # The size that is recommended has the area of the one that is set: all 25 steps are affordable on a CPU.
    for side in ("width", "height"):
        txt2img.set(side, 64)
    newcomer.first_relight(txt2img.page, newcomer.cut_out_ball(), "Left", PATIENCE_MS)
    told = newcomer.told(txt2img.page)
    for part in (*newcomer.RECOMMENDED, "Size: 64x64", "IC Light direction: left"):
        assert part in told
    assert newcomer.made(txt2img.page).size == (64, 64)
    assert np.asarray(newcomer.made(txt2img.page)).std() > 0, "something is in it"

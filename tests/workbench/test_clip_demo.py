"""The documents' clip: what is asked for it, and that it is there."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageSequence

from workbench import clip_demo
from workbench.session import REPOSITORY

CLIP = REPOSITORY / "docs" / "clip.webp"


def test_its_frames_are_cut_out_and_their_subject_moves(tmp_path):
    clip_demo.render(tmp_path, clip_demo.NUMBER, 32, 3)
    frames = [np.asarray(Image.open(path)) for path in sorted(tmp_path.iterdir())]
    assert [frame.shape for frame in frames] == [(32, 32, 4)] * 3
    assert all(0.05 < (frame[..., 3] > 127).mean() < 0.9 for frame in frames)
    assert (frames[0][..., 3] != frames[2][..., 3]).any()


def test_the_documents_show_it_and_it_loads_fast():
    assert "](clip.webp)" in (REPOSITORY / "docs" / "clips.md").read_text(encoding="utf-8")
    assert CLIP.stat().st_size < 800_000


def test_the_light_in_it_goes_from_the_left_to_the_right():
    with Image.open(CLIP) as image:
        shown = [np.asarray(each.convert("RGB")).astype(float) for each in ImageSequence.Iterator(image)]
    assert len(shown) == clip_demo.FRAMES
    half = shown[0].shape[1] // 2
    after = [frame[:, half:] for frame in shown]
    side = half // 2
    balance = [frame[:, :side].mean() - frame[:, side:].mean() for frame in after]
    assert np.mean(balance[:6]) > np.mean(balance[-6:])

"""Another IC-Light extension whose package is also called ``lib_iclight`` was loaded first."""

from __future__ import annotations

import pytest
from forge import pictures

NAME = "1-other-relighter"
FOREGROUND = pictures.text(pictures.subject())


@pytest.fixture(scope="module")
def client(keeper, tmp_path_factory):
    other = tmp_path_factory.mktemp("extension")
    for folder, name, content in (
        ("lib_iclight", "__init__.py", "'''Another extension's package.'''\n"),
        ("scripts", "other_relighter.py", "import lib_iclight\n"),
    ):
        other.joinpath(folder).mkdir()
        other.joinpath(folder, name).write_text(content, encoding="utf-8")
    return keeper.get("foreign", {NAME: other}).client


@pytest.mark.slow
def test_relighting_is_refused_and_the_other_extension_named(client):
    for answer in (client.txt2img({"foreground": FOREGROUND}), client.img2img({}, init_images=[FOREGROUND])):
        assert 400 <= answer.status < 500
        assert not answer.record.sampled
        for word in ("lib_iclight", NAME, "Disable", "restart"):
            assert word in answer.message


@pytest.mark.slow
def test_web_ui_works_as_without_the_extension(client):
    answer = client.txt2img()
    assert answer.record.channels == {4}
    assert answer.pixels.shape == (64, 64, 3)

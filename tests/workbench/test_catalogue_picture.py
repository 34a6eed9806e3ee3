"""The picture of docs/catalogue.md: it is there, loads fast, and its look is one that can be used."""

from __future__ import annotations

from PIL import Image

from lib_iclight.shoot.looks import RANDOM
from workbench import catalogue_picture
from workbench.session import REPOSITORY

PICTURE = REPOSITORY / "docs" / "catalogue.jpg"


def test_the_document_shows_it_and_it_loads_fast():
    assert "](catalogue.jpg)" in (REPOSITORY / "docs" / "catalogue.md").read_text(encoding="utf-8")
    assert PICTURE.stat().st_size < 400_000


def test_each_photograph_has_a_seed_of_its_own_and_all_one_shape():
    assert catalogue_picture.look().seed == RANDOM
    assert {catalogue_picture.cut(Image.new("RGB", size)).size for size in ((40, 60), (60, 40))} == {(600, 400)}

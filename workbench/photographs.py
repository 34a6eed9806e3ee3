"""The photographs that the demo and the README's first picture are made from, and where their subjects are."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from .outline import Outline, cut_along


class MissingPhotograph(Exception):
    """A photograph that is not installed, and what to do about it."""


@dataclass(frozen=True)
class Photograph:
    """A photograph of which the subject's outline is known.

    Attributes:
        name: what it is called in a line of text.
        load: opens it. Raises MissingPhotograph.
        outlines: around the subject, in pixels.
        reach: how far, in pixels, the subject's edge may be from its outline.
    """

    name: str
    load: Callable[[], Image.Image]
    outlines: tuple[Outline, ...]
    reach: float

    def cut_out(self) -> Image.Image:
        """Return it as RGBA, transparent around the subject."""
        return cut_along(self.load(), self.outlines, self.reach)


def _outline(corners: str) -> Outline:
    """Read `x,y x,y ...`."""
    return tuple((float(x), float(y)) for x, y in (corner.split(",") for corner in corners.split()))


def _of_scikit_image(name: str) -> Callable[[], Image.Image]:
    def load() -> Image.Image:
        from skimage import data

        return Image.fromarray(np.asarray(getattr(data, name)()))

    return load


def _of_scikit_learn(name: str) -> Callable[[], Image.Image]:
    def load() -> Image.Image:
        # Found without importing the package, which would need packages that nothing else here needs.
        found = importlib.util.find_spec("sklearn")
        if found is None or not found.submodule_search_locations:
            raise MissingPhotograph(f"{name} comes with scikit-learn: pip install -r requirements/pictures.txt")
        with Image.open(Path(found.submodule_search_locations[0], "datasets", "images", name)) as picture:
            return picture.convert("RGB")

    return load


ASTRONAUT = Photograph(
    "NASA's astronaut Eileen Collins",
    _of_scikit_image("astronaut"),
    (
        _outline(
            "28,512 25,490 27,460 24,440 20,420 20,400 25,370 27,340 30,330 35,305 42,290 50,270 60,252 75,240 95,222 "
            "110,210 115,200 113,190 119,184 124,185 127,170 140,158 160,150 182,148 182,131 172,128 168,115 158,104 "
            "154,90 153,75 157,62 165,52 178,44 190,34 196,26 215,18 235,15 255,19 275,29 288,42 297,60 301,80 300,100 "
            "293,115 283,126 278,129 274,136 268,136 265,150 258,168 256,173 270,181 285,193 297,212 303,230 305,238 "
            "315,241 328,250 342,266 350,280 355,300 360,320 361,335 360,347 375,345 400,343 420,346 440,355 460,370 "
            "475,388 487,410 493,435 497,455 505,462 512,475 512,512"
        ),
    ),
    reach=4,
)
COFFEE = Photograph(
    "a cup of coffee",
    _of_scikit_image("coffee"),
    (
        _outline(
            "420,110 440,130 460,160 475,200 479,225 478,240 476,258 472,275 466,290 459,301 450,313 440,326 430,336 "
            "420,345 410,352 400,359 380,370 360,379 340,385 320,388 300,390 280,390 260,389 240,387 220,382 200,375 "
            "180,365 160,354 150,347 140,338 130,328 120,317 110,305 100,291 91,276 84,262 80,245 77,225 77,205 80,180 "
            "90,155 105,130 125,105 150,83 178,70 180,82 195,55 220,34 250,21 283,18 315,22 345,33 370,50 390,70 "
            "398,82 400,70 407,67 418,68 424,76 420,88 414,106"
        ),
    ),
    reach=2.5,
)
CAT = Photograph(
    "the cat Chelsea",
    _of_scikit_image("chelsea"),
    (
        _outline(
            "34,0 32,40 31,80 27,105 15,120 0,128 0,300 310,300 300,285 320,262 322,240 330,215 345,190 356,165 "
            "362,140 362,115 357,90 352,75 368,58 374,40 385,18 397,0"
        ),
    ),
    reach=8,
)
FLOWER = Photograph(
    "a dahlia",
    _of_scikit_learn("flower.jpg"),
    (
        _outline(
            "444,222 441,249 434,274 421,298 404,319 384,336 360,349 335,356 308,359 281,356 256,349 232,336 212,319 "
            "195,298 182,274 175,249 172,222 175,195 182,170 195,146 212,125 232,108 256,95 281,88 308,85 335,88 "
            "360,95 384,108 404,125 421,146 434,170 441,195"
        ),
        _outline(
            "270,450 283,420 286,404 300,393 322,390 335,378 350,373 370,382 385,378 400,379 420,376 436,388 443,405 "
            "440,418 468,424 480,450"
        ),
    ),
    reach=10,
)


def known(picture: Image.Image) -> Photograph | None:
    """Return which of the photographs a picture is, None if it is none of them."""
    for photograph in (ASTRONAUT, COFFEE, CAT, FLOWER):
        try:
            pixels = np.asarray(photograph.load())
        except MissingPhotograph:
            continue
        if np.array_equal(pixels, np.asarray(picture)):
            return photograph
    return None

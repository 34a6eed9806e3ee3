"""How the user's picture is turned into the subject."""

from __future__ import annotations

import io

import icc
import numpy as np
import pytest
from caches import subject_cache
from PIL import Image
from samples import encoded, file_bytes, no_remover, noise, plain

from lib_iclight.errors import ICLightError
from lib_iclight.picture import arrays, scaling
from lib_iclight.subject.matte_refinement import MatteRefinement
from lib_iclight.subject.placement import Placement
from lib_iclight.subject.prepare import Framing, Removal, SubjectCache


@pytest.fixture
def pictures():
    return subject_cache()


class Remover:
    """A background remover that keeps the left half and counts."""

    def __init__(self) -> None:
        self.runs: list[str] = []

    def __call__(self, rgb: np.ndarray, model: str) -> np.ndarray:
        self.runs.append(model)
        alpha = np.zeros(rgb.shape[:2], np.uint8)
        alpha[:, : rgb.shape[1] // 2] = 255
        return alpha


def cut_out(pictures: SubjectCache, source, removes: Removal = True, model: str = "u2net", remover=no_remover):
    return pictures.subject(pictures.picture(source, "foreground"), removes, model, remover)


@pytest.mark.parametrize("removes", [True, False])
def test_a_picture_with_transparency_is_used_as_it_is(pictures, removes):
    rgba = noise(8, 6, 4)
    subject = cut_out(pictures, Image.fromarray(rgba), removes)
    np.testing.assert_array_equal(subject.alpha, rgba[..., 3])
    np.testing.assert_array_equal(subject.on_grey, arrays.on_grey(rgba[..., :3], rgba[..., 3]))


def test_a_picture_on_grey_is_used_as_it_is(pictures):
    pixels = np.full((20, 20, 3), 127, np.uint8)
    pixels[5:15, 5:15] = 200
    subject = cut_out(pictures, Image.fromarray(pixels))
    assert subject.alpha is None
    np.testing.assert_array_equal(subject.on_grey, pixels)
    assert subject.matte(20, 20).min() == 255


def test_without_background_removal_the_whole_picture_is_the_subject(pictures):
    pixels = noise(8, 6)
    subject = cut_out(pictures, Image.fromarray(pixels), removes=False)
    np.testing.assert_array_equal(subject.on_grey, pixels)


def test_any_other_picture_is_cut_out_and_put_on_grey(pictures):
    subject = cut_out(pictures, plain((10, 20, 30), 8, 6), remover=Remover())
    assert (subject.on_grey[:, :4] == [10, 20, 30]).all()
    assert (subject.on_grey[:, 4:] == 127).all()
    assert subject.matte(8, 6)[0].tolist() == [255] * 4 + [0] * 4


def test_the_chosen_remover_runs_once_for_a_picture(pictures):
    remover = Remover()
    for _ in range(3):
        cut_out(pictures, plain((1, 2, 3)), model="isnet-anime", remover=remover)
    assert remover.runs == ["isnet-anime"]


def test_another_remover_cuts_out_anew(pictures):
    remover = Remover()
    subjects = [cut_out(pictures, plain((1, 2, 3)), model=model, remover=remover) for model in ("u2net", "silueta")]
    assert remover.runs == ["u2net", "silueta"]
    assert subjects[0].digest != subjects[1].digest


def test_cut_out_and_whole_have_different_digests(pictures):
    source = plain((1, 2, 3))
    assert cut_out(pictures, source, remover=Remover()).digest != cut_out(pictures, source, removes=False).digest


def test_a_fully_transparent_foreground_is_refused(pictures):
    with pytest.raises(ICLightError, match=r"fully transparent.*Use a picture in which the subject is visible"):
        cut_out(pictures, plain((200, 100, 50, 0)))


def test_a_remover_that_finds_nothing_is_refused_by_name(pictures):
    with pytest.raises(ICLightError, match=r"u2netp found no subject.*turn 'Remove background' off"):
        cut_out(
            pictures, plain((1, 2, 3)), model="u2netp", remover=lambda rgb, model: np.zeros(rgb.shape[:2], np.uint8)
        )


def test_a_failing_removal_is_tried_again_next_time(pictures):
    def failing(rgb, model):
        raise ICLightError("no network")

    with pytest.raises(ICLightError, match="no network"):
        cut_out(pictures, plain((1, 2, 3)), remover=failing)
    assert cut_out(pictures, plain((1, 2, 3)), remover=Remover()).alpha is not None


# A sliver of transparency


def with_alpha(alpha: np.ndarray) -> Image.Image:
    rgba = noise(alpha.shape[1], alpha.shape[0], 4)
    rgba[..., 3] = alpha
    return Image.fromarray(rgba)


def rounded(width: int = 200, height: int = 120, radius: int = 20) -> np.ndarray:
    """The transparency of a picture with rounded corners."""
    y, x = np.mgrid[:height, :width]
    beyond = np.hypot(
        np.maximum(radius - x, x - (width - 1 - radius)).clip(0),
        np.maximum(radius - y, y - (height - 1 - radius)).clip(0),
    )
    return np.where(beyond > radius, 0, 255).astype(np.uint8)


def one_clear_pixel() -> np.ndarray:
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[3, 5] = 0
    return alpha


SLIVERS = {
    "rounded corners": rounded(),
    "one clear pixel": one_clear_pixel(),
    "nowhere quite opaque": np.full((40, 60), 254, np.uint8),
}


@pytest.mark.parametrize("alpha", SLIVERS.values(), ids=SLIVERS)
def test_next_to_no_transparency_is_no_cut_out(pictures, alpha):
    remover = Remover()
    subject = cut_out(pictures, with_alpha(alpha), remover=remover)
    assert remover.runs == ["u2net"]
    half = alpha.shape[1] // 2
    np.testing.assert_array_equal(subject.alpha[:, :half], alpha[:, :half], "what was cut off stays cut off")
    assert not subject.alpha[:, half:].any()


@pytest.mark.parametrize("alpha", SLIVERS.values(), ids=SLIVERS)
def test_a_sliver_is_kept_where_no_background_is_removed(pictures, alpha):
    subject = cut_out(pictures, with_alpha(alpha), removes=False)
    np.testing.assert_array_equal(subject.alpha, alpha)


@pytest.mark.parametrize(("rows", "runs"), [(1, True), (2, False), (10, False)])
def test_a_twentieth_is_enough_to_be_a_cut_out(pictures, rows, runs):
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[:rows] = 0
    remover = Remover()
    cut_out(pictures, with_alpha(alpha), remover=remover)
    assert bool(remover.runs) is runs


def test_the_remover_can_be_asked_for_whatever_the_picture_is(pictures):
    remover = Remover()
    alpha = np.zeros((40, 60), np.uint8)
    alpha[:, 10:50] = 200
    subject = cut_out(pictures, with_alpha(alpha), "always", remover=remover)
    np.testing.assert_array_equal(subject.alpha[:, 10:30], 200)
    assert not subject.alpha[:, :10].any()
    assert not subject.alpha[:, 30:].any()
    grey = np.full((40, 60, 3), 127, np.uint8)
    assert cut_out(pictures, grey, "always", remover=remover).alpha is not None
    assert len(remover.runs) == 2


def test_a_subject_that_is_found_only_where_nothing_shows_is_refused(pictures):
    alpha = np.zeros((40, 60), np.uint8)
    alpha[:, 40:] = 255
    with pytest.raises(ICLightError, match="lies where the foreground is transparent"):
        cut_out(pictures, with_alpha(alpha), "always", remover=Remover())


@pytest.mark.parametrize(("value", "runs"), [(191, False), (192, True)])
def test_only_what_is_more_than_a_quarter_transparent_cuts_out(pictures, value, runs):
    remover = Remover()
    cut_out(pictures, with_alpha(np.full((40, 60), value, np.uint8)), remover=remover)
    assert bool(remover.runs) is runs


# The edge


EDGES = (
    MatteRefinement(alpha_matting=True),
    MatteRefinement(threshold=0.5),
    MatteRefinement(shrink=2.0),
    MatteRefinement(shrink=-2.0),
    MatteRefinement(feather=1.0),
    MatteRefinement(decontaminate=1.0),
)


def refined(pictures: SubjectCache, source, edge: MatteRefinement, remover=no_remover, removes: bool = True):
    return pictures.subject(pictures.picture(source, "foreground"), removes, "u2net", remover, edge)


def soft_disc() -> np.ndarray:
    """RGBA, 512 x 512: a textured disc with a soft edge."""
    rgba = noise(512, 512, 4)
    distance = np.hypot(*(np.mgrid[:512, :512] - 256))
    rgba[..., 3] = ((150 - distance) * 20 + 128).clip(0, 255)
    return rgba


def test_the_remover_runs_once_however_the_edge_changes(pictures):
    remover = Remover()
    digests = {
        refined(pictures, plain((1, 2, 3), 64, 64), edge, remover).digest
        for edge in (MatteRefinement(), *EDGES, *EDGES)
    }
    assert remover.runs == ["u2net"]
    assert len(digests) == 1 + len(EDGES), "what is encoded of one edge is not taken for another"


def test_the_same_edge_again_is_the_same_subject(pictures):
    remover, source = Remover(), plain((1, 2, 3), 64, 64)
    assert refined(pictures, source, MatteRefinement(shrink=1.0), remover) is refined(
        pictures, source, MatteRefinement(shrink=1.0), remover
    )


@pytest.mark.parametrize("edge", EDGES[1:], ids=str)
def test_a_transparency_of_the_pictures_own_is_refined(pictures, edge):
    source = Image.fromarray(soft_disc())
    before, after = (refined(pictures, source, edge) for edge in (MatteRefinement(), edge))
    assert (after.on_grey != before.on_grey).any()
    np.testing.assert_array_equal(after.on_grey, arrays.on_grey(after.colours, after.alpha))


def test_the_colours_under_a_transparency_of_its_own_do_not_lead_the_edge(pictures):
    source = Image.fromarray(soft_disc())
    before, after = (
        refined(pictures, source, edge) for edge in (MatteRefinement(), MatteRefinement(alpha_matting=True))
    )
    np.testing.assert_array_equal(after.alpha, before.alpha)


@pytest.mark.parametrize("edge", EDGES, ids=str)
@pytest.mark.parametrize("on_grey", [True, False])
def test_a_picture_used_whole_has_no_edge(pictures, edge, on_grey):
    pixels = np.full((64, 64, 3), 127, np.uint8) if on_grey else noise(64, 64)
    pixels[20:40, 20:40] = 200
    subject = refined(pictures, Image.fromarray(pixels), edge, removes=on_grey)
    assert subject.alpha is None
    np.testing.assert_array_equal(subject.on_grey, pixels)


def test_an_edge_that_takes_all_of_the_subject_away_is_refused(pictures):
    with pytest.raises(ICLightError, match=r"Nothing is left of the subject.*Lower the threshold"):
        refined(pictures, plain((200, 100, 50, 90)), MatteRefinement(threshold=0.5))


# Sources


def test_base64_a_pillow_image_and_an_array_are_the_same_picture(pictures):
    pixels = noise(6, 4)
    image = Image.fromarray(pixels)
    digests = {pictures.picture(source, "foreground").digest for source in (encoded(image), image, pixels)}
    assert len(digests) == 1


def test_the_same_text_is_decoded_once(pictures):
    text = encoded(plain((1, 2, 3)))
    assert pictures.picture(text, "foreground") is pictures.picture(text, "background")


def test_another_text_is_another_picture(pictures):
    one, other = (pictures.picture(encoded(plain(colour)), "foreground") for colour in ((1, 2, 3), (3, 2, 1)))
    assert (one.rgb[0, 0].tolist(), other.rgb[0, 0].tolist()) == ([1, 2, 3], [3, 2, 1])


@pytest.mark.parametrize("kind", ["PPM", "ICO"])
def test_a_file_of_another_kind_that_somebody_has_opened_is_refused(pictures, kind):
    with (
        Image.open(io.BytesIO(file_bytes(plain((1, 2, 3)), kind))) as image,
        pytest.raises(ICLightError, match=f"^The foreground cannot be read: {kind} files are not supported"),
    ):
        pictures.picture(image, "foreground")


@pytest.mark.parametrize("profile", [None, icc.rgb_profile(icc.ADOBE_RGB)], ids=["sRGB", "with a profile"])
def test_a_damaged_file_that_somebody_has_opened_is_refused_by_name(pictures, profile):
    content = file_bytes(Image.fromarray(noise(64, 64)), "JPEG", icc_profile=profile)
    with (
        Image.open(io.BytesIO(content[: len(content) // 2])) as image,
        pytest.raises(ICLightError, match=r"^The foreground cannot be read"),
    ):
        pictures.picture(image, "foreground")


def test_an_image_with_more_pixels_than_the_limit_is_refused():
    with pytest.raises(ICLightError, match=r"^The foreground is too large"):
        subject_cache(max_pixels=lambda: 255).picture(plain((1, 2, 3)), "foreground")


def test_what_the_page_could_not_read_is_refused_in_the_pages_words(pictures):
    with pytest.raises(ICLightError, match=r"^The background is too large$"):
        pictures.picture(arrays.Unreadable("The background is too large"), "foreground")


def test_a_picture_that_is_decoded_already_is_taken_as_it_is(pictures):
    picture = arrays.make_picture(noise(4, 4))
    assert pictures.picture(picture, "foreground") is picture


def test_something_else_is_not_a_picture(pictures):
    with pytest.raises(ICLightError, match="The background is not a picture but dict"):
        pictures.picture({}, "background")


# Framing


def quarters() -> Image.Image:
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, 10:30] = 200
    return Image.fromarray(pixels)


@pytest.fixture
def framed(pictures):
    subject = cut_out(pictures, quarters(), removes=False)
    return lambda *args: subject.framed(Framing(*args))


def test_a_subject_is_cropped_to_the_centre_as_in_the_reference(pictures):
    subject = cut_out(pictures, quarters(), removes=False)
    np.testing.assert_array_equal(subject.pixels(16, 16), scaling.cover_crop(subject.on_grey, 16, 16))
    assert subject.pixels(20, 20).min() == 200


def test_stretch_follows_the_hosts_resize(framed):
    pixels = framed("stretch").pixels(20, 20)
    assert (pixels[:, :4] <= 5).all()
    assert (pixels[:, 8:12] >= 195).all()


def test_contain_puts_the_rest_on_grey_and_outside_the_matte(framed):
    subject = framed("contain")
    assert (subject.pixels(40, 40)[:9] == 127).all()
    assert (subject.matte(40, 40)[:9] == 0).all()
    assert (subject.matte(40, 40)[10:30] == 255).all()


def test_a_box_relights_only_that_part(framed):
    assert framed("cover", (10, 0, 20, 20)).pixels(16, 16).min() == 200
    assert framed("cover", (0, 5, 10, 10)).pixels(16, 16).max() == 0


def test_a_placed_subject_stands_on_grey_and_its_matte_beside_nothing(framed):
    subject = framed(Placement(0.5, 0.25, 0.5))
    # The frame is covered by 80 x 40; half of that is 40 x 20, its bright middle half 20 pixels wide.
    pixels, matte = subject.pixels(40, 40), subject.matte(40, 40)
    assert (pixels[12:28, 2:18] >= 195).all()
    assert (pixels[:10] == 127).all()
    assert (matte[:10] == 0).all()
    assert (matte[10:30, :30] == 255).all()
    assert (matte[:, 30:] == 0).all()


def test_a_subject_that_is_placed_outside_is_refused_with_the_way_out(framed):
    with pytest.raises(ICLightError, match=r"placed outside.*\"x\":2.*Move it into the frame.*cover"):
        framed(Placement(0.1, 2.0, 0.5)).pixels(40, 40)

"""Which of img2img's pictures counts: that of the tab that is shown, as in a run."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("running")

HELD = {"img2img_image": "first", "img2img_sketch": "sketch", "img2maskimg": {"image": "masked", "mask": "mask"}}


def found(tab: str = "img2img", absent: str = ""):
    from lib_iclight.ui.init_picture import InitPicture

    init = InitPicture(tab, lambda elem_id: None if elem_id == absent else elem_id)
    init.find()
    return init


@pytest.mark.parametrize(
    ("tab", "picture"),
    [
        ("img2img_img2img_tab", "first"),
        ("img2img_img2img_sketch_tab", "sketch"),
        ("img2img_inpaint_tab", "masked"),
        ("img2img_inpaint_upload_tab", None),
        ("img2img_batch_tab", None),
    ],
)
def test_the_picture_of_the_tab_that_is_shown_counts(tab, picture):
    init = found()
    assert init.picture(tab, *[HELD.get(slot) for slot in init.slots]) == picture


def test_a_tab_that_the_web_ui_lacks_has_no_picture():
    init = found(absent="img2img_inpaint_tab")
    assert "img2maskimg" not in init.slots
    assert init.picture("img2img_inpaint_tab", *init.slots) is None
    assert init.picture("img2img_img2img_sketch_tab", *init.slots) == "img2img_sketch"


def test_txt2img_follows_no_slot():
    from lib_iclight.ui.init_picture import SLOTS

    assert found("txt2img").slots == []
    assert found().slots == [slot for slot in SLOTS.values() if slot]

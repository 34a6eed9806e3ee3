"""Which of img2img's pictures counts: that of the tab that is shown, as in a run."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import Mock

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


@pytest.mark.parametrize(
    ("told", "tab", "seen"),
    [
        ("300:500:ab - - - -", "img2img_img2img_tab", ((300, 500), "ab")),
        ("300:500:ab - 64:32:c - -", "img2img_inpaint_tab", ((64, 32), "c")),
        ("0:0:ab - - - -", "img2img_img2img_tab", (None, "ab")),
        ("- - - - -", "img2img_img2img_tab", None),
        ("", "img2img_img2img_tab", None),
        ("300:500:ab - - - -", "img2img_batch_tab", None),
    ],
)
def test_the_page_tells_the_size_of_the_picture_that_is_shown(told, tab, seen):
    assert found().seen(told, tab) == seen
    assert found().is_there(told, tab) is (None if tab == "img2img_batch_tab" else seen is not None)


def test_a_mask_is_known_by_its_tab():
    masked = [tab for tab in found()._tabs if found().is_masked("", tab)]
    assert masked == ["img2img_inpaint_tab", "img2img_inpaint_sketch_tab", "img2img_inpaint_upload_tab"]


def test_in_gradio_3_a_picture_with_its_mask_is_not_followed_by_its_changes_which_never_end():
    from lib_iclight.ui.init_picture import InitPicture

    def slot(elem_id):
        return SimpleNamespace(tool={"img2maskimg": "sketch"}.get(elem_id, "editor"), change=Mock(), select=Mock())

    made = {}
    init = InitPicture("img2img", lambda elem_id: made.setdefault(elem_id, slot(elem_id)))
    init.make_hidden = lambda name, *_: made.setdefault(name, slot(name))
    init.find()
    init.build()
    init.connect(Mock())
    assert not made["img2maskimg"].change.called
    assert made["img2img_image"].change.called
    assert made["init_masked"].change.called, "the page's script says when it is another"

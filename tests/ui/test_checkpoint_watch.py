"""Which of the web UI's lists is that of the checkpoints."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.usefixtures("running")

LISTS = {
    "Forge": [(None, "Checkpoint")],
    "Forge Neo": [("setting_sd_model_checkpoint", "Checkpoint"), ("setting_sd_modules", "VAE / Text Encoder")],
}


@pytest.mark.parametrize("web_ui", LISTS)
def test_the_list_of_checkpoints_is_followed_and_no_other(web_ui):
    from lib_iclight.ui.page import Page

    page = Page()
    for elem_id, label in LISTS[web_ui]:
        control = SimpleNamespace(elem_id=elem_id, elem_classes=["model_selection"], label=label)
        page.watch(control, elem_id=elem_id, elem_classes=["model_selection"])
    assert page._checkpoint.label == "Checkpoint"


def test_a_checkpoint_that_does_not_suit_has_a_way_to_another():
    from lib_iclight.ui.models_row import ModelsRow

    notices = {"big": "The checkpoint big is SDXL.", "low": "Its weights are kept as float8.", "fine": ""}
    row = ModelsRow(None, notices.get, lambda: lambda: False, list, lambda name: name != "big")
    told = {name: row.check(name)["value"] for name in notices}
    assert told["fine"] == ""
    assert ["Choose another" in told[name] for name in ("big", "low")] == [True, False]

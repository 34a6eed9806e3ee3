"""The script *IC Light: catalogue* in the page: the form is saved as a look, and relights a folder."""

from __future__ import annotations

import pytest
from cloths import cut_out_cloth

from lib_iclight.shoot import looks

pytestmark = pytest.mark.browser


def write(page, name: str, value: str) -> None:
    page.locator(f"#txt2img_ic_light_catalogue_{name} :is(input, textarea)").first.fill(value)


def test_a_form_is_saved_as_a_look_and_relights_a_folder(page, served, tmp_path):
    for hue in range(2):
        cut_out_cloth(hue).save(tmp_path / f"cloth {hue}.png")
    page.locator("#script_list input").first.click()
    page.get_by_role("option", name="IC Light: catalogue").click()
    page.locator("#txt2img_prompt textarea").fill("a vase by a window")
    for name, value in (("width", 64), ("height", 64), ("steps", 2)):
        page.locator(f"#txt2img_{name} input[type=number]").fill(str(value))
    write(page, "name", "by a window")
    page.locator("#txt2img_ic_light_catalogue_save").click()
    page.get_by_text("The look is saved, and chosen.").wait_for()
    (path,) = (served.settings.data_dir / "outputs").rglob("light-looks/*.json")
    look = looks.read(path)
    assert (look.name, look.run["prompt"], look.run["width"]) == ("by a window", "a vase by a window", 64)
    assert look.request["result"] == "photograph", "as the accordion begins"
    write(page, "pictures", str(tmp_path))
    write(page, "out", str(tmp_path / "out"))
    page.locator("#txt2img_generate").click()
    page.locator("#txt2img_results").get_by_text("Of 2 results 2 were made now").first.wait_for()
    assert len([*(tmp_path / "out").glob("*-by a window.png")]) == 2
    page.locator("#txt2img_ic_light_catalogue_save").click()
    page.get_by_text("There is a look named 'by a window' already.").wait_for()

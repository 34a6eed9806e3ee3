"""The preview of the cut-out, as a user sees it."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host", "rembg")]


@pytest.fixture
def picture(tmp_path):
    """A bright square on a dark ground."""
    pixels = np.full((128, 128, 3), 30, np.uint8)
    pixels[32:96, 32:96] = (230, 180, 150)
    path = tmp_path / "square.png"
    Image.fromarray(pixels).save(path)
    return path


def open_accordion(page, tab):
    if tab == "img2img":
        page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    page.click(f"#{tab}_ic_light_enabled > .label-wrap")
    page.wait_for_selector(f"#{tab}_ic_light_enabled.input-accordion-open")


def give(page, slot, path):
    page.set_input_files(f"{slot} input[type=file]", path)
    page.wait_for_selector(f"{slot} img")


def slide(page, elem_id, value):
    page.fill(f"#{elem_id} input[type=number]", str(value))
    page.press(f"#{elem_id} input[type=number]", "Tab")


def shown(page, tab):
    """The alpha of the cut-out that is shown."""
    source = page.get_attribute(f"#{tab}_ic_light_cutout figure:last-of-type img", "src")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))))[..., 3]


def preview(page, tab, selector):
    # By keyboard: a button that says why it has nothing to show can still be pressed.
    page.press(f"#{tab}_ic_light_preview", "Enter")
    page.wait_for_selector(f"#{tab}_ic_light_cutout {selector}")


def test_the_cut_out_is_shown_with_the_settings_of_the_moment(page, picture, rembg):
    open_accordion(page, "txt2img")
    assert page.is_hidden("#txt2img_ic_light_cutout")
    give(page, "#txt2img_ic_light_foreground", picture)
    preview(page, "txt2img", "img")
    assert page.locator("#txt2img_ic_light_cutout img").count() == 2
    assert (shown(page, "txt2img")[32:96, 32:96] == 255).all()
    slide(page, "txt2img_ic_light_matte_shrink", 16)
    assert shown(page, "txt2img").sum() == 64 * 64 * 255, "nothing is worked out while a slider moves"
    before = page.get_attribute("#txt2img_ic_light_cutout figure:last-of-type img", "src")
    page.click("#txt2img_ic_light_preview")
    page.wait_for_function(
        "before => document.querySelector('#txt2img_ic_light_cutout figure:last-of-type img').src !== before",
        arg=before,
    )
    assert shown(page, "txt2img").sum() == 56 * 56 * 255
    assert rembg.runs == ["isnet-general-use"]


def test_without_a_picture_it_says_where_one_goes(page):
    for tab, said in (
        ("txt2img", "Drop a picture of the subject into Foreground."),
        ("img2img", "or give img2img one."),
    ):
        open_accordion(page, tab)
        preview(page, tab, "p.wrong")
        assert said in page.inner_text(f"#{tab}_ic_light_cutout")


def test_in_img2img_its_own_picture_is_shown(page, picture):
    page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    give(page, "#img2img_image", picture)
    open_accordion(page, "img2img")
    preview(page, "img2img", "img")
    assert shown(page, "img2img").sum() == 64 * 64 * 255


def test_in_img2img_the_tab_that_is_shown_counts(page, picture, tmp_path):
    pixels = np.full((128, 128, 3), 30, np.uint8)
    pixels[48:80, 48:80] = (230, 180, 150)
    Image.fromarray(pixels).save(small := tmp_path / "small.png")
    page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    give(page, "#img2img_image", picture)
    page.click("button:has-text('Inpaint upload')")
    give(page, "#img_inpaint_base", small)
    open_accordion(page, "img2img")
    preview(page, "img2img", "img")
    assert shown(page, "img2img").sum() == 32 * 32 * 255
    page.click("button:has-text('Batch')")
    preview(page, "img2img", "p.wrong")


def test_a_problem_is_said_in_the_accordion(page, picture):
    open_accordion(page, "txt2img")
    give(page, "#txt2img_ic_light_foreground", picture)
    page.fill("#txt2img_ic_light_matting_model input", "mine.onnx")
    page.press("#txt2img_ic_light_matting_model input", "Enter")
    preview(page, "txt2img", "p.wrong")
    assert "There is no file 'mine.onnx' in models/u2net" in page.inner_text("#txt2img_ic_light_cutout")


def test_a_file_that_came_since_can_be_chosen_after_looking_again(page, remover_folder):
    open_accordion(page, "txt2img")
    (remover_folder / "just came.onnx").write_bytes(b"")
    page.click("#txt2img_ic_light_tab_models-button")
    page.click("#txt2img_ic_light_refresh")
    page.click("#txt2img_ic_light_tab_subject-button")
    page.click("#txt2img_ic_light_matting_model input")
    page.fill("#txt2img_ic_light_matting_model input", "just")
    page.wait_for_selector("#txt2img_ic_light_matting_model li:has-text('just came.onnx')")
    (remover_folder / "just came.onnx").unlink()


def test_the_picture_in_forges_canvas_is_found(running):
    """Forge's canvas is an element with the known id, followed by two components without ids that hold its pictures."""
    import gradio as gr

    from lib_iclight.ui.page import HostControls

    controls = HostControls()
    with gr.Blocks():
        for elem_id in ("img2img_image", "img2img_sketch"):
            parts = [gr.HTML(elem_id=elem_id)]
            for layer in ("foreground", "background"):
                classes = [f"logical_image_{layer}"]
                parts.append(gr.Textbox(visible=False, elem_id="uuid_1", elem_classes=classes))
            controls.watch(parts[0], elem_id=elem_id)
            for part, layer in zip(parts[1:], ("foreground", "background"), strict=True):
                controls.watch(part, elem_id="uuid_1", elem_classes=[f"logical_image_{layer}"])
            assert controls.get(elem_id) is parts[2]

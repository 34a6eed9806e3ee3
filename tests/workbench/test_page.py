"""The page, as a user sees it."""

import pytest

pytestmark = pytest.mark.browser

PATIENCE = 60_000


@pytest.fixture(scope="module")
def address(running):
    return running.serve(block=False)


@pytest.fixture
def page(browser, address, host, recorder):
    page = browser.new_page(viewport={"width": 1500, "height": 1200})
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector(".input-accordion-checkbox")
    for tab in ("txt2img", "img2img"):
        if tab == "img2img":
            page.click("#tabs > .tab-nav > button:has-text('Img2img')")
        fill(page, f"#{tab}_prompt textarea", "a ball")
        fill(page, f"#{tab}_steps input[type=number]", "2")
        for side in ("width", "height"):
            fill(page, f"#{tab}_{side} input[type=number]", "64")
    page.click("#tabs > .tab-nav > button:has-text('Txt2img')")
    yield page
    page.close()


def fill(page, selector, value):
    page.fill(selector, value)
    page.press(selector, "Tab")


def generate(page, tab="txt2img"):
    page.click(f"#{tab}_generate")
    page.wait_for_selector(f"#html_log_{tab} .performance")


def value(page, elem_id, kind="input[type=number]"):
    return page.input_value(f"#{elem_id} {kind}")


def test_generating_shows_the_picture_and_how_it_was_made(page, recorder):
    generate(page)
    assert page.locator("#txt2img_gallery img").count() >= 1
    assert "Size: 64x64" in page.inner_text("#html_info_txt2img")
    assert page.is_hidden("#txt2img_interrupt")
    assert next(args for name, args, _ in recorder.calls if name == "process") == (False, "plain", 1)


def test_opening_an_accordion_enables_it_and_its_box_disables_it_again(page, recorder):
    accordion = "#script_txt2img_recorder_enable"
    page.click(f"{accordion} > .label-wrap")
    page.wait_for_selector(f"{accordion}.input-accordion-open")
    generate(page)
    assert [args[0] for name, args, _ in recorder.calls if name == "process"] == [True]
    recorder.calls.clear()
    page.uncheck(f"{accordion}-visible-checkbox")
    assert page.is_visible(f"{accordion} >> text=Word"), "it stays open"
    # The button may be there too shortly to be found by looking again and again.
    page.evaluate(
        """() => {
            const button = document.querySelector("#txt2img_interrupt");
            const seen = new MutationObserver(() => (window.hasRun ||= button.style.display === "block"));
            seen.observe(button, { attributes: true });
        }"""
    )
    page.click("#txt2img_generate")
    page.wait_for_function("window.hasRun")
    page.wait_for_selector("#txt2img_interrupt", state="hidden")
    assert [args[0] for name, args, _ in recorder.calls if name == "process"] == [False]


def test_an_error_is_shown_where_the_result_would_be(page, recorder):
    def before_process(p, *args):
        p.sample = fail

    def fail(*args, **kwargs):
        raise ValueError("<no> foreground")

    recorder.actions["before_process"] = before_process
    generate(page)
    assert page.inner_text("#html_log_txt2img .error") == "ValueError: <no> foreground"
    recorder.actions.clear()
    page.click("#txt2img_generate")
    page.wait_for_selector("#html_log_txt2img .error", state="detached")


def test_a_picture_goes_from_the_gallery_to_img2img(page):
    generate(page)
    page.click("#txt2img_send_to_img2img")
    page.wait_for_selector("#img2img_image img")
    page.wait_for_function("document.querySelector('#img2img_width input[type=number]').value === '64'")
    generate(page, "img2img")
    assert "Denoising strength: 0.75" in page.inner_text("#html_info_img2img")


def test_the_settings_of_a_picture_come_back_through_png_info(page, recorder, tmp_path, host, request_body):
    from workbench.session import images

    recorder.actions["process"] = lambda p, *args: p.extra_generation_params.update(
        {"Recorder word": "sent", "Recorder level": 2}
    )
    image = images(host.txt2img(**{**request_body, "prompt": "a cat", "steps": 7, "seed": 33}))[0]
    from modules.images import png_texts

    image.save(tmp_path / "made.png", pnginfo=png_texts(image.info))
    page.click("#tabs > .tab-nav > button:has-text('PNG Info')")
    page.set_input_files("#pnginfo_image input[type=file]", tmp_path / "made.png")
    page.wait_for_selector("#pnginfo_html >> text=a cat")
    page.click("#txt2img_tab")
    page.wait_for_function("document.querySelector('#txt2img_prompt textarea').value === 'a cat'")
    assert (value(page, "txt2img_steps"), value(page, "txt2img_seed")) == ("7", "33")
    page.click("#script_txt2img_recorder_enable > .label-wrap")
    assert page.input_value("#script_txt2img_recorder_enable textarea") == "sent"


def test_the_paste_button_reads_the_last_generation(page):
    generate(page)
    fill(page, "#txt2img_prompt textarea", "")
    fill(page, "#txt2img_steps input[type=number]", "9")
    page.click("#tab_txt2img #paste")
    page.wait_for_function("document.querySelector('#txt2img_prompt textarea').value === 'a ball'")
    assert value(page, "txt2img_steps") == "2"


def test_a_setting_is_changed(page, host):
    page.click("#tabs > .tab-nav > button:has-text('Settings')")
    page.click("#settings > .tab-nav > button:has-text('Infotext')")
    page.uncheck("#setting_enable_pnginfo input")
    page.click("#settings_submit")
    page.wait_for_selector("#settings_result >> text=1 settings changed: enable_pnginfo")
    assert host.api.get("/sdapi/v1/options").json()["enable_pnginfo"] is False


def test_scripts_of_extensions_run_in_the_page(page):
    page.wait_for_selector("body.recorder-was-here")

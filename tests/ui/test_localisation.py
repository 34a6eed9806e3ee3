"""The translations: each contains all of the page's texts, and the page shows them."""

from __future__ import annotations

import json
import re

import page_texts
import pytest
from page_texts import ROOT, worded
from said import templates as said_in_source
from samples import file_bytes, plain

LANGUAGES = {"zh_CN": "光照", "ja_JP": "照明"}
FILES = {name: ROOT / "localizations" / f"{name}.json" for name in LANGUAGES}
PATIENCE = 60_000

# What only programs can meet: the page's controls give nothing else than what fits.
OF_THE_API = tuple(
    f"lib_iclight/{name}"
    for name in (
        *("api/", "light/description", "light/maps", "subject/placement", "support/json_values"),
        *("field_checks", "fields", "legacy_names", "request"),
        *("studio/fader", "studio/film.py", "studio/lamps", "studio/mix"),
        *("shoot/command", "shoot/over_api", "shoot/spread"),
    )
)
OF_REQUESTS = (
    "IC Light takes one dict and nothing after it, but the request's args have more entries.",
    "Put all fields into the one dict.",
    "Send the file's bytes as base64 or as a data URL.",
    "The %1 is not a picture: its text is not valid base64.",
    "Two extensions are titled IC Light, and this request has reached the other one, from the extension folder %1.",
)
PUT_TOGETHER = {
    "the hires-fix checkpoint %1",
    "the refiner %1",
    "is not a safetensors file but a pickled one",
    "Put %1 into %2",
    "Replace %1 in %2",
    "Replace %1 in %2 (rembg downloads it again once it is deleted)",
}

# Texts of the accordion without a letter of the language, apart from what is marked as a name.
LEFT = """() => {
    const all = document.createTreeWalker(document.querySelector("#txt2img_ic_light_enabled"), NodeFilter.SHOW_TEXT);
    const found = new Set();
    while (all.nextNode()) {
        const { data, parentElement } = all.currentNode;
        const isSeen = parentElement.getClientRects().length > 0 && !parentElement.closest("[translate=no]");
        if (isSeen && /[a-z]{2}/i.test(data) && !/[\\u2e80-\\uffff]/.test(data)) found.add(data.trim());
    }
    return [...found].sort();
}"""

# Tells which translations our scripts ask for; the host finds no translation and asks for none.
LISTEN = """
    window.asked = new Set();
    const listening = new Proxy({}, { get: (_, text) => void window.asked.add(String(text)) });
    Object.defineProperty(window, "localization", { get: () => listening, set: () => {} });
"""


def translation(name):
    return json.loads(FILES[name].read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def config(running):
    """The page as gradio describes it."""
    from modules import shared

    return shared.demo.get_config_file()


def choices(config, name):
    """The values of a radio of the accordion."""
    found = [c["props"] for c in config["components"] if c["props"].get("elem_id") == f"img2img_ic_light_{name}"]
    return [choice[1] for props in found for choice in props["choices"]]


def untranslated(texts):
    lacking = {name: sorted(worded(texts) - set(translation(name))) for name in LANGUAGES}
    return {name: texts for name, texts in lacking.items() if texts}


def test_every_text_of_the_accordion_is_translated(config):
    texts = page_texts.of_page(config)
    assert {"Foreground", "Restore details", "Swap foreground and background"} <= texts, "the walk has found them"
    assert {"Save the look", "Look for looks again", "Equal exposure and white"} <= texts, "the catalogue's too"
    assert untranslated(texts) == {}


def test_every_sentence_of_the_summary_is_translated(config):
    texts = page_texts.of_summary(choices(config, "light"), choices(config, "placement"))
    assert len(texts) > 10
    assert untranslated(texts) == {}


def test_what_is_recommended_and_what_works_against_a_run_is_translated():
    texts = page_texts.of_recommendation()
    assert {"steps", "CFG %1 burns colours out in this mode.", "Set strength to %1", "Changed:"} <= texts
    assert untranslated(texts) == {}


def test_every_setting_is_translated():
    assert untranslated(page_texts.of_settings()) == {}


def test_what_the_models_row_may_say_is_translated():
    assert untranslated(page_texts.of_models_row()) == {}


def test_what_is_said_about_downloads_and_the_cut_out_is_translated(host):
    texts = page_texts.of_downloads() | page_texts.of_preview()
    assert {"Downloading", "Before"} <= texts
    assert untranslated(texts) == {}


def test_every_error_that_the_page_can_show_is_translated():
    found = {name: texts for name, texts in said_in_source().items() if not name.startswith(OF_THE_API)}
    texts = set().union(*found.values()) - {*OF_REQUESTS}
    assert {"The model %1 cannot be used: it %2.", "is cut off: %1 of its %2 bytes are missing"} <= texts
    assert untranslated(texts) == {}


def test_the_quick_lists_are_translated():
    assert untranslated(page_texts.of_lists()) == {}


def test_every_text_in_the_scripts_is_translated():
    texts = page_texts.of_scripts()
    assert "There is no picture yet." in texts
    assert untranslated(texts) == {}


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_translation_is_whole_and_of_its_language(name):
    words = translation(name)
    assert list(words) == sorted(words, key=lambda text: (text.casefold(), text)), (
        "in order, so that two people's additions seldom meet"
    )
    assert set(words) == set(translation("zh_CN"))
    for english, text in words.items():
        assert text.strip() == text != "", english
        assert any(ord(letter) > 0x2E7F for letter in text) or text == english, english
        assert {*re.findall(r"%\d", english)} == {*re.findall(r"%\d", text)}, english


def test_no_translation_is_left_of_a_text_that_is_gone(config):
    sources = [*ROOT.glob("lib_iclight/**/*.py"), page_texts.START, *page_texts.SCRIPTS, *ROOT.glob("presets/*")]
    said = " ".join(path.read_text(encoding="utf-8") for path in sources if path.suffix in (".py", ".js", ".json"))
    said = re.sub(r'"\s*\n\s*f?"', "", said)  # a text over several lines
    collected = worded(
        page_texts.of_page(config)
        | page_texts.of_summary(choices(config, "light"), choices(config, "placement"))
        | page_texts.of_recommendation()
        | page_texts.of_settings()
        | page_texts.of_models_row()
        | page_texts.of_downloads()
        | page_texts.of_preview()
        | page_texts.of_lists()
        | page_texts.of_scripts()
        | set().union(*said_in_source().values())
        | PUT_TOGETHER
    )
    gone = [text for text in translation("zh_CN") if text not in collected and text not in said]
    assert [text for text in gone if not page_texts.put_together().fullmatch(text)] == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_host_offers_the_translation(host, name):
    from modules import localization

    assert [path for path in localization.localizations[name] if path == str(FILES[name])] == [str(FILES[name])]


@pytest.fixture
def served(host, browser):
    """Opens the page in a language, one page at a time."""
    pages = []

    def open_page(language, script=""):
        from modules import shared
        from modules.ui_gradio_extensions import reload_javascript

        shared.opts.set("localization", language)
        if not hasattr(host, "address"):
            host.address = host.serve(block=False)
        reload_javascript()
        page = browser.new_page(viewport={"width": 1500, "height": 1400})
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        if script:
            page.add_init_script(script)
        page.goto(host.address)
        page.locator("#txt2img_ic_light_enabled > .label-wrap").click()
        return page

    yield open_page
    for page in pages:
        page.close()
    from modules import shared

    shared.opts.set("localization", "None")


@pytest.mark.browser
@pytest.mark.parametrize("name", LANGUAGES)
def test_the_page_speaks_the_language_that_is_chosen(served, name):
    words = translation(name)
    page = served(name)
    page.locator("#txt2img_ic_light_summary").get_by_text(
        words["Drop a picture of the subject into Foreground."]
    ).wait_for()
    assert words["Mode"] in page.locator("#txt2img_ic_light_mode").inner_text()
    # The web UI gives its buttons their words a moment later.
    swap = f"#txt2img_ic_light_swap[title='{words['Swap foreground and background']}']"
    page.locator(swap).wait_for(state="attached")
    assert page.locator("#txt2img_send_to_ic_light").get_attribute("title") == words["Send to IC Light"]
    page.locator("#txt2img_ic_light_tab_ideas-button").click()
    page.locator("#txt2img_ic_light_prompts").get_by_role("button", name=words["marble statue"]).click()
    assert page.input_value("#txt2img_prompt textarea") == "marble statue", "the model reads English"


@pytest.mark.browser
@pytest.mark.parametrize("name", LANGUAGES)
def test_only_names_are_left_in_english(served, name):
    page = served(name)
    page.wait_for_selector("#txt2img_ic_light_editor canvas")
    found = {*page.evaluate(LEFT)}
    picture = {"name": "subject.png", "mimeType": "image/png", "buffer": file_bytes(plain((200, 90, 30, 255)))}
    page.set_input_files("#txt2img_ic_light_foreground input[type=file]", picture)
    page.locator("#txt2img_ic_light_mode input[value=fbc]").check()
    page.wait_for_selector("#txt2img_ic_light_background")
    for light in ("left", "editor", "custom"):
        page.locator(f"#txt2img_ic_light_light input[value={light}]").check()
        page.wait_for_selector("#txt2img_ic_light_light_strength")
        found |= {*page.evaluate(LEFT)}
    for result in ("painting", "photograph"):
        page.locator(f"#txt2img_ic_light_result input[value={result}]").check()
        for room in ("subject", "result", "models", "ideas"):
            page.click(f"#txt2img_ic_light_tab_{room}-button")
            found |= {*page.evaluate(LEFT)}
    assert found == {"IC Light", "PSD", "EXR"}


@pytest.mark.browser
@pytest.mark.parametrize("name", LANGUAGES)
def test_a_text_that_names_something_is_translated_around_the_name(served, name):
    words = translation(name)
    page = served(name)
    said = {text: page.evaluate("text => icLight.words.said(text)", filled(text)) for text in words if "%1" in text}
    assert {text: found for text, found in said.items() if found != filled(words[text])} == {}
    both = "ICLightError: There is no file 'my. Own.onnx' in models/u2net. Choose one of: u2net, silueta."
    expected = words["There is no file %1 in models/%2."].replace("%1", "'my. Own.onnx'").replace("%2", "u2net")
    expected += words["Choose one of: %1."].replace("%1", "u2net, silueta")
    assert page.evaluate("text => icLight.words.said(text)", both) == expected
    assert page.evaluate("icLight.words.said('ICLightError: none of ours')") == "ICLightError: none of ours"


def filled(text: str) -> str:
    """A text with all its placeholders filled in."""
    return re.sub(r"%(\d)", r"<\1>", text)


@pytest.mark.browser
def test_errors_and_the_download_button_are_shown_in_the_language_that_is_chosen(served):
    words = translation("zh_CN")
    page = served("zh_CN")
    page.locator("#txt2img_ic_light_mode label").nth(1).click()
    label = words["Download iclight_sd15_fcon.safetensors (1.7 GB)"]
    page.locator("#txt2img_ic_light_download", has_text=label).wait_for()
    page.fill("#txt2img_prompt textarea", "a ball")
    page.click("#txt2img_generate")
    without = "IC Light has no foreground."
    way_out = (
        "Drop a picture of the subject into the IC Light accordion (over the API: the field 'foreground'), or turn "
    )
    shown = page.locator("#html_log_txt2img .error")
    shown.get_by_text(words[without] + words[way_out + "IC Light off."], exact=True).wait_for()
    broken = {"name": "drawing.png", "mimeType": "image/png", "buffer": b"<svg/>"}
    page.set_input_files("#txt2img_ic_light_foreground input[type=file]", broken)
    line = page.locator("#txt2img_ic_light_summary")
    refused = words["The %1 cannot be read: it is not a picture in a known format, or its header is damaged."]
    line.get_by_text(refused.split("%")[0] + words["foreground"]).wait_for()


@pytest.mark.browser
def test_what_the_scripts_ask_for_in_the_page_is_translated(served):
    page = served("None", LISTEN)
    for radio in ("light", "mode", "placement"):
        for choice in page.locator(f"#txt2img_ic_light_{radio} input[type=radio]").all():
            choice.check()
    page.locator("#txt2img_ic_light_light input[value=left]").check()
    for angle in range(0, 360, 45):
        field = page.locator("#txt2img_ic_light_editor input[data-field=angle][type=number]")
        field.fill(str(angle))
        field.blur()
    page.locator("#txt2img_send_to_ic_light").click()
    asked = set(page.evaluate("[...window.asked]"))
    assert "Send to IC Light" in asked
    assert untranslated({text for text in asked if " " in text or text[:1].isupper()}) == {}

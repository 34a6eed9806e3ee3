"""A new user's first photograph, without transparency, on a page that may lack a background remover."""

import json
import re
import sys
import threading
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from workbench.launch import read_settings
from workbench.session import REPOSITORY, ROUGH_CUT_OUT, Workbench, images

PATIENCE = 60_000
ROUGH = "The rough cut-out of the workbench was used: rembg is not installed."


class Rembg(ModuleType):
    """A remover that finds the left half, or one whose models are unavailable."""

    def __init__(self, works: bool):
        super().__init__("rembg")
        self.works = works

    def new_session(self, model_name, **options):
        if not self.works:
            raise OSError("no network")
        return model_name

    def remove(self, picture, *, session, only_mask):
        mask = np.zeros((picture.height, picture.width), np.uint8)
        mask[:, : picture.width // 2] = 255
        return Image.fromarray(mask)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The workbench with its page's extensions."""
    with Workbench(tmp_path_factory.mktemp("data"), read_settings([]).extension_dirs) as workbench:
        workbench.address = workbench.serve(block=False)
        yield workbench


@pytest.fixture(autouse=True)
def _no_rembg(monkeypatch):
    monkeypatch.setitem(sys.modules, "rembg", None)


@pytest.fixture
def host(running):
    from modules import scripts

    running.reset()
    next(data.module for data in scripts.scripts_data if data.script_class.__name__ == "RoughCutOut")._replaced.clear()
    return running


def a_photograph(seed):
    """A red subject in the middle of a blue picture, different for each seed, because cut-outs are cached."""
    pixels = np.full((96, 96, 3), (20, 40, 200), np.uint8)
    pixels[24:, 30:66] = (200, 30, 20 + seed)
    return Image.fromarray(pixels)


def relight(host, seed, **options):
    from modules.api.api import encode_pil_to_base64

    given = {"foreground": encode_pil_to_base64(a_photograph(seed)).decode(), "light": "left", "show_subject": True}
    body = {"prompt": "", "steps": 1, "width": 96, "height": 96, "sampler_name": "Euler", "seed": 1}
    return host.txt2img(**body, alwayson_scripts={"IC Light": {"args": [{"enabled": True, **given, **options}]}})


def subject_and_note(answer):
    """The prepared subject, and the note about its cut-out."""
    assert answer.status_code == 200, answer.text[:300]
    return np.asarray(images(answer)[-1]), json.loads(answer.json()["info"])["extra_generation_params"].get("Cut-out")


def test_the_page_has_the_rough_cut_out_and_other_hosts_have_not():
    assert read_settings([]).extension_dirs == (REPOSITORY, ROUGH_CUT_OUT)
    assert read_settings(["--extension-dir", str(REPOSITORY)]).extension_dirs == (REPOSITORY,)
    assert Workbench().settings.extension_dirs == (REPOSITORY,)


def test_without_rembg_the_middle_is_cut_out(host):
    subject, note = subject_and_note(relight(host, 1))
    assert tuple(subject[60, 48]) == (200, 30, 21)
    assert (subject[:8] == 127).all()
    assert note == "rough (rembg is not installed)"


def test_a_remover_that_works_is_used(host, monkeypatch):
    monkeypatch.setitem(sys.modules, "rembg", Rembg(works=True))
    subject, note = subject_and_note(relight(host, 2))
    assert tuple(subject[60, 8]) == (20, 40, 200)
    assert (subject[:, 50:] == 127).all()
    assert note is None


def test_a_remover_whose_model_cannot_be_had_is_stood_in_for(host, monkeypatch):
    monkeypatch.setitem(sys.modules, "rembg", Rembg(works=False))
    _, note = subject_and_note(relight(host, 3, matting_model="u2net"))
    assert note == "rough (u2net cannot be loaded)"


def test_a_remover_that_nobody_knows_is_refused_as_ever(host):
    answer = relight(host, 4, matting_model="scissors")
    assert answer.status_code == 422
    assert "no background remover named 'scissors'" in answer.json()["detail"]


def test_an_axis_takes_light_descriptions_as_the_documents_write_them(host):
    from modules import scripts
    from modules.api.api import encode_pil_to_base64

    text = (REPOSITORY / "docs" / "lights.md").read_text(encoding="utf-8")
    written = re.search(r"quoted as CSV: `(.+?)` \|", text)[1]
    labels = [option.label for option in plot(scripts).current_axis_options]
    nothing, light = [0, "", []], labels.index("[IC Light] Light")
    options = {"enabled": True, "foreground": encode_pil_to_base64(a_photograph(9)).decode()}
    answer = host.txt2img(
        **{"steps": 1, "width": 64, "height": 64, "sampler_name": "Euler"},
        script_name="X/Y/Z plot",
        script_args=[light, written, [], *nothing, *nothing, True, True, *[False] * 5, 0, True],
        alwayson_scripts={"IC Light": {"args": [options]}},
    )
    assert len(images(answer)) == 1 + 2
    assert "IC Light lights" in json.loads(answer.json()["info"])["infotexts"][2]


def plot(scripts):
    """The X/Y/Z plot in txt2img."""
    return next(x for x in scripts.scripts_txt2img.selectable_scripts if x.title() == "X/Y/Z plot")


@pytest.fixture
def page(browser, host):
    page = browser.new_page(viewport={"width": 1500, "height": 1200})
    page.set_default_timeout(PATIENCE)
    page.goto(host.address)
    page.wait_for_selector(".input-accordion-checkbox")
    for name, value in (("steps", "1"), ("width", "64"), ("height", "64")):
        page.fill(f"#txt2img_{name} input[type=number]", value)
        page.press(f"#txt2img_{name} input[type=number]", "Tab")
    yield page
    page.close()


def choose(page, box, option):
    page.click(f"{box} input >> visible=true")
    page.click(f"ul[role=listbox] li[aria-label='{option}']")


def drop_photograph(page, tmp_path, seed):
    a_photograph(seed).save(tmp_path / "photo.png")
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    page.set_input_files("#txt2img_ic_light_foreground input[type=file]", tmp_path / "photo.png")
    page.wait_for_selector("#txt2img_ic_light_foreground img")


def generate(page):
    page.click("#txt2img_generate")
    page.wait_for_selector("#html_log_txt2img .performance")


@pytest.mark.browser
def test_a_first_photograph_is_relit_and_the_page_says_how(page, tmp_path):
    drop_photograph(page, tmp_path, 5)
    generate(page)
    page.locator("#html_log_txt2img", has_text=ROUGH).wait_for()
    page.locator("#txt2img_gallery img").first.wait_for()


@pytest.mark.browser
def test_the_preview_says_it_too(page, tmp_path):
    drop_photograph(page, tmp_path, 6)
    page.click("#txt2img_ic_light_preview")
    page.wait_for_selector("#txt2img_ic_light_cutout img")
    page.locator(".toast-body", has_text=ROUGH).wait_for()


@pytest.mark.browser
def test_our_axes_make_a_grid(page, tmp_path):
    drop_photograph(page, tmp_path, 7)
    choose(page, "#script_list", "X/Y/Z plot")
    choose(page, "#script_txt2img_xyz_plot_x_type", "[IC Light] Light")
    generate(page)
    page.locator("#html_log_txt2img", has_text="X values are missing for [IC Light] Light").wait_for()
    for light in ("left", "right"):
        choose(page, "label:has-text('X values')", light)
    page.keyboard.press("Escape")
    assert page.is_hidden("#script_txt2img_xyz_plot_x_values")
    choose(page, "#script_txt2img_xyz_plot_y_type", "[IC Light] Light strength")
    page.fill("#script_txt2img_xyz_plot_y_values textarea", "0.5, 1")
    page.click("#txt2img_generate")
    page.wait_for_selector("#html_info_txt2img >> text=X Values")
    told = page.inner_text("#html_info_txt2img")
    assert 'X Values: "left, right"' in told
    assert 'Y Values: "0.5, 1.0"' in told
    page.check("#script_txt2img_xyz_plot_csv_mode input")
    page.wait_for_selector("#script_txt2img_xyz_plot_x_values")


@pytest.mark.browser
def test_the_page_says_how_far_a_generation_is(page):
    from modules import script_callbacks

    seen = threading.Event()

    def stay(params):
        if params.sampling_step == 1:
            seen.wait(PATIENCE / 1000)

    page.fill("#txt2img_steps input[type=number]", "4")
    page.press("#txt2img_steps input[type=number]", "Tab")
    script_callbacks.on_cfg_denoiser(stay)
    try:
        page.click("#txt2img_generate")
        page.wait_for_selector(".generation-progress >> text='25 %'")
    finally:
        seen.set()
        script_callbacks.remove_callbacks_for_function(stay)
    page.wait_for_selector(".generation-progress", state="detached")

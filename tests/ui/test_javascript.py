"""The page's scripts: how they are written, and what they do on a page with only an editor's container."""

from __future__ import annotations

import html
import json
import re

import pytest
from bare_page import COUNT, HOST, held
from page_texts import ROOT, SCRIPTS, START

from lib_iclight.ui import page_limits

NAMESPACE = "var icLight = window.icLight || {};"
# Functions, and methods with their line; a constructor without parameters needs no word.
DECLARED = re.compile(r"^ +(?:async )?function (\w+)\(|^ {8}(?:async |get )?(\w+)\(.*\) \{$", re.MULTILINE)
PLAIN = {"if", "for", "while", "switch", "catch"}

SPOKEN = """() => {
    window.spoken = [];
    const live = document.querySelector("[role=status]");
    new MutationObserver(() => spoken.push(live.textContent)).observe(live, { childList: true });
}"""


COUNT_DRAWS = """() => {
    const { view } = icLight.editor.of("txt2img");
    const draw = view.draw;
    window.draws = 0;
    view.draw = function () {
        draws += 1;
        draw.call(this);
    };
}"""
# All in one task: no frame comes between.
DRAG_IN_ONE_FRAME = """async ([x, y, moves]) => {
    const { stage } = icLight.editor.of("txt2img");
    const { canvas } = stage;
    canvas.setPointerCapture = () => {};
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    const box = canvas.getBoundingClientRect();
    const [px, py] = stage.toPixels(x, y);
    const send = (type, by) => {
        const at = { clientX: box.left + px + by, clientY: box.top + py + by };
        canvas.dispatchEvent(new PointerEvent(type, { pointerId: 1, bubbles: true, ...at }));
    };
    send("pointerdown", 0);
    draws = 0;
    for (let move = 1; move <= moves; move++) send("pointermove", 2 * move);
    const during = draws;
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return { during, after: draws };
}"""
FRAMES_AND_DRAWS = """async (frames) => {
    for (let settled = 0; settled < 3; settled++) await new Promise(requestAnimationFrame);
    const { context } = icLight.editor.of("txt2img").view;
    const clear = context.clearRect;
    let draws = 0;
    context.clearRect = function (...area) {
        draws += 1;
        clear.apply(this, area);
    };
    for (let frame = 0; frame < frames; frame++) await new Promise(requestAnimationFrame);
    return { frames, draws };
}"""


def text_of(path):
    return path.read_text(encoding="utf-8")


def name_of(path):
    return path.name


@pytest.mark.parametrize("path", [START, *SCRIPTS], ids=name_of)
def test_a_script_is_short_says_what_it_is_for_and_adds_one_name_to_the_namespace(path):
    text = text_of(path)
    assert path.name.startswith("ic_light_"), "the host loads the scripts of all extensions into one page"
    assert len(text.splitlines()) <= 400
    assert text.startswith("/*")
    assert text.count(NAMESPACE) == 1
    assert len(re.findall(r"^icLight\.\w+ = \(\(\) => \{\n    \"use strict\";$", text, re.MULTILINE)) == 1
    assert re.findall(r"^(?:var|let|const|function|class) .*", text, re.MULTILINE) == [NAMESPACE]


def test_the_web_ui_loads_a_single_script():
    assert sorted((ROOT / "javascript").glob("*.js")) == [START]


@pytest.mark.parametrize("path", [START, *SCRIPTS], ids=name_of)
def test_every_function_is_explained_or_typed(path):
    text = text_of(path)
    found = [match for match in DECLARED.finditer(text) if match[0].strip() != "constructor() {"]
    bare = [match[1] or match[2] for match in found if not text[: match.start()].rstrip().endswith("*/")]
    assert [name for name in bare if name not in PLAIN] == []


def test_listeners_are_added_in_one_place_and_nothing_polls():
    sources = {path.name: text_of(path) for path in SCRIPTS}
    for word, allowed in {"addEventListener": {"ic_light_dom.js"}, "setInterval": set(), "innerHTML": set()}.items():
        assert {name for name, text in sources.items() if word in text} == allowed, word


def test_the_limits_that_the_page_carries_are_those_that_the_scripts_know():
    described = re.findall(r"@property \{.*\} (\w+)", text_of(ROOT / "javascript" / "parts" / "ic_light_limits.js"))
    assert sorted(described) == sorted(page_limits.limits())


# In Chromium


@pytest.fixture
def opened(browser):
    """Opens a page with the scripts, by default in the order of their names."""
    pages = []

    def open_page(limits=None, scripts=SCRIPTS):
        page = browser.new_page(viewport={"width": 900, "height": 700})
        pages.append(page)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        carried = html.escape(json.dumps(limits or page_limits.limits()))
        editor = f'<div class="ic-light-editor" data-ic-light-limits="{carried}"></div>'
        page.set_content(f'<div class="ic-light"><div id="txt2img_ic_light_editor">{editor}</div></div>')
        page.add_style_tag(path=ROOT / "style.css")
        page.add_script_tag(content=HOST + COUNT)
        for path in scripts:
            page.add_script_tag(path=path)
        page.evaluate("icLight.main.mount()")
        page.locator("canvas").wait_for()
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [SCRIPTS, SCRIPTS[::-1]], ids=["forwards", "backwards"])
def test_the_scripts_may_come_in_any_order(opened, scripts):
    page = opened(scripts=scripts)
    assert page.locator("[data-tool]").count() == 8
    assert page.problems == []


@pytest.mark.browser
def test_what_is_mounted_is_let_go_of(opened):
    page = opened()
    for name in ("directional", "positioned", "positioned"):
        page.locator(f"[data-tool={name}]").click()
    used = held(page)
    assert used["listeners"] > 30
    assert used["observers"] > 1
    page.evaluate("icLight.main.dispose()")
    assert held(page) == {"listeners": 0, "observers": 0}
    assert page.locator(".ic-light-editor").inner_html() == ""
    assert page.evaluate("icLight.editor.of('txt2img')") is None
    page.evaluate("icLight.main.mount()")
    fresh = held(page)
    page.evaluate("icLight.main.mount()")
    assert held(page) == fresh
    assert page.problems == []


@pytest.mark.browser
def test_lights_that_come_and_go_leave_nothing_behind(opened):
    page = opened()
    page.locator("[data-tool=positioned]").click()
    before = held(page)
    for _ in range(3):
        page.locator("[data-tool=positioned]").click()
        page.locator("[data-tool=remove]").click()
    assert held(page) == before


@pytest.mark.browser
def test_an_editor_whose_container_the_host_has_replaced_is_made_anew(opened):
    page = opened()
    before = held(page)
    page.evaluate("""() => {
        const old = document.querySelector(".ic-light-editor");
        const fresh = old.cloneNode(false);
        old.replaceWith(fresh);
        window.update();
    }""")
    page.locator("canvas").wait_for()
    assert page.locator("[data-tool]").count() == 8
    assert held(page) == before


@pytest.mark.browser
def test_limits_and_defaults_are_those_that_the_page_carries(opened):
    limits = json.loads(json.dumps(page_limits.limits()))
    limits["light"]["strength"] = [0.5, 2.5]
    limits["softness"]["positioned"] = 0.25
    limits["most_lights"] = 2
    limits["placement"]["scale"] = [0.1, 5]
    page = opened(limits)
    page.locator("[data-tool=positioned]").click()
    strength = page.locator("[data-field=strength][type=number]")
    assert (strength.get_attribute("min"), strength.get_attribute("max")) == ("0.5", "2.5")
    assert page.locator("[data-field=softness][type=number]").input_value() == "0.25"
    assert page.locator("[data-field=scale][type=number]").get_attribute("max") == "5"
    strength.fill("4")
    strength.press("Enter")
    assert strength.input_value() == "2.5"
    page.locator("[data-tool=positioned]").click()
    assert page.locator("[data-tool=positioned]").is_disabled()


@pytest.mark.browser
def test_addresses_are_told_apart_by_all_of_them_unless_they_are_pictures_themselves(opened):
    page = opened()
    brief = "(address) => icLight.pictures.brief(address)"
    name = "f" * 150 + ".png"
    assert page.evaluate(brief, f"/file=/tmp/1/{name}") != page.evaluate(brief, f"/file=/tmp/2/{name}")
    one, other = (page.evaluate(brief, f"data:image/png;base64,{'A' * 10_000}{end}") for end in "BC")
    assert one != other
    assert len(one) < 1_000


@pytest.mark.browser
def test_tab_reaches_one_tool_and_the_arrows_go_on_from_there(opened):
    page = opened()

    def focused():
        return page.evaluate("document.activeElement.dataset.tool")

    def pressed(key):
        page.keyboard.press(key)
        return focused()

    def off():
        return [tool.get_attribute("data-tool") for tool in page.locator("[data-tool][aria-disabled=true]").all()]

    page.locator("[data-tool=directional]").focus()
    assert pressed("ArrowRight") == "positioned"
    assert pressed("ArrowRight") == "duplicate", "what cannot be used now can be heard"
    assert off() == ["duplicate", "mirror", "remove", "undo", "redo"]
    assert pressed("Enter") == "duplicate", "and pressing it does nothing"
    assert page.locator(".ic-light-chip").count() == 0
    assert pressed("End") == "reset"
    assert pressed("ArrowRight") == "directional"
    assert pressed("ArrowLeft") == "reset"
    assert pressed("Home") == "directional"
    assert pressed("Enter") == "directional"
    assert page.locator("[data-tool][tabindex='0']").count() == 1
    assert pressed("Tab") is None, "the toolbar is one stop"
    assert pressed("Shift+Tab") == "directional", "where the focus was"
    page.locator("[data-tool=remove]").click()
    assert focused() == "remove", "a tool that can no longer be used keeps the focus"
    assert off() == ["duplicate", "mirror", "remove", "redo"]
    assert pressed("Enter") == "remove", "and pressing it again does nothing, and nothing else"
    assert pressed("ArrowRight") == "undo"


@pytest.mark.browser
def test_a_tool_that_is_off_says_why(opened):
    page = opened()

    def why(name):
        """What the tooltip says below what the tool does, which is what a screen reader describes it by."""
        return page.locator(f"[data-tool={name}]").get_attribute("title").partition("\n")[2]

    assert why("positioned") == ""
    assert why("duplicate") == "No light is selected."
    assert why("mirror") == "There is no light yet."
    assert why("remove") == "No light is selected."
    assert why("undo") == "There is nothing to undo."
    assert why("redo") == "There is nothing to redo."
    for _ in range(8):
        page.locator("[data-tool=positioned]").click()
    for name in ("positioned", "directional", "duplicate"):
        assert why(name) == "There are 8 lights, which is the most."
    assert [why(name) for name in ("mirror", "remove", "undo")] == ["", "", ""]


def with_a_light(opened):
    """A page with one light in its editor, whose clock stands still and that notes what is spoken from now on."""
    page = opened()
    page.locator("[data-tool=positioned]").click()
    page.wait_for_function("document.querySelector('[role=status]').textContent.startsWith('Light 1 of 1')")
    page.clock.install(time=0)
    page.clock.pause_at(3600)
    page.evaluate(SPOKEN)
    return page


@pytest.mark.browser
def test_a_drag_is_spoken_once_when_it_has_ended(opened):
    page = with_a_light(opened)
    box = page.locator("canvas").bounding_box()
    x, y = page.evaluate("icLight.editor.of('txt2img').stage.toPixels(0.25, 0.25)")
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + x + 40, box["y"] + y + 30, steps=12)
    page.clock.run_for(50)
    line = page.locator(".ic-light-status").inner_text()
    assert "25 % / 25 %" not in line, "who sees it sees every step"
    assert page.evaluate("spoken") == []
    page.mouse.up()
    page.clock.run_for(5_000)
    assert page.evaluate("spoken") == [line]


@pytest.mark.browser
def test_a_drag_is_drawn_once_a_frame_and_written_when_it_has_ended(opened):
    page = opened()
    page.evaluate("""() => document.body.insertAdjacentHTML("beforeend", `
        <div id="txt2img_ic_light_light_editor"><textarea></textarea></div>`)""")
    page.locator("[data-tool=positioned]").click()
    page.evaluate(COUNT_DRAWS)
    text = page.locator("textarea")
    before = text.input_value()
    frames = page.evaluate(DRAG_IN_ONE_FRAME, [0.25, 0.25, 20])
    assert frames == {"during": 0, "after": 1}, "twenty moves in one frame are drawn once, in the next"
    assert text.input_value() == before
    page.evaluate("document.querySelector('canvas').dispatchEvent(new PointerEvent('pointerup', { pointerId: 1 }))")
    assert text.input_value() != before
    assert text.input_value() == page.evaluate("icLight.editor.of('txt2img').state.text")


@pytest.mark.browser
def test_nothing_is_drawn_while_nothing_happens(opened):
    page = opened()
    page.locator("[data-tool=positioned]").click()
    page.mouse.move(5, 5)
    assert page.evaluate(FRAMES_AND_DRAWS, 20) == {"frames": 20, "draws": 0}


@pytest.mark.browser
def test_keys_that_follow_each_other_are_spoken_once_when_they_pause(opened):
    page = with_a_light(opened)
    page.locator("canvas").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("spoken") == []
    page.clock.run_for(5_000)
    assert page.evaluate("spoken") == [page.locator(".ic-light-status").inner_text()]
    assert "31 % / 25 %" in page.evaluate("spoken[0]")

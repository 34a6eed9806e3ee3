"""The studio's sets on the page: renamed, deleted, taken in from files, and those that are gone or cannot be used."""

from __future__ import annotations

import pytest
from light_sets import random_paintings
from studio_mixes import ROW, mix_of, show, tool

from lib_iclight.studio import set_file

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

LINE = ".ic-light-studio-line.ic-light-wrong"


def sets_folder():
    from lib_iclight.hosts import light_sets

    return light_sets.results() / light_sets.FOLDER


def test_a_set_is_renamed_and_deleted(page, sets):
    folder = sets_folder()
    page.get_by_label("Ready mixes").select_option("moonlight")
    mix = mix_of(page)
    tool(page, "rename").click()
    page.get_by_label("New name").fill("a better name")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Light set", exact=True)).to_have_value("a better name")
    assert [path.stem for path in folder.rglob("*.safetensors")] == ["a better name"]
    assert mix_of(page) == mix
    assert tool(page, "undo").is_enabled()
    page.once("dialog", lambda dialog: dialog.dismiss())
    tool(page, "delete").click()
    assert [path.stem for path in folder.rglob("*.safetensors")] == ["a better name"]
    page.once("dialog", lambda dialog: dialog.accept())
    tool(page, "delete").click()
    expect(page.locator(".ic-light-studio-empty")).to_be_visible()
    assert [*folder.rglob("*.safetensors")] == []


def test_a_name_that_cannot_be_is_refused_in_words(page):
    tool(page, "rename").click()
    page.get_by_label("New name").fill("../up")
    page.keyboard.press("Enter")
    expect(page.locator(".ic-light-studio-line")).to_contain_text("cannot be the name of a light set")


DROP = """(files) => {
    const carrier = new DataTransfer();
    for (const [name, bytes] of files) carrier.items.add(new File([new Uint8Array(bytes)], name));
    const root = document.querySelector(".ic-light-studio");
    for (const type of ["dragover", "drop"])
        root.dispatchEvent(new DragEvent(type, { dataTransfer: carrier, bubbles: true, cancelable: true }));
}"""


def test_dropped_files_are_taken_in_and_the_last_is_shown(page, tmp_path):
    set_file.write(tmp_path / "from afar.safetensors", random_paintings(count=2))
    content = [*(tmp_path / "from afar.safetensors").read_bytes()]
    page.evaluate(DROP, [["another.safetensors", content], ["from afar.safetensors", content]])
    expect(page.get_by_label("Light set", exact=True)).to_have_value("from afar")
    expect(page.locator(ROW)).to_have_count(3)
    assert page.locator("option[value=another]").count() == 1


def test_a_file_is_opened_by_its_button(page, tmp_path):
    set_file.write(tmp_path / "chosen.safetensors", random_paintings(count=2))
    page.set_input_files(".ic-light-studio input[type=file]", tmp_path / "chosen.safetensors")
    expect(page.get_by_label("Light set", exact=True)).to_have_value("chosen")


def test_a_foreign_file_is_refused_in_words_and_the_set_stays(page):
    page.evaluate(DROP, [["broken.safetensors", [1, 2, 3]]])
    expect(page.locator(LINE)).to_contain_text("cannot be used")
    expect(page.locator(ROW)).to_have_count(5)


def test_a_set_that_is_gone_is_said_and_the_shown_one_stays(opened, sets):
    sets(one=random_paintings(count=2), two=random_paintings(count=3))
    page = opened()
    shown = page.get_by_label("Light set", exact=True)
    name = shown.input_value()
    other = {"one": "two", "two": "one"}[name]
    sets_folder().joinpath(f"{other}.safetensors").unlink()
    shown.select_option(other)
    expect(page.locator(LINE)).to_contain_text(f"no light set named '{other}'")
    expect(shown).to_have_value(name)


def test_a_set_that_cannot_be_used_says_why_and_can_be_deleted(page):
    damaged = sets_folder() / "damaged.safetensors"
    damaged.write_bytes(b"123")
    page.reload()
    show(page)
    expect(page.locator(ROW)).to_have_count(5)
    shown = page.get_by_label("Light set", exact=True)
    shown.select_option("damaged")
    expect(page.locator(LINE)).to_contain_text("cannot be used")
    expect(shown).to_have_value("noise")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(LINE).get_by_role("button", name="Delete the light set").click()
    expect(page.locator("option[value=damaged]")).to_have_count(0)
    assert not damaged.exists()
    expect(shown).to_have_value("noise")


def test_while_the_web_ui_is_busy_a_set_is_asked_for_again(opened, sets):
    sets(noise=random_paintings(count=4))
    page, turned_away = opened(wait=False), []

    def turn_away(route):
        turned_away.append(route.request.url)
        if len(turned_away) > 2:
            route.continue_()
        else:
            route.fulfill(status=503, headers={"Retry-After": "0"}, json={"detail": "Busy"})

    page.route("**/preview?*", turn_away)
    show(page)
    expect(page.locator(ROW)).to_have_count(5)
    assert len(turned_away) == 3

"""Normals sent to a unit of ControlNet, on a page that has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from light_sets import ball_set, random_paintings
from studio_mixes import show

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

STAND_IN = Path(__file__).parents[1] / "helpers" / "control_net"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A workbench with a stand-in for ControlNet."""
    from workbench.session import REPOSITORY, Workbench

    with Workbench(tmp_path_factory.mktemp("data"), (REPOSITORY, STAND_IN)) as workbench:
        yield workbench


def send(page, tab: str) -> None:
    page.locator(".ic-light-studio [data-field=tab]").select_option(tab)
    page.get_by_role("button", name="Normals to ControlNet").click()


def unit(page, tab: str, number: int):
    """Finds the elements of a unit."""
    return lambda name: page.locator(f"#{tab}_controlnet_ControlNet-{number}_{name}")


def check_taken(page, tab: str, number: int) -> None:
    of = unit(page, tab, number)
    expect(of("input_image").locator("img")).to_be_visible()
    expect(of("controlnet_enable_checkbox").locator("input")).to_be_checked()
    expect(of("controlnet_type_filter_radio").locator("input[value=NormalMap]")).to_be_checked()
    expect(of("controlnet_preprocessor_dropdown").locator("input")).to_have_value("None")
    expect(of("controlnet_model_dropdown").locator("input")).to_have_value("normalbae_15")


@pytest.mark.parametrize("tab", ["txt2img", "img2img"])
def test_normals_go_into_the_first_unit_that_is_off(opened, sets, tab):
    sets(ball=ball_set())
    page = opened()
    for number in range(2):
        send(page, tab)
        said = f"The normals are in ControlNet of {tab}, unit {number}. It has no preprocessor."
        expect(page.locator(".ic-light-studio-line")).to_have_text(said, timeout=30_000)
        expect(page.locator(f"#{tab}_controlnet > .ic-light-note")).to_have_text(said)
        check_taken(page, tab, number)
        show(page)
    send(page, tab)
    expect(page.get_by_text("All units of ControlNet are in use.")).to_be_visible()
    assert page.problems == []


def test_a_set_without_normals_offers_none(opened, sets):
    sets(noise=random_paintings())
    expect(opened().get_by_role("button", name="Normals to ControlNet")).to_be_hidden()

"""What the page asks the server about its choices: one question at a time, and the last answer is to what is chosen."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.browser

LIGHT = "#txt2img_ic_light_light"


class Asked:
    """Watches the questions about the choices; the first that is asked can be kept waiting for its answer.

    Attributes:
        most: the most that were without an answer at one time.
    """

    def __init__(self, page):
        self.waiting, self.most = set(), 0
        page.on("request", self._begin)
        page.on("requestfinished", self._end)

    def _begin(self, request):
        if is_about_choices(request):
            self.waiting.add(request)
            self.most = max(self.most, len(self.waiting))

    def _end(self, request):
        self.waiting.discard(request)


def is_about_choices(request):
    """Whether a request asks for the summary: only it has both the light and the placement in it."""
    data = json.loads(request.post_data or "{}").get("data", ()) if request.url.endswith("/run/predict") else ()
    return "cover" in data and "fc" in data


def open_accordion(page):
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    page.wait_for_selector("#txt2img_ic_light_editor canvas")


def test_one_question_is_asked_at_a_time(page):
    asked = Asked(page)
    open_accordion(page)
    page.locator(f"{LIGHT} input[value=left]").check()
    page.wait_for_selector("#txt2img_ic_light_light_strength")
    assert asked.most == 1


def test_a_choice_that_is_made_before_an_answer_is_asked_about_after_it(page):
    held = []

    def hold_first(route):
        if is_about_choices(route.request) and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/run/predict", hold_first)
    with page.expect_request(is_about_choices):
        open_accordion(page)
    for light in ("left", "custom"):
        page.locator(f"{LIGHT} input[value={light}]").check()
    held[0].continue_()
    page.wait_for_selector("#txt2img_ic_light_light_map")
    assert page.locator(f"{LIGHT} input[value=custom]").is_checked()


def test_after_a_question_that_fails_the_next_is_answered(page):
    failed = []

    def fail_first(route):
        if is_about_choices(route.request) and not failed:
            failed.append(route.request)
            route.abort()
        else:
            route.continue_()

    page.route("**/run/predict", fail_first)
    open_accordion(page)
    page.locator(f"{LIGHT} input[value=left]").check()
    page.wait_for_selector("#txt2img_ic_light_light_strength")
    assert failed

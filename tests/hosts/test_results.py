"""Our pictures are where both page and API find them, each with its own text."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
from samples import plain

from lib_iclight.hosts import results

OURS = [plain((1, 2, 3)), plain((4, 5, 6))]
TEXTS = ["first", "second"]


class Forge:
    def text2imgapi(self, processed):
        return processed.images + processed.extra_images


class ReForge:
    def text2imgapi(self, processed):
        return processed.images


class Elsewhere:
    def text2imgapi(self, processed):
        return self.answer(processed)


@pytest.fixture(params=[Forge, ReForge, Elsewhere, None], ids=str)
def api(request, monkeypatch):
    module = ModuleType("modules.api.api")
    if request.param is not None:
        module.Api = request.param
    monkeypatch.setitem(sys.modules, "modules.api.api", module)
    return request.param


def outcome(extra=()):
    return SimpleNamespace(images=["result"], infotexts=["its text"], extra_images=list(extra))


def test_they_come_last_and_the_api_gives_them(api):
    processed = outcome()
    results.add(processed, OURS, TEXTS)
    assert processed.images + processed.extra_images == ["result", *OURS]
    if api is ReForge:
        assert api().text2imgapi(processed) == ["result", *OURS]
    else:
        assert processed.images == ["result"], "a grid that is made of the results is not disturbed"


def test_each_picture_has_its_text_at_its_place(api):
    processed = outcome(extra=["a map"])
    results.add(processed, OURS, TEXTS)
    shown = processed.images + processed.extra_images
    assert [processed.infotexts[shown.index(picture)] for picture in OURS] == TEXTS
    assert processed.infotexts[0] == "its text"


def test_pictures_without_a_text_add_none(api):
    processed = outcome()
    results.add(processed, OURS)
    assert processed.infotexts == ["its text"]


def test_a_host_without_extra_pictures_gets_them_among_the_others(api):
    processed = SimpleNamespace(images=["result"], infotexts=["its text"])
    results.add(processed, OURS, TEXTS)
    assert processed.images == ["result", *OURS]
    assert processed.infotexts == ["its text", *TEXTS]

"""The quick lists of prompts, and the user's file that replaces them."""

from __future__ import annotations

import pytest

from lib_iclight.errors import ICLightError
from lib_iclight.ui import prompts
from lib_iclight.ui.prompts import PromptList, as_html, load, parse


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The path of the user's file."""
    path = tmp_path / "user" / "prompts.txt"
    path.parent.mkdir()
    monkeypatch.setattr(prompts, "OWN", path)
    return path


def test_each_line_below_a_heading_is_a_text():
    text = "# mine\n[Lighting]\n  dusk,  street lamps \n\ndawn\n[Mood]\ncalm\n[Lighting]\ndawn\nnoon"
    assert parse(text) == [
        PromptList("Lighting", ("dusk, street lamps", "dawn", "noon")),
        PromptList("Mood", ("calm",)),
    ]


def test_an_emphasis_in_brackets_is_a_text_when_more_follows():
    assert parse("[A]\n[soft] light, dusk")[0].texts == ("[soft] light, dusk",)


def test_the_lists_that_come_with_the_extension_are_short_and_there(own):
    lists, problem = load()
    assert problem == ""
    assert [one.name for one in lists] == ["Subject", "Lighting"]
    assert all(12 <= len(one.texts) <= 20 for one in lists)


def test_a_file_of_the_user_wins_and_is_read_anew_each_time(own):
    own.write_text("[Mine]\nfirst", encoding="utf-8")
    assert load() == ([PromptList("Mine", ("first",))], "")
    own.write_text("\ufeff[Mine]\nsecond", encoding="utf-8")
    assert load() == ([PromptList("Mine", ("second",))], "")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"dusk\n[Lighting]\n", "line 1 comes before the first list"),
        (b"# nothing\n[Lighting]\n", "no text in it"),
        (b"[Lighting]\n\xff\xfe", "UTF-8"),
        (b"[A]\n" + b"x" * prompts.MAX_BYTES, "more than 100 kB"),
    ],
    ids=["no heading", "empty", "encoding", "size"],
)
def test_a_broken_file_is_one_line_and_the_extensions_lists_are_shown(own, content, reason):
    own.write_bytes(content)
    lists, problem = load()
    assert [one.name for one in lists] == ["Subject", "Lighting"]
    assert reason in problem
    assert problem.startswith("user/prompts.txt")
    assert "\n" not in problem


def test_a_folder_in_the_files_place_is_named_too(own):
    own.mkdir()
    assert "user/prompts.txt cannot be used" in load()[1]


def test_texts_cannot_become_markup():
    shown = as_html([PromptList("<b>", ('a "bright" <light> & more',))], "<i>")
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert 'data-text="a &quot;bright&quot; &lt;light&gt; &amp; more"' in shown


@pytest.mark.parametrize("text", ["", "# only a comment", "[Lighting]", "[ ]\nmoonlight"])
def test_nothing_to_read_is_refused(text):
    with pytest.raises(ICLightError, match="there is no text in it; begin a list with a line such as"):
        parse(text)

"""The table of the request's fields, and what is generated from it."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from pathlib import Path

import pytest
from refusals import reason_of

from lib_iclight import infotext
from lib_iclight.api.field_table import markdown
from lib_iclight.fields import Kind, Section, choice, number, strength, switch, table, text
from lib_iclight.request import FIELDS, REFINEMENT_FIELDS, Request

API = Path(__file__).resolve().parents[1] / "docs" / "api.md"


def test_the_documents_table_is_this_one():
    documented = API.read_text(encoding="utf-8")
    assert markdown() in documented, "python -m lib_iclight.api.field_table prints the table for docs/api.md"


@pytest.mark.parametrize("name", FIELDS)
def test_an_entry_is_whole(name):
    field = FIELDS[name]
    assert field.label
    assert field.section in Section
    assert getattr(Request(), name) == field.default
    assert field.kind is Kind.PICTURE or field.check(name, field.default) == field.default
    assert (field.kind is Kind.DRAWN) == bool(field.editor)
    assert (field.kind in (Kind.NUMBER, Kind.STRENGTH)) == (field.limits is not None)
    assert (field.kind in (Kind.CHOICE, Kind.DRAWN)) == bool(field.choices)


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if field.limits])
def test_a_slider_stays_within_the_limits_and_can_say_the_default(name):
    field = FIELDS[name]
    low, high = field.limits
    begin = low if field.slider_from is None else field.slider_from
    assert low <= begin <= field.default <= high
    for value in (field.default, high):
        steps = (value - begin) / field.step
        assert steps == pytest.approx(round(steps))


def test_the_edges_fields_are_what_can_be_done_to_a_matte():
    """An entry of the request and an attribute of the refinement are all that a field of the edge needs."""
    values = {name: FIELDS[name].limits[1] if FIELDS[name].limits else True for name in REFINEMENT_FIELDS}
    edge = Request(**values).edge
    assert [each.name for each in fields(edge)] == [name.removeprefix("matte_") for name in REFINEMENT_FIELDS]
    assert astuple(edge) == tuple(values.values())


def test_the_words_are_no_sentences():
    """The table's cells end without a full stop, and contain no "|"."""
    for field in FIELDS.values():
        assert not field.words.endswith(".")
        assert "|" not in field.words + field.default_words


def test_no_two_fields_have_one_label():
    labels = [label for name, label in infotext.LABELS.items() if name != "enabled"]
    assert len(set(labels)) == len(labels)
    assert len({field.label for field in FIELDS.values()}) == len(FIELDS)


def test_what_no_picture_tells_and_pictures_are_not_pasted():
    silent = {"foreground", "background", "light_map", "keep_original", "show_subject"}
    assert {name for name, field in FIELDS.items() if not field.is_pasted} == silent


@dataclass(frozen=True)
class Small:
    """A request with one field of each kind that can be declared in one line."""

    on: bool = switch(label="On", section=Section.HEAD)
    size: float = number(-1, 2, default=1, label="Size", section=Section.EDGE, step=0.5)
    much: float = strength(label="Much", section=Section.KEPT)
    side: str = choice(("left", "right"), label="Side", section=Section.LIGHT)
    name: str = text("auto", label="Name", section=Section.MODE)


SMALL = table(Small)


def test_a_table_holds_the_fields_in_their_order_with_their_defaults():
    assert {name: field.default for name, field in SMALL.items()} == {
        "on": False,
        "size": 1.0,
        "much": 0.0,
        "side": "left",
        "name": "auto",
    }
    assert Small() == Small(**{name: field.default for name, field in SMALL.items()})
    with pytest.raises(TypeError):
        SMALL["on"] = None


@pytest.mark.parametrize(
    ("name", "value", "checked"),
    [("on", True, True), ("size", 2, 2.0), ("much", True, 1.0), ("side", "RIGHT", "right"), ("name", " a ", "a")],
)
def test_a_value_that_fits_is_taken(name, value, checked):
    found = SMALL[name].check(name, value)
    assert (found, type(found)) == (checked, type(checked))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("on", 1, "on must be true or false, not 1."),
        ("size", -1.5, "size must be a number from -1 to 2, not -1.5."),
        ("much", 1.5, "much must be a number from 0 to 1, not 1.5."),
        ("side", "up", "side must be one of: left, right; not 'up'."),
        ("name", 5, "name must be text, not 5."),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(name, value, said):
    assert reason_of(SMALL[name].check, name, value) == said

"""How results are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import reason_of

from lib_iclight.shoot.naming import FIELDS, PATTERN, check, free, safe, stem

VALUES = {"source": "cup", "folder": "tea/white", "look": "evening", "seed": "7", "number": "0012"}


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        (PATTERN, "tea/white/cup-evening"),
        ("[look]/[number]_[seed]", "evening/0012_7"),
        ("all/[folder] [source]", "all/tea/white cup"),
        ("[source]", "cup"),
    ],
)
def test_a_pattern_is_filled_in(pattern, name):
    check(pattern)
    assert stem(pattern, VALUES) == name


def test_a_picture_in_no_sub_folder_has_none_in_its_results_name():
    assert stem(PATTERN, VALUES | {"folder": ""}) == "cup-evening"


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("[sorce]", "'[sorce]', which is unknown. Use [source], [folder]"),
        ("../[source]", "leads out of the folder"),
        ("/tmp/[source]", "leads out of the folder"),
        ("..\\[source]", "leads out of the folder"),
        ("[source]/", "must end with a file's name"),
        ("[look]/[folder]", "must end with a file's name"),
        ("", "must end with a file's name"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern, reason):
    assert reason in reason_of(check, pattern)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('a<b>c:"d|e?f*', "a_b_c__d_e_f_"),
        ("con", "_con"),
        ("NUL.png", "_NUL.png"),
        ("dots...", "dots"),
        (" blank ", "blank"),
        ("..", "_"),
        (".hidden", "_hidden"),
        ("\udcff", "_"),
        ("красный чайник", "красный чайник"),
    ],
)
def test_names_are_safe_on_every_system(given, name):
    assert safe(given) == name


def test_long_names_are_cut_and_stay_apart():
    one, two = safe("茶" * 100), safe("茶" * 101)
    assert one != two
    assert max(len(one.encode()), len(two.encode())) <= 200


@given(st.fixed_dictionaries({name: st.text(max_size=20) for name in FIELDS}))
def test_no_value_leads_out_of_the_folder(values):
    parts = stem(f"x/{PATTERN}[seed]", values).split("/")
    assert parts[0] == "x"
    assert not any(part in ("", ".", "..") or "\\" in part or part.startswith(".") for part in parts)


def test_a_taken_name_gets_a_number():
    taken = {"a.png", "a-2.png"}
    assert free("a", ".png", taken.__contains__) == "a-3.png"
    assert free("a", ".jpg", taken.__contains__) == "a.jpg"

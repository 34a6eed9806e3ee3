"""Whether a background is removed, as the API specifies."""

from __future__ import annotations

import pytest

from lib_iclight.errors import ICLightError
from lib_iclight.request import from_api


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), ("always", "always"), ("Always", "always")]
)
def test_a_background_is_removed_where_needed_never_or_always(value, expected):
    assert from_api({"remove_background": value}).remove_background == expected


@pytest.mark.parametrize("value", ["never", "true", 1, 0, [], {}])
def test_no_other_word_says_whether_a_background_is_removed(value):
    with pytest.raises(ICLightError, match=r'^remove_background must be true, false or "always", not '):
        from_api({"remove_background": value})

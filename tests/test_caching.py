"""The cache keeps what was used last."""

from __future__ import annotations

import pytest

from lib_iclight.caching import LRU


def test_a_value_is_made_once():
    made = []
    cache = LRU(2)
    for _ in range(3):
        assert cache.get("a", lambda: made.append(1) or "value") == "value"
    assert len(made) == 1


def test_what_was_used_longest_ago_is_forgotten():
    made = []
    cache = LRU(2)
    for key in ("a", "b", "a", "c", "a", "b"):
        cache.get(key, lambda key=key: made.append(key))
    assert made == ["a", "b", "c", "b"]


def test_a_failure_is_passed_on_and_not_kept():
    cache = LRU(1)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 // 0)
    assert cache.get("a", lambda: 5) == 5


def test_clear_forgets_everything():
    cache = LRU(2)
    cache.get("a", lambda: 1)
    cache.clear()
    assert cache.get("a", lambda: 2) == 2

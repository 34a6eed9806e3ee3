"""A cache with a limit in bytes, for everything that is kept in memory between runs."""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np

from .process_memory import release_memory

Value = TypeVar("Value")

MEGABYTE = 1 << 20

# An entry takes some kilobytes on top of its arrays, which adds up if pictures are tiny.
_MOST_ENTRIES = 4096
_WORTH_GIVING_BACK = 16 * MEGABYTE


class _Entry(NamedTuple):
    value: Any
    blocks: dict[int, int]


class SharedCache:
    """Keeps the most recently used values up to a limit in bytes, and a few thousand at most.

    Thread-safe. Memory that several values share is counted once. A value that alone exceeds the limit is not kept.

    Args:
        limit: returns the limit in bytes. It is called whenever a value is added, so the limit may change.
    """

    def __init__(self, limit: Callable[[], int]):
        self._limit = limit
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._holders: Counter[int] = Counter()
        self._used = 0  # bytes of all values that are kept
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of ``key``, made by ``make`` if it is missing; exceptions of ``make`` are passed on."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key].value
        value = make()
        self._add(key, _Entry(value, blocks(value)))
        return value

    def trim(self, room: int = 0) -> None:
        """Drop the least recently used values until ``room`` more bytes fit within the current limit."""
        limit = self._limit() - room
        with self._lock:
            freed = self._shrink(limit)
        _give_back(freed)

    def clear(self, which: Callable[[Any], bool] = lambda key: True) -> None:
        """Drop the values of all keys for which ``which`` is true."""
        with self._lock:
            before = self._used
            for key in [*filter(which, self._entries)]:
                self._drop(key)
            freed = before - self._used
        _give_back(freed)

    def _add(self, key: Hashable, entry: _Entry) -> None:
        limit = self._limit()
        if sum(entry.blocks.values()) > limit:
            return
        with self._lock:
            if key in self._entries:  # two threads made it at once
                self._drop(key)
            self._entries[key] = entry
            for block, size in entry.blocks.items():
                self._used += 0 if self._holders[block] else size
                self._holders[block] += 1
            freed = self._shrink(limit)
        _give_back(freed)

    def _shrink(self, limit: int) -> int:
        """Drop the least recently used values until at most ``limit`` bytes are left; returns the bytes freed."""
        before = self._used
        while self._entries and (self._used > limit or len(self._entries) > _MOST_ENTRIES):
            self._drop(next(iter(self._entries)))
        return before - self._used

    def _drop(self, key: Hashable) -> None:
        for block, size in self._entries.pop(key).blocks.items():
            self._holders[block] -= 1
            if not self._holders[block]:
                del self._holders[block]
                self._used -= size


def blocks(value: Any) -> dict[int, int]:
    """The blocks of memory behind a value, identity to bytes.

    Arrays, tensors and bytes inside dataclasses, mappings, tuples and lists count too. Views count as their base.
    """
    if isinstance(value, bytes):
        return {id(value): len(value)}
    if isinstance(value, np.ndarray):
        while isinstance(value.base, np.ndarray):
            value = value.base
        return {id(value if value.base is None else value.base): value.nbytes}
    if hasattr(value, "untyped_storage"):
        storage = value.untyped_storage()
        return {storage.data_ptr(): storage.nbytes()}
    if dataclasses.is_dataclass(value):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        value = [*value.values()]
    found: dict[int, int] = {}
    if isinstance(value, (list, tuple)):
        for part in value:
            found |= blocks(part)
    return found


def _give_back(freed: int) -> None:
    if freed >= _WORTH_GIVING_BACK:
        release_memory()

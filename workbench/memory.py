"""How much memory this process takes."""

from __future__ import annotations


def resident_memory() -> float:
    """This process's resident memory in MiB."""
    import psutil

    return psutil.Process().memory_info().rss / 2**20

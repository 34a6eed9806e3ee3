"""Small helpers for every room: the cache, file stamps, JSON values, background threads, memory release.

May import: errors.
"""

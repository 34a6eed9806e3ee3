"""Small helpers for all rooms: cache, file stamps, JSON values, background threads, memory release.

May import: errors.
"""

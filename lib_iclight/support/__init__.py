"""Small helpers for all rooms: cache, file stamps, file names, JSON values, background threads, memory release.

May import: errors.
"""

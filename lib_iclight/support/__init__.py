"""Small things that every room uses: caches, files' stamps, values as JSON brings them, work in a thread.

May import: errors.
"""

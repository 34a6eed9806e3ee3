"""Model files: finding, reading, checking, choosing and downloading them.

May import: errors, support.
"""

"""Model files: found, read, checked, chosen and downloaded.

May import: errors, support.
"""

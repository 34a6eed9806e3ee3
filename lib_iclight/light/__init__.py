"""The light that is asked for: descriptions, the maps drawn from them, and its colour.

May import: errors, picture, support.
"""

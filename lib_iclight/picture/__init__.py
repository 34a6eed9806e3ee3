"""Pictures: opening, conversion to 8-bit sRGB arrays, scaling, filtering and writing.

May import: errors.
"""

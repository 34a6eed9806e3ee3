"""Pictures: opened, brought to 8-bit sRGB arrays, scaled, filtered and written.

May import: errors.
"""

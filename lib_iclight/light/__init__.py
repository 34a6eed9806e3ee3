"""The requested light: light descriptions, the maps drawn from them, and colours of light.

May import: errors, picture, support.
"""

"""A whole shoot in one light: catalogues, which are pictures times looks, and clips, whose frames are steady.

May import: errors, files, light, picture, request_input, restore, studio, support.
"""

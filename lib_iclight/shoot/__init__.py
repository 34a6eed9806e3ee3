"""A whole shoot in one light: catalogues, which are pictures times looks, and clips, whose frames are steady.

Of a clip are ``clip*``, ``flow``, ``moving``, ``steady`` and ``windows``; all else is of a catalogue.

May import: errors, files, light, picture, request_input, restore, studio, support.
"""

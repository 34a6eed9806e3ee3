"""A whole shoot: many pictures in one light. A catalogue is pictures times looks, with a manifest of what came of each.

May import: errors, files, picture, request_input, support.
"""

"""The page: the accordion in txt2img and img2img, the studio's tab, the catalogue's panel, and the texts in them.

May import: errors, fields, infotext, light, models, picture, request, request_input, settings, shoot, studio,
subject.
"""

"""The page: the accordion in txt2img and img2img, and the texts that it shows.

May import: errors, fields, infotext, light, models, picture, request, settings, subject.
"""

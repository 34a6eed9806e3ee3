"""The light studio: lights that were shot once, mixed, moved and measured without a model.

May import: errors, files, light, models, picture, restore, support.
"""

"""Whole shoots: many pictures in one light, and clips whose frames are steady.

May import: errors, files, light, picture, restore, studio, support.
"""

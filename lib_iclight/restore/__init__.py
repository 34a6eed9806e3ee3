"""Keeps the subject as it was: puts back its detail and its colours, or the painting's light on the photograph.

May import: picture.
"""

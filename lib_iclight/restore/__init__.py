"""Keeps the subject as it was: puts its detail and its colours back into the relit picture.

May import: picture.
"""

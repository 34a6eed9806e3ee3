"""The subject: the user's picture, cut out, refined at its edge and placed in the frame.

May import: errors, picture, support.
"""

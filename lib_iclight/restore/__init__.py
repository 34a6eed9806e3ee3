"""What keeps the subject itself: its detail and its colours, put back into the relit picture.

May import: picture.
"""

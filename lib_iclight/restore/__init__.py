"""What keeps the subject itself: its detail and its colours, put back into the relit picture; and the
light itself, taken out of that picture and put on the photograph.

May import: errors, picture, support.
"""

"""What is lit: the picture that a user gives, cut out, refined at its edge and placed in the frame.

May import: errors, picture, support.
"""

"""Result files: the photograph's data put into those that the web UI has saved, and layers written beside them.

May import: errors, picture, restore.
"""

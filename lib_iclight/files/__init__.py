"""Files: the photograph's data put into those that the web UI has saved, layers written beside them, and videos.

May import: errors, picture, restore.
"""

"""Measures how well the workbench's model relights held-out scenes, using the product itself."""

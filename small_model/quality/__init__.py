"""How well the workbench's model relights: held-out scenes, the product's own way to a picture, and measures."""

"""A small diffusion model shaped like Stable Diffusion 1.5, its IC-Light offsets, their training and their measures."""

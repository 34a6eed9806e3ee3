"""IC-Light for Stable Diffusion WebUI Forge: relight a subject with an SD 1.5 checkpoint.

Nothing happens at import: the pure modules know numpy, Pillow and torch, only ``hosts`` knows a web UI.
"""

PROJECT = "sd-forge-ic-light-relight"
"""Tells this package from another extension's that bears the same import name."""

__version__ = "0.1.0"

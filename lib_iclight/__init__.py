"""IC-Light for Stable Diffusion WebUI Forge: relight a subject with an SD 1.5 checkpoint.

A request (``request``, with an entry for each field) becomes the plan of a run (``relight``), whose pictures become
latents (``conditioning``). The rooms below hold what these stand on; each says in its ``__init__`` what it may import.
``ui`` is the page, ``api`` the routes for programs, ``hosts`` all that knows a web UI. Arrows point one way: hosts, ui
and api, relight, rooms. Nothing happens at import.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The extension's folder."""

PROJECT = "sd-forge-ic-light-relight"
"""Tells this package from another extension's that bears the same import name."""

__version__ = "0.1.0"

"""IC-Light for Stable Diffusion WebUI Forge: relight a subject with an SD 1.5 checkpoint.

A request (``request``, one entry per field) becomes the plan of a run (``relight``), whose pictures become latents
(``conditioning``). The subpackages (rooms) hold what these are built on; each ``__init__`` says what the room may
import. ``ui`` is the page, ``api`` the routes for programs, and ``hosts`` everything that knows a web UI. Imports point
one way: hosts, then ui and api, then relight, then the other rooms. Importing anything here has no side effects.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The extension's folder."""

PROJECT = "sd-forge-ic-light-relight"
"""Tells this package apart from another extension's package of the same import name."""

__version__ = "0.1.0"

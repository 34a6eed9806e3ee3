"""Fills in what ``modules.shared`` leaves empty."""

from __future__ import annotations

import os

from modules import options, shared, shared_options, shared_state


def initialize() -> None:
    """Make settings and state. Must come before anything that reads them at import."""
    shared.opts = options.Options(shared_options.options_templates)
    if os.path.exists(shared.config_filename):
        shared.opts.load(shared.config_filename)
    shared.state = shared_state.State()

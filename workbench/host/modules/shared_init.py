"""Fills in what ``modules.shared`` leaves empty."""

from __future__ import annotations

import os

from modules import options, shared, shared_options, shared_state


def initialize() -> None:
    """Create settings and state. Must be called before importing anything that reads them."""
    shared.opts = options.Options(shared_options.options_templates)
    if os.path.exists(shared.config_filename):
        shared.opts.load(shared.config_filename)
    shared.state = shared_state.State()

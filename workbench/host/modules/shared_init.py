"""Fills in what ``modules.shared`` leaves empty."""

from __future__ import annotations

import os

from modules import shared


def initialize() -> None:
    """Make settings and state. Must come before anything that reads them at import."""
    from modules import options, shared_options, shared_state

    shared.options_templates = shared_options.options_templates
    shared.restricted_opts = shared_options.restricted_opts
    shared.opts = options.Options(shared_options.options_templates, shared_options.restricted_opts)
    if os.path.exists(shared.config_filename):
        shared.opts.load(shared.config_filename)
    shared.state = shared_state.State()

"""Runs ``tests/forge/test_editor.py`` on the workbench's page."""

from forge.test_editor import *  # noqa: F403

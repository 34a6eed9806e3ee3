"""The editor on the workbench's page: what ``tests/forge/test_editor.py`` does on a real Forge's."""

from forge.test_editor import *  # noqa: F403

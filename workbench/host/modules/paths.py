"""Folders, known before anything else is imported."""

from __future__ import annotations

import os

from workbench import settings

script_path = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
data_path = str(settings.current.data_dir)
models_path = str(settings.current.models)
extensions_dir = os.path.join(data_path, "extensions")

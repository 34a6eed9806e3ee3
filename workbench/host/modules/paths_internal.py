"""Folders, known before anything else is imported."""

from __future__ import annotations

import os

from workbench import settings

modules_path = os.path.dirname(os.path.realpath(__file__))
script_path = os.path.dirname(modules_path)
cwd = os.getcwd()

data_path = str(settings.current.data_dir)
models_path = str(settings.current.models)
extensions_dir = os.path.join(data_path, "extensions")
extensions_builtin_dir = os.path.join(script_path, "extensions-builtin")
default_output_dir = os.path.join(data_path, "outputs")

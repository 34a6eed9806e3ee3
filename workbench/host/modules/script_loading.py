"""Runs Python files as modules."""

from __future__ import annotations

import importlib.util
import os
from types import ModuleType

from modules import errors

loaded_scripts: dict[str, ModuleType] = {}


def load_module(path: str) -> ModuleType:
    """Run a file and return its module, which is named after the file and not added to ``sys.modules``."""
    spec = importlib.util.spec_from_file_location(os.path.basename(path), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loaded_scripts[path] = module
    return module


def preload_extensions(extensions_dir: str, parser, extension_list: list[str] | None = None) -> None:
    """Let every extension's ``preload.py`` add arguments to the command line."""
    if extension_list is None:
        extension_list = os.listdir(extensions_dir) if os.path.isdir(extensions_dir) else []
    for dirname in sorted(extension_list):
        path = os.path.join(extensions_dir, dirname, "preload.py")
        if not os.path.isfile(path):
            continue
        try:
            module = load_module(path)
            if hasattr(module, "preload"):
                module.preload(parser)
        except Exception:
            errors.report(f"Error running preload() for {path}", exc_info=True)

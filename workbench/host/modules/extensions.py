"""Which folders are extensions."""

from __future__ import annotations

import os

from modules.paths_internal import extensions_builtin_dir, extensions_dir
from workbench import settings

extensions: list[Extension] = []
extension_paths: dict[str, Extension] = {}


class Extension:
    """A folder with ``scripts``, ``javascript`` and whatever else an extension has."""

    def __init__(self, name: str, path: str, enabled: bool = True, is_builtin: bool = False):
        self.name = name
        self.canonical_name = name.lower()
        self.path = path
        self.enabled = enabled
        self.is_builtin = is_builtin

    def list_files(self, subdir: str, extension: str) -> list:
        """Files of one subfolder with one suffix, as ``modules.scripts.ScriptFile``."""
        from modules.scripts import ScriptFile

        folder = os.path.join(self.path, subdir)
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        files = [ScriptFile(self.path, name, os.path.join(folder, name)) for name in names]
        return [f for f in files if os.path.splitext(f.path)[1].lower() == extension and os.path.isfile(f.path)]


def list_extensions() -> None:
    """Find the extensions: those in the host's folders, and those the workbench was told of."""
    extensions.clear()
    extension_paths.clear()
    found = []
    for folder in (extensions_builtin_dir, extensions_dir):
        if os.path.isdir(folder):
            found += [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    found += [str(path) for path in settings.current.extension_dirs]
    for path in filter(os.path.isdir, found):
        is_builtin = os.path.dirname(path) == extensions_builtin_dir
        extension = Extension(os.path.basename(path), path, is_builtin=is_builtin)
        extensions.append(extension)
        extension_paths[os.path.realpath(path)] = extension


def active() -> list[Extension]:
    """The extensions to load."""
    from modules.shared_cmd_options import cmd_opts

    if cmd_opts.disable_all_extensions:
        return []
    return [x for x in extensions if x.enabled and (x.is_builtin or not cmd_opts.disable_extra_extensions)]


def find_extension(filename: str) -> Extension | None:
    """The extension a file belongs to."""
    folder = os.path.dirname(os.path.realpath(filename))
    while folder != filename:
        if folder in extension_paths:
            return extension_paths[folder]
        filename, folder = folder, os.path.dirname(folder)
    return None

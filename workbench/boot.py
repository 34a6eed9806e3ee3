"""Loads the host into this process, and removes it again."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from workbench import settings

HOST = Path(__file__).resolve().parent / "host"
HOST_PACKAGES = ("modules", "backend", "modules_forge", "k_diffusion", "forge_workbench", "webui")


def copy_offsets(models: Path) -> None:
    """Copy the model's offsets into the models' folder ``ic-light``. They are copies, so that tests may damage them."""
    from small_model.files import offsets_dir

    folder = models / "ic-light"
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(offsets_dir().glob("iclight_*.safetensors")):
        target = folder / source.name
        if not target.exists() or _stamp(target) != _stamp(source):
            shutil.copy2(source, target)


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, int(status.st_mtime)


def start(config: settings.Settings) -> None:
    """Import the host and load all scripts. Only one host can run at a time; a second raises RuntimeError."""
    if settings.current is not None:
        raise RuntimeError("a workbench is running in this process already")
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    if not config.data_dir.exists():
        config.data_dir.mkdir(parents=True)
        (config.data_dir / ".gitignore").write_text("*\n", encoding="utf8")
    copy_offsets(config.models)
    modules_before, path_before = set(sys.modules), list(sys.path)
    settings.current = config
    sys.path.insert(0, str(HOST))
    try:
        from modules import initialize

        initialize.initialize()
    except BaseException:
        stop(modules_before, path_before)
        raise


def stop(modules_before: set[str], path_before: list[str]) -> None:
    """Undo what the host changed elsewhere, and forget its modules and those imported by extensions."""
    if "modules.patches" in sys.modules:
        sys.modules["modules.patches"].undo_all()
    for name in [n for n in sys.modules if n not in modules_before]:
        if _belongs_to_session(name, sys.modules[name]):
            _forget(name)
    sys.path[:] = path_before
    settings.current = None


def _belongs_to_session(name: str, module) -> bool:
    if name.split(".")[0] in HOST_PACKAGES:
        return True
    file = getattr(module, "__file__", None) or ""
    for folder in settings.current.extension_dirs:
        # Not every module is a file, and a checkout may also contain an environment, the tests, the small model and
        # this package, which all stay.
        if os.path.isabs(file) and file.startswith(f"{folder}{os.sep}"):
            top = Path(file).relative_to(folder).parts[0]
            return not (top.startswith(".") or top in ("venv", "tests", "small_model", "workbench"))
    return False


def _forget(name: str) -> None:
    module = sys.modules.pop(name)
    parent, _, child = name.rpartition(".")
    if getattr(sys.modules.get(parent), child, None) is module:
        delattr(sys.modules[parent], child)

"""The settings a host is started with. The host's modules read ``current`` when they are imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass
class Settings:
    """Folders, extensions, command line, and the checkpoint family that the model pretends to be."""

    data_dir: Path
    models_dir: Path | None = None
    extension_dirs: tuple[Path, ...] = ()
    argv: tuple[str, ...] = ()
    family: str = "sd1"

    @property
    def models(self) -> Path:
        """The models' folder."""
        return self.models_dir or self.data_dir / "models"


current: Settings | None = None

"""Serve the page and the API: ``python -m workbench.launch [--port N] [--data-dir D] [--models-dir M] ...``.

Takes the host's own command line, including extensions' arguments, plus the workbench's own.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from workbench import boot
from workbench.session import DATA, REPOSITORY, ROUGH_CUT_OUT
from workbench.settings import Settings


def read_settings(argv: list[str]) -> Settings:
    """Parse the arguments that are needed before the host is imported; the rest is left to the host."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--data-dir", type=Path, default=DATA)
    parser.add_argument("--models-dir", type=Path)
    parser.add_argument("--extension-dir", type=Path, action="append")
    parser.add_argument("--family", default="sd1")
    known, rest = parser.parse_known_args(argv)
    return Settings(
        data_dir=known.data_dir.resolve(),
        models_dir=known.models_dir.resolve() if known.models_dir else None,
        extension_dirs=tuple(path.resolve() for path in known.extension_dir or [REPOSITORY, ROUGH_CUT_OUT]),
        argv=tuple(rest),
        family=known.family,
    )


def main(argv: list[str] | None = None) -> int:
    """Serve until interrupted."""
    try:
        return run(read_settings(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:
        return 0


def run(settings: Settings) -> int:
    """Start the host and serve it, again after each restart that is requested."""
    boot.start(settings)
    import webui

    command = None
    while command != "stop":
        if command == "restart":
            webui.reload_scripts()
        _, address = webui.webui()
        print(f"Running on local URL:  {address}", flush=True)
        command = webui.wait_for_command()
        webui.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

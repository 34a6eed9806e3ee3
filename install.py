"""Adds what background removal needs, and moves nothing that the host has installed.

The host runs this file in a process of its own at every start. It is self-contained, because at that moment another
extension's packages may come first on the import path. Whatever goes wrong, the host starts: only background removal
is off then, and one line says so.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

TAG = "IC-Light:"
TIMEOUT_SECONDS = 1800

# Import name -> requirement. OpenCV goes by four distribution names that share one folder, so it is looked for by its
# import name and rembg itself is installed without dependencies: they would overwrite the host's OpenCV.
DEPENDENCIES = {
    "cv2": "opencv-python-headless>=4.5,<6",
    "jsonschema": "jsonschema>=4,<5",
    "onnxruntime": "onnxruntime>=1.16,<2",
    "pooch": "pooch>=1.6,<2",
    "pymatting": "pymatting>=1.1,<2",
    "scipy": "scipy>=1.9,<2",
    "skimage": "scikit-image>=0.19,<1",
    "tqdm": "tqdm>=4.60,<5",
}
# The last releases that run on the numpy 1.26 and Pillow 9.5 of Forge as well as on newer ones.
REMBG = {"rembg": "rembg>=2.0.65,<2.0.70"}

_VERSION = re.compile(r"[0-9][0-9a-zA-Z.!+_-]*")


class InstallError(Exception):
    """Why nothing could be installed, in one line."""


def missing(needs: dict[str, str]) -> list[str]:
    """Return the requirements among `needs` (import name -> requirement) whose module is not there; imports nothing."""
    return [requirement for name, requirement in needs.items() if importlib.util.find_spec(name) is None]


def constraints(distributions: Iterable[importlib.metadata.Distribution]) -> list[str]:
    """Return `name==version` for every distribution; of two with one name the first counts, as it does on import."""
    pins: dict[str, str] = {}
    for distribution in distributions:
        name, version = distribution.metadata["Name"], distribution.version
        if name and version and _VERSION.fullmatch(version):
            pins.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
    return [f"{name}=={version}" for name, version in sorted(pins.items())]


def skipped(arguments: Iterable[str]) -> bool:
    """Return whether `--skip-install` is among `arguments`, in COMMANDLINE_ARGS, or on the host's command line."""
    given = [*arguments, *os.environ.get("COMMANDLINE_ARGS", "").split(), *_ancestors_arguments()]
    return "--skip-install" in given


def _ancestors_arguments() -> Iterator[str]:
    # An installation from the Extensions tab runs this file whatever options the host was started with, and hands none
    # of them on.
    if importlib.util.find_spec("psutil") is None:
        return
    import psutil

    try:
        for process in psutil.Process().parents():
            yield from process.cmdline()
    except (psutil.Error, OSError):
        return


def installer() -> list[str]:
    """Return the command that installs into this Python: pip, or uv where the environment has no pip."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install"]
    uv = shutil.which("uv")
    if uv is None:
        raise InstallError("this Python has neither pip nor uv")
    return [uv, "pip", "install", "--python", sys.executable]


def add(requirements: list[str], constraints_file: Path, *options: str) -> None:
    """Install `requirements` within the constraints, from wheels only; raises InstallError with the reason."""
    if not requirements:
        return
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_RETRIES": "1"}
    # A package that must be built would run its own set-up code, for minutes, at the host's start.
    command = [*installer(), "--only-binary", ":all:", "-c", str(constraints_file), *options, *requirements]
    try:
        done = subprocess.run(
            command,
            env={**quiet, **os.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise InstallError(f"no end after {TIMEOUT_SECONDS // 60} minutes") from None
    except OSError as error:
        raise InstallError(str(error)) from error
    if done.returncode != 0:
        raise InstallError(reason(done.stdout))


def reason(output: str) -> str:
    """Return the line of pip's or uv's `output` that says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    chosen = (errors or lines[-1:] or ["no reason given"])[0]
    return re.sub(r"^error:?\s*", "", chosen, flags=re.IGNORECASE)


def install_missing() -> None:
    """Install what background removal lacks; raises InstallError. Where nothing is missing, nothing is started."""
    dependencies, rembg = missing(DEPENDENCIES), missing(REMBG)
    if not dependencies and not rembg:
        return
    names = ", ".join(re.split(r"[<>=]", requirement)[0] for requirement in [*rembg, *dependencies])
    say(f"installing {names} for background removal; everything installed keeps its version")
    with tempfile.TemporaryDirectory(prefix="ic-light-") as folder:
        constraints_file = Path(folder) / "constraints.txt"
        pins = constraints(importlib.metadata.distributions())
        constraints_file.write_text("\n".join(pins) + "\n", encoding="utf-8")
        add(dependencies, constraints_file)
        add(rembg, constraints_file, "--no-deps")


def say(text: str) -> None:
    """Print one line that any console's encoding can show."""
    print(TAG, text.encode("ascii", "replace").decode("ascii"), flush=True)


def main(arguments: list[str]) -> None:
    """What the host runs. Never raises: a host whose extension fails to install must start all the same."""
    try:
        if not skipped(arguments):
            install_missing()
    except Exception as error:
        say(
            f"background removal is off, its packages could not be installed: {error}. Everything else works; "
            f'to try again, restart, or run "{sys.executable}" "{Path(__file__).resolve()}"'
        )


if __name__ == "__main__":
    main(sys.argv[1:])

"""Installs what background removal and layers need, without changing any package that the host has installed.

The host runs this file as a separate process at every start. It is self-contained, because another extension's packages
may come first on the import path at that time. Whatever goes wrong, the host starts: only one feature is then off, and
one line says so.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

TAG = "IC-Light:"
LIMIT_SECONDS = 300
# An installer must have begun to write this long before the limit: killed while writing, it would leave packages that
# look installed.
WRITING_SECONDS = 60
WORD_SECONDS = 30
# An index that does not answer is given up after two of these, before the first progress line is due.
SILENCE_SECONDS = 12

# The terminal itself, even where standard output is captured.
CONSOLE = "CONOUT$" if os.name == "nt" else "/dev/tty"

# Import name -> requirement. OpenCV comes in four distributions that share one folder, so it is looked up by import
# name, and rembg itself is installed without dependencies, which would overwrite the host's OpenCV.
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
# It says that it needs Pillow 10.3, for what we do not use: it writes our files on Forge's 9.5 as well.
PSD_TOOLS = {"psd_tools": "psd-tools>=1.12,<2"}
PSD_DEPENDENCIES = {"attrs": "attrs>=23,<27", "typing_extensions": "typing-extensions>=4,<5"}
# Needs nothing but numpy, which every host has.
OPENEXR = {"OpenEXR": "OpenEXR>=3.3,<4"}


class Feature(NamedTuple):
    """What a feature needs: import name -> requirement, installed with dependencies and without."""

    name: str
    dependencies: dict[str, str]
    alone: dict[str, str]


FEATURES = (
    Feature("background removal", DEPENDENCIES, REMBG),
    Feature("saving layers as PSD", PSD_DEPENDENCIES, PSD_TOOLS),
    Feature("saving layers as EXR", {}, OPENEXR),
)

_VERSION = re.compile(r"[0-9][0-9a-zA-Z.!+_-]*")


class InstallError(Exception):
    """Why nothing could be installed, in one line."""


def missing(needs: dict[str, str]) -> list[str]:
    """Return the requirements in `needs` (import name -> requirement) whose module is missing; imports nothing."""
    return [requirement for name, requirement in needs.items() if not _is_there(name)]


def _is_there(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    # A removed package whose files were in use leaves an empty folder, which would import as a namespace package.
    return spec is not None and spec.origin is not None


def constraints(distributions: Iterable[importlib.metadata.Distribution]) -> list[str]:
    """Return `name==version` for every distribution; of two with the same name the first counts, as it does on import.

    Leftovers of an interrupted pip (`~umpy-1.28.0.dist-info`) are ignored, as pip ignores them.
    """
    pins: dict[str, str] = {}
    for distribution in distributions:
        try:
            name, version = distribution.metadata.get("Name"), distribution.metadata.get("Version")
        except (AttributeError, TypeError, ValueError, OSError):
            continue  # its metadata is missing or damaged
        if name and version and _VERSION.fullmatch(version) and not _leftover(distribution, normal(name)):
            pins.setdefault(normal(name), version)
    return [f"{name}=={version}" for name, version in sorted(pins.items())]


def normal(name: str) -> str:
    """Return a distribution's normalized name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _leftover(distribution: importlib.metadata.Distribution, name: str) -> bool:
    # pip goes by the folder's name, and renames the folder first when it replaces a distribution.
    folder = getattr(getattr(distribution, "_path", None), "name", "")
    if folder.endswith(".dist-info"):
        return normal(folder.partition("-")[0]) != name
    return folder.startswith(("~", "-"))


def skipped(arguments: Iterable[str]) -> bool:
    """Return whether `--skip-install` is among `arguments`, in COMMANDLINE_ARGS, or on the host's command line."""
    given = [*arguments, *os.environ.get("COMMANDLINE_ARGS", "").split(), *_ancestors_arguments()]
    return "--skip-install" in given


def _ancestors_arguments() -> Iterator[str]:
    # An installation from the Extensions tab runs this file without passing on the options the host was started with.
    if importlib.util.find_spec("psutil") is None:
        return
    import psutil

    try:
        for process in psutil.Process().parents():
            yield from process.cmdline()
    except (psutil.Error, OSError):
        return


def installer() -> list[str]:
    """Return the command that installs into this Python: pip, or uv if the environment has no pip."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install"]
    uv = shutil.which("uv")
    if uv is None:
        raise InstallError("this Python has neither pip nor uv")
    return [uv, "pip", "install", "--python", sys.executable]


def add(requirements: list[str], constraints_file: Path, deadline: float, *options: str) -> None:
    """Install `requirements` within the constraints, from wheels only; raises InstallError with the reason.

    It must end by `deadline`, a time of `time.monotonic`.
    """
    if not requirements:
        return
    silence = {"PIP_DEFAULT_TIMEOUT": str(SILENCE_SECONDS), "UV_HTTP_TIMEOUT": str(SILENCE_SECONDS)}
    retries = {"PIP_RETRIES": "1", "PIP_RESUME_RETRIES": "1", "UV_HTTP_RETRIES": "1"}
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", **retries, **silence}
    # Building a package from source would run its set-up code, possibly for minutes, while the host starts.
    command = [*installer(), "--only-binary", ":all:", "-c", str(constraints_file), *options, *requirements]
    try:
        status, output = run(command, {**quiet, **os.environ}, constraints_file.with_name("output.txt"), deadline)
    except OSError as error:
        raise InstallError(str(error)) from error
    if status != 0:
        raise InstallError(reason(output))


def run(command: list[str], environment: dict[str, str], log: Path, deadline: float) -> tuple[int, str]:
    """Run a command with its output in the file `log`; return its exit status and output.

    Reports now and then that it is still running. At the deadline it is killed with its children: InstallError.
    """
    group = {"start_new_session": True} if os.name == "posix" else {}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **group
        )
        try:
            wait(process, log, deadline)
        except BaseException:
            _end(process)
            raise
    return process.returncode, log.read_text(encoding="utf-8", errors="replace")


def wait(process: subprocess.Popen, log: Path, deadline: float) -> None:
    """Wait for an installer to end; raises InstallError at the deadline, or earlier if it has not started to write."""
    begun = time.monotonic()
    while True:
        writes = b"Installing collected packages" in log.read_bytes()
        left = deadline - (0 if writes else WRITING_SECONDS) - time.monotonic()
        if left <= 0:
            raise InstallError("it takes too long; what has been downloaded is kept for next time")
        try:
            process.wait(min(WORD_SECONDS, left))
            return
        except subprocess.TimeoutExpired:
            say_on_the_way(f"still installing, {time.monotonic() - begun:.0f} seconds so far")


def _end(process: subprocess.Popen) -> None:
    # An installer's children would outlive it and keep its files open.
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    except OSError:
        pass  # they have already ended
    process.kill()
    process.wait()


def reason(output: str) -> str:
    """Return the line of pip's or uv's `output` that says what failed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    chosen = (errors or lines[-1:] or ["no reason given"])[0]
    return re.sub(r"^error:?\s*", "", chosen, flags=re.IGNORECASE)


def install_missing(feature: Feature, deadline: float) -> None:
    """Install what a feature lacks, if anything, until `deadline`; raises InstallError."""
    dependencies, alone = missing(feature.dependencies), missing(feature.alone)
    if not dependencies and not alone:
        return
    names = ", ".join(re.split(r"[<>=]", requirement)[0] for requirement in [*alone, *dependencies])
    say_on_the_way(f"installing {names} for {feature.name}; everything installed keeps its version")
    with tempfile.TemporaryDirectory(prefix="ic-light-") as folder:
        constraints_file = Path(folder) / "constraints.txt"
        pins = constraints(importlib.metadata.distributions())
        constraints_file.write_text("\n".join(pins) + "\n", encoding="utf-8")
        add(dependencies, constraints_file, deadline)
        add(alone, constraints_file, deadline, "--no-deps")


def say(text: str) -> None:
    """Print one line that any console's encoding can show."""
    print(TAG, text.encode("ascii", "replace").decode("ascii"), flush=True)


def say_on_the_way(text: str) -> None:
    """Print a line that is seen at once, on the terminal: hosts hold back this file's output until it has ended."""
    say(text)
    if sys.stdout.isatty():
        return
    try:
        with open(CONSOLE, "w", encoding="ascii", errors="replace") as console:
            print(TAG, text, file=console)
    except OSError:
        return  # there is no terminal


def main(arguments: list[str]) -> None:
    """Run the installation. Never raises: the host must start even if this fails.

    What one feature lacks does not keep another from being installed, unless the index does not answer.
    """
    deadline, is_silent = time.monotonic() + LIMIT_SECONDS, False
    for feature in FEATURES:
        begun = time.monotonic()
        try:
            if not is_silent and not skipped(arguments):
                install_missing(feature, deadline)
        except Exception as error:
            is_silent = time.monotonic() - begun > SILENCE_SECONDS
            say(
                f"{feature.name} is off, its packages could not be installed: {error}. Everything else works; "
                f'to try again, restart, or run "{sys.executable}" "{Path(__file__).resolve()}"'
            )


if __name__ == "__main__":
    main(sys.argv[1:])

"""The developer's entry point: `python dev.py {demo,test,bench,lint,setup}`. Needs nothing but Python.

Each command first creates a virtual environment in `.venv` with the pins of `requirements/`, unless it is up to date,
and then runs inside it. Works on Linux, macOS and Windows, with Python 3.10 to 3.13.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import MutableMapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PINS = ROOT / "requirements" / "dev.txt"
PINS_WITHOUT_DEPENDENCIES = ROOT / "requirements" / "no-deps.txt"
NODE = ROOT / "requirements" / "node.txt"
SCRIPTS = ROOT / "javascript"
SCRIPT_FOLDERS = [str(ROOT / "lib_iclight" / "ui" / "templates"), "."]
SCRIPT_TOOLS = VENV / "javascript-tools"
SCRIPT_PINS = [ROOT / "requirements" / name for name in ("package.json", "package-lock.json")]
OLDEST, NEWEST = (3, 10), (3, 13)
COMMANDS = {
    "demo": "relight a picture from the shell, or open the page with --serve; takes the demo's own options",
    "test": "run the tests; takes pytest's own options",
    "bench": "print what IC-Light costs compared with plain generation",
    "lint": "check style, formatting and the types of the scripts",
    "setup": "only create or update the environment",
}


class SetupError(Exception):
    """Why there is no environment to run in, and what to do about it."""


def say(text: str) -> None:
    """Report progress on stderr; stdout is for the commands' own output."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def venv_python(venv: Path = VENV, windows: bool = os.name == "nt") -> Path:
    """Return the path of the interpreter in `venv` on this system."""
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def pins_digest() -> str:
    """Return the SHA-256 of the pins: an environment stamped with a different one is out of date."""
    return hashlib.sha256(PINS.read_bytes() + b"\0" + PINS_WITHOUT_DEPENDENCIES.read_bytes()).hexdigest()


def stamp(venv: Path = VENV) -> Path:
    """Return the file that holds the digest of the pins in `venv`; it is written once all are installed."""
    return venv / "ic-light-pins.sha256"


def is_ready(venv: Path = VENV) -> bool:
    """Return whether `venv` holds an interpreter and the current pins."""
    try:
        return venv_python(venv).exists() and stamp(venv).read_text(encoding="ascii").strip() == pins_digest()
    except FileNotFoundError:
        return False


def ensure_environment(venv: Path = VENV) -> None:
    """Create `venv` and install the pins if needed, showing pip's progress. Raises SetupError."""
    if is_ready(venv):
        return
    if not venv_python(venv).exists():
        check_version()
        say(f"1/3 making the virtual environment {venv}")
        _step([sys.executable, "-m", "venv", str(venv)], "the virtual environment could not be made (see above)")
    pip = [str(venv_python(venv)), "-m", "pip", "install", "--disable-pip-version-check"]
    failed = "pip could not install the pins (see above); check the connection and run the command again"
    say("2/3 installing the pins; the first time this downloads PyTorch and takes a while")
    _step([*pip, "-r", str(PINS)], failed)
    say("3/3 installing the page's toolkit")
    _step([*pip, "--no-deps", "-r", str(PINS_WITHOUT_DEPENDENCIES)], failed)
    stamp(venv).write_text(pins_digest() + "\n", encoding="ascii")


def check_version(version: tuple[int, int] = sys.version_info[:2]) -> None:
    """Raise SetupError for a Python that has no pins."""
    if not OLDEST <= version <= NEWEST:
        raise SetupError("Python {}.{} has no pins; run this with Python 3.10 to 3.13".format(*version))


def _step(command: list[str], failed: str, cwd: Path | None = None) -> None:
    try:
        # pip's report goes to stderr too, so that `python dev.py demo` prints nothing but its result.
        status = subprocess.run(command, stdout=sys.stderr, cwd=cwd).returncode
    except OSError as error:
        raise SetupError(f"{failed}: {error}") from error
    if status != 0:
        raise SetupError(failed)


def run(command: list[str], cwd: Path | None = None) -> int:
    """Run `command` to its end, even if the user presses Ctrl-C, and return its exit status."""
    with subprocess.Popen(command, cwd=cwd) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # The terminal has sent it to the child as well, which closes its page and ends by itself.
                continue


def whole_suite(environment: MutableMapping[str, str]) -> list[str]:
    """Return pytest's options for the whole suite: each process takes one file at a time, the longest files first.

    A real Forge is started once and takes gigabytes, so with `FORGE_HOME` all tests run in one process. Otherwise each
    process is limited to one thread in `environment`: small models leave a second one idle.
    """
    if environment.get("FORGE_HOME"):
        return []
    environment.setdefault("OMP_NUM_THREADS", "1")
    return ["--numprocesses=logical", "--maxprocesses=4", "--dist=loadfile", "--no-loadscope-reorder"]


def lint(arguments: list[str]) -> int:
    """Check Python with ruff, which takes `arguments`, and then the page's scripts; return the exit status.

    `--fix` makes both fix what they can.
    """
    ruff = [sys.executable, "-m", "ruff"]
    status = max(run([*ruff, *check, "."], cwd=ROOT) for check in (["check", *arguments], ["format", "--check"]))
    try:
        node = ensure_script_tools()
    except SetupError as error:
        say(f"javascript/ is not checked: {error}")
        return status
    fix = [argument for argument in arguments if argument == "--fix"]
    modules = SCRIPT_TOOLS / "node_modules"
    biome = [node, str(modules / "@biomejs" / "biome" / "bin" / "biome"), "check", "--config-path=.", *fix]
    types = [node, str(modules / "typescript" / "bin" / "tsc"), "--project", "jsconfig.json"]
    return max(status, *(run(check, cwd=SCRIPTS) for check in ([*biome, *SCRIPT_FOLDERS], types)))


def ensure_script_tools(tools: Path = SCRIPT_TOOLS) -> str:
    """Install the pins of `requirements/package-lock.json` if needed; return the path of Node.js.

    Raises SetupError if neither the system nor the package registries have what is needed.
    """
    if _program("npm") is None or _program("node") is None:
        say("installing Node.js for the checks of the page")
        _step([sys.executable, "-m", "pip", "install", "-q", "-r", str(NODE)], "there is no Node.js, and pip has none")
    npm, node = _program("npm"), _program("node")
    if npm is None or node is None:
        raise SetupError("Node.js has no npm beside it")
    installed = [tools / path.name for path in SCRIPT_PINS]
    if any(not to.exists() or to.read_bytes() != path.read_bytes() for path, to in zip(SCRIPT_PINS, installed)):
        say("installing biome, TypeScript and axe for the checks of the page")
        shutil.rmtree(tools, ignore_errors=True)
        tools.mkdir(parents=True)
        for path, to in zip(SCRIPT_PINS, installed):
            shutil.copyfile(path, to)
        try:
            _step([npm, "ci", "--no-audit", "--no-fund"], "npm could not install its pins (see above)", tools)
        except SetupError:
            shutil.rmtree(tools, ignore_errors=True)
            raise
    return node


def _program(name: str) -> str | None:
    """The path of a program in the environment or on the search path."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def run_inside(command: str, arguments: list[str]) -> int:
    """Run `command` in the environment of this interpreter; return the exit status."""
    if command == "demo":
        from workbench.demo import main

        return main(arguments)
    if command == "bench":
        from workbench.bench import main

        return main(arguments)
    python = [sys.executable, "-m"]
    if command == "test":
        return run([*python, "pytest", *(arguments or whole_suite(os.environ))], cwd=ROOT)
    if command == "lint":
        return lint(arguments)
    say(f"{VENV} is ready (Python {sys.version.split()[0]})")
    return 0


def parse(argv: list[str]) -> tuple[str, list[str]]:
    """Return the command and its own arguments; on `--help` or a mistake, exits as argparse does."""
    parser = argparse.ArgumentParser(
        prog="dev.py",
        description="Work on IC-Light for Forge: each command sets up .venv when needed.",
        epilog="\n".join(f"  {name:6} {text}" for name, text in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="{" + ",".join(COMMANDS) + "}")
    return parser.parse_args(argv[:1]).command, argv[1:]


def main(argv: list[str]) -> int:
    """Run one command inside the environment, creating it first if needed; return the exit status."""
    command, arguments = parse(argv)
    if not is_ready() and {"-h", "--help"} & {*arguments}:
        say(f"{COMMANDS[command]}. Its options are listed once the environment is there: python dev.py setup")
        return 2
    try:
        ensure_environment()
    except SetupError as error:
        say(str(error))
        return 2
    if Path(sys.prefix).resolve() == VENV.resolve():
        return run_inside(command, arguments)
    return run([str(venv_python()), str(Path(__file__).resolve()), command, *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

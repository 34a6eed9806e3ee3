"""What happens to a user's environment when the host runs install.py."""

import ast
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from contextlib import suppress
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSTALL = ROOT / "install.py"


@pytest.fixture
def install(tmp_path):
    """install.py as a fresh module, loaded by path as in hosts; its console is a file."""
    spec = importlib.util.spec_from_file_location("ic_light_install", INSTALL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.CONSOLE = str(tmp_path / "console.txt")
    return module


@pytest.fixture
def calls(install, monkeypatch):
    """Every command the installer would start, with the constraints it had; `calls.answer` is what pip would do."""
    made = []

    def run(command, environment, log, deadline):
        pins = Path(command[command.index("-c") + 1]).read_text(encoding="utf-8").splitlines()
        made.append(
            SimpleNamespace(command=command, environment=environment, constraints=pins, log=log, deadline=deadline)
        )
        if isinstance(holder.answer, Exception):
            raise holder.answer
        return holder.answer

    holder = SimpleNamespace(made=made, answer=(0, ""))
    monkeypatch.setattr(install, "run", run)
    monkeypatch.setattr(install, "_ancestors_arguments", lambda: [])
    monkeypatch.delenv("COMMANDLINE_ARGS", raising=False)
    return holder


def without(monkeypatch, install, *names):
    """Make the modules `names` look missing and every other module that rembg needs look installed."""
    needed = {name for feature in install.FEATURES for name in (*feature.dependencies, *feature.alone)}
    real = importlib.util.find_spec

    def find_spec(name):
        return (None if name in names else SimpleNamespace(origin=name)) if name in needed else real(name)

    monkeypatch.setattr(install.importlib.util, "find_spec", find_spec)


def distribution(name, version):
    """A stand-in for an installed distribution."""
    metadata = Message()
    for key, value in (("Name", name), ("Version", version)):
        if value is not None:
            metadata[key] = value
    return SimpleNamespace(metadata=metadata)


def test_nothing_is_started_where_nothing_is_missing(install, calls, monkeypatch, capsys):
    without(monkeypatch, install)
    install.main([])
    assert calls.made == []
    assert capsys.readouterr().out == ""


def test_only_what_is_missing_is_asked_for(install, calls, monkeypatch, capsys):
    without(monkeypatch, install, "rembg", "onnxruntime")
    install.main([])
    dependencies, rembg = (call.command for call in calls.made)
    assert dependencies[-1] == install.DEPENDENCIES["onnxruntime"]
    assert dependencies[-2].endswith("constraints.txt")
    assert rembg[-2:] == ["--no-deps", install.REMBG["rembg"]]
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("IC-Light: installing rembg, onnxruntime for background removal")


def test_every_installed_distribution_is_held_at_its_version(install, calls, monkeypatch):
    without(monkeypatch, install, "rembg", "pooch")
    install.main([])
    assert len(calls.made) == 2
    normal = install.re.compile(r"[-_.]+")
    for call in calls.made:
        held = dict(line.split("==") for line in call.constraints)
        for installed in importlib.metadata.distributions():
            name = normal.sub("-", installed.metadata["Name"]).lower()
            assert held[name] == importlib.metadata.version(name)


def test_pip_gets_a_list_and_never_upgrades(install, calls, monkeypatch):
    without(monkeypatch, install, *install.DEPENDENCIES, "rembg")
    install.main([])
    assert len(calls.made) > 1
    for call in calls.made:
        assert isinstance(call.command, list)
        assert call.command[:4] == [sys.executable, "-m", "pip", "install"]
        assert not {"-U", "--upgrade", "--force-reinstall", "uninstall"} & set(call.command)


def test_what_is_left_of_a_removed_package_does_not_pass_for_it(install, tmp_path, monkeypatch):
    (tmp_path / "left_behind" / "capi").mkdir(parents=True)
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert install.missing({"left_behind": "left-behind>=1", "whole": "whole>=1"}) == ["left-behind>=1"]


def test_the_constraints_file_is_gone_afterwards(install, calls, monkeypatch):
    without(monkeypatch, install, "rembg")
    install.main([])
    (call,) = calls.made
    assert not Path(call.command[call.command.index("-c") + 1]).parent.exists()


def test_every_requirement_is_bounded(install):
    for feature in install.FEATURES:
        for requirement in [*feature.dependencies.values(), *feature.alone.values()]:
            assert ">=" in requirement
            assert ",<" in requirement


def test_what_layers_need_is_installed_by_itself_so_that_nothing_else_changes(install, calls, monkeypatch, capsys):
    without(monkeypatch, install, "psd_tools", "attrs", "OpenEXR")
    install.main([])
    attrs, psd_tools, openexr = (call.command for call in calls.made)
    assert attrs[-1] == install.PSD_DEPENDENCIES["attrs"]
    assert psd_tools[-2:] == ["--no-deps", install.PSD_TOOLS["psd_tools"]]
    assert openexr[-2:] == ["--no-deps", install.OPENEXR["OpenEXR"]]
    assert [line.split(";")[0] for line in capsys.readouterr().out.splitlines()] == [
        "IC-Light: installing psd-tools, attrs for saving layers as PSD",
        "IC-Light: installing OpenEXR for saving layers as EXR",
    ]


def test_what_one_feature_lacks_does_not_keep_another_from_being_installed(install, calls, monkeypatch, capsys):
    without(monkeypatch, install, "rembg", "psd_tools", "OpenEXR")
    calls.answer = (1, "ERROR: No matching distribution found")
    install.main([])
    assert len(calls.made) == 3
    off = [line.split(",")[0] for line in capsys.readouterr().out.splitlines() if " is off" in line]
    assert off == [f"IC-Light: {feature.name} is off" for feature in install.FEATURES]


def test_a_silent_index_is_asked_for_one_feature_only(install, calls, clock, monkeypatch, capsys):
    without(monkeypatch, install, "rembg", "psd_tools", "OpenEXR")
    run = install.run

    def silent(*arguments):
        clock.now += 25
        return run(*arguments)

    calls.answer = (1, "ERROR: timed out")
    monkeypatch.setattr(install, "run", silent)
    install.main([])
    assert len(calls.made) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("given", ["argument", "environment", "host"])
def test_skip_install_is_respected(given, install, calls, monkeypatch, capsys):
    without(monkeypatch, install, "rembg")
    if given == "environment":
        monkeypatch.setenv("COMMANDLINE_ARGS", "--api --skip-install --listen")
    if given == "host":
        monkeypatch.setattr(install, "_ancestors_arguments", lambda: ["python", "launch.py", "--skip-install"])
    install.main(["--skip-install"] if given == "argument" else [])
    assert calls.made == []
    assert capsys.readouterr().out == ""


def test_the_hosts_own_command_line_is_read(install):
    command = [sys.executable, "-c", "import subprocess, sys; subprocess.run(sys.argv[2:], check=True)"]
    child = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); import install; "]
    child[-1] += "print(install.skipped([]))"
    done = subprocess.run([*command, "--skip-install", *child], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            (1, "Looking\nERROR: No matching distribution found for pooch\nERROR: x"),
            "No matching distribution found for pooch",
        ),
        ((2, ""), "no reason given"),
        ((2, "gestoppt: Platte voll \N{WARNING SIGN}"), "gestoppt: Platte voll ?"),
        (FileNotFoundError(2, "No such file"), "No such file"),
        (RuntimeError("something else"), "something else"),
    ],
)
def test_a_failure_is_one_line_and_the_host_starts(answer, why, install, calls, monkeypatch, capsys):
    without(monkeypatch, install, "rembg", "pooch")
    calls.answer = answer
    install.main([])
    _, line = capsys.readouterr().out.splitlines()
    assert line.startswith("IC-Light: background removal is off, its packages could not be installed:")
    assert why in line
    assert str(INSTALL) in line
    assert len(calls.made) == 1


def test_uv_is_used_where_there_is_no_pip(install, monkeypatch):
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(install.shutil, "which", lambda name: "/bin/uv")
    assert install.installer() == ["/bin/uv", "pip", "install", "--python", sys.executable]
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    with pytest.raises(install.InstallError, match="neither pip nor uv"):
        install.installer()


def test_constraints_bear_with_broken_and_doubled_distributions(install):
    found = [
        distribution("Torch", "2.3.1+cu121"),
        distribution("torch", "1.0"),
        distribution("my.own_package", "0.1.dev1"),
        distribution(None, "1.0"),
        distribution("no-version", None),
        distribution("odd", "unknown version"),
    ]
    assert install.constraints(found) == ["my-own-package==0.1.dev1", "torch==2.3.1+cu121"]


def leftovers(folder: Path) -> Path:
    """A site-packages folder where an interrupted pip has left numpy's next version and a package without metadata."""
    for name, text in {
        "numpy-1.26.2.dist-info": "Name: numpy\nVersion: 1.26.2\n",
        "~umpy-1.28.0.dist-info": "Name: numpy\nVersion: 1.28.0\n",
        "-umpy-1.29.0.dist-info": "Name: numpy\nVersion: 1.29.0\n",
        "0umpy-1.30.0.dist-info": "Name: numpy\nVersion: 1.30.0\n",
        "~illow.egg-info": "Name: pillow\nVersion: 1.0\n",
        "my_own.package-2.0.dist-info": "Name: My-own_package\nVersion: 2.0\n",
        "old.egg-info": "Name: old\nVersion: 3.0\n",
        "broken-1.0.dist-info": None,
        "undecodable-1.0.dist-info": b"Name: \xff\xfe\n",
    }.items():
        info = folder / name
        info.mkdir(parents=True)
        if text is not None:
            file = info / ("PKG-INFO" if name.endswith(".egg-info") else "METADATA")
            file.write_bytes(text if isinstance(text, bytes) else f"Metadata-Version: 2.1\n{text}".encode())
    return folder


def test_what_an_interrupted_pip_has_left_holds_nothing(install, tmp_path):
    found = importlib.metadata.distributions(path=[str(leftovers(tmp_path / "site"))])
    assert install.constraints(found) == ["my-own-package==2.0", "numpy==1.26.2", "old==3.0"]


# How long it takes


@pytest.fixture
def clock(install, monkeypatch):
    """install.py's clock, which advances when a test says so."""
    time = SimpleNamespace(now=0.0)
    monkeypatch.setattr(install, "time", SimpleNamespace(monotonic=lambda: time.now))
    return time


class Slow:
    """An installer that never ends; waiting for it advances the clock."""

    def __init__(self, clock, log, prints=lambda seconds: ""):
        self._clock, self._log, self._prints = clock, log, prints

    def wait(self, timeout):
        self._clock.now += timeout
        self._log.write_text(self._prints(self._clock.now))
        raise subprocess.TimeoutExpired("pip", timeout)


@pytest.mark.parametrize(
    ("prints", "end"),
    [(lambda seconds: "Downloading", 240), (lambda seconds: "Installing collected packages" * (seconds > 200), 300)],
    ids=["waits for an index", "writes"],
)
def test_a_slow_installer_is_told_of_every_half_minute_and_ended_after_five(
    install, clock, tmp_path, capsys, prints, end
):
    log = tmp_path / "output.txt"
    log.touch()
    with pytest.raises(install.InstallError, match="it takes too long"):
        install.wait(Slow(clock, log, prints), log, install.LIMIT_SECONDS)
    assert clock.now == end
    seconds = range(30, end + 1, 30)
    assert capsys.readouterr().out.splitlines() == [
        f"IC-Light: still installing, {number} seconds so far" for number in seconds
    ]


def test_a_host_that_holds_the_output_back_does_not_hold_back_the_word(install, capsys):
    install.say_on_the_way("still installing")
    assert Path(install.CONSOLE).read_text() == "IC-Light: still installing\n"
    assert capsys.readouterr().out == "IC-Light: still installing\n"


def test_both_calls_of_the_installer_share_the_five_minutes(install, calls, clock, monkeypatch):
    without(monkeypatch, install, "rembg", "pooch")
    install.main([])
    assert [call.deadline for call in calls.made] == [300, 300]


def test_a_silent_index_is_given_up_before_a_minute(install, calls, monkeypatch):
    without(monkeypatch, install, "rembg", "pooch")
    for name in ("PIP_DEFAULT_TIMEOUT", "PIP_RETRIES"):
        monkeypatch.delenv(name, raising=False)
    install.main([])
    assert len(calls.made) == 2
    for call in calls.made:
        timeout, retries = (int(call.environment[name]) for name in ("PIP_DEFAULT_TIMEOUT", "PIP_RETRIES"))
        assert (1 + retries) * timeout < 30


def has_ended(psutil, number: int) -> bool:
    """Whether a process that was just killed is gone, or is only a zombie."""
    try:
        process = psutil.Process(number)
        for _ in range(500):
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
            with suppress(psutil.TimeoutExpired):
                process.wait(0.01)
    except psutil.NoSuchProcess:
        return True
    return False


def test_an_installer_is_ended_with_its_children(install, clock, tmp_path, monkeypatch):
    import psutil

    monkeypatch.setattr(install, "WORD_SECONDS", 0.02)
    started = tmp_path / "pid"
    child = f"import os, pathlib, time; pathlib.Path({str(started)!r}).write_text(f'{{os.getpid()}} '); time.sleep(60)"
    command = [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"]

    def told(text):
        clock.now = 1000.0 if started.is_file() and started.read_text().endswith(" ") else 0.0

    monkeypatch.setattr(install, "say_on_the_way", told)
    with pytest.raises(install.InstallError, match="it takes too long"):
        install.run(command, dict(os.environ), tmp_path / "output.txt", 300)
    assert has_ended(psutil, int(started.read_text()))


def test_what_an_installer_prints_comes_back(install, tmp_path):
    code = "import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)"
    status, output = install.run([sys.executable, "-uc", code], dict(os.environ), tmp_path / "output.txt", 1e12)
    assert (status, output.split()) == (3, ["one", "two"])


def test_pip_itself_accepts_the_constraints(install, tmp_path):
    constraints_file = tmp_path / "constraints.txt"
    constraints_file.write_text("\n".join(install.constraints(importlib.metadata.distributions())), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "-c", str(constraints_file), "numpy"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Would install" not in done.stdout


def test_the_installer_needs_nothing_but_python():
    tree = ast.parse(INSTALL.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    # psutil is asked for only after it was found.
    assert {name.split(".")[0] for name in imported} - sys.stdlib_module_names == {"psutil"}

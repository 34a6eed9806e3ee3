"""What a user's environment goes through when the host runs install.py."""

import ast
import importlib.metadata
import importlib.util
import subprocess
import sys
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSTALL = ROOT / "install.py"


@pytest.fixture
def install():
    """install.py as a fresh module, loaded by its path as hosts do."""
    spec = importlib.util.spec_from_file_location("ic_light_install", INSTALL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def calls(install, monkeypatch):
    """Every command the installer would start, with the constraints it had; `calls.answer` is what pip would do."""
    made = []

    def run(command, **options):
        constraints_file = Path(command[command.index("-c") + 1])
        made.append(
            SimpleNamespace(
                command=command, options=options, constraints=constraints_file.read_text(encoding="utf-8").splitlines()
            )
        )
        answer = holder.answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    holder = SimpleNamespace(made=made, answer=SimpleNamespace(returncode=0, stdout=""))
    monkeypatch.setattr(install.subprocess, "run", run)
    monkeypatch.setattr(install, "_ancestors_arguments", lambda: [])
    monkeypatch.delenv("COMMANDLINE_ARGS", raising=False)
    return holder


def without(monkeypatch, install, *names):
    """Make the modules `names` look missing and every other module that rembg needs look installed."""
    needed = {*install.DEPENDENCIES, *install.REMBG}
    real = importlib.util.find_spec

    def find_spec(name):
        return (None if name in names else object()) if name in needed else real(name)

    monkeypatch.setattr(install.importlib.util, "find_spec", find_spec)


def distribution(name, version):
    """A stand-in for an installed distribution."""
    metadata = Message()
    if name is not None:
        metadata["Name"] = name
    return SimpleNamespace(metadata=metadata, version=version)


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
    normal = install.re.compile(r"[-_.]+")
    for call in calls.made:
        held = dict(line.split("==") for line in call.constraints)
        for installed in importlib.metadata.distributions():
            name = normal.sub("-", installed.metadata["Name"]).lower()
            assert held[name] == importlib.metadata.version(name)


def test_pip_gets_a_list_and_never_upgrades(install, calls, monkeypatch):
    without(monkeypatch, install, *install.DEPENDENCIES, "rembg")
    install.main([])
    for call in calls.made:
        assert isinstance(call.command, list)
        assert not call.options.get("shell")
        assert call.command[:4] == [sys.executable, "-m", "pip", "install"]
        assert not {"-U", "--upgrade", "--force-reinstall", "uninstall"} & set(call.command)


def test_the_constraints_file_is_gone_afterwards(install, calls, monkeypatch):
    without(monkeypatch, install, "rembg")
    install.main([])
    (call,) = calls.made
    assert not Path(call.command[call.command.index("-c") + 1]).parent.exists()


def test_every_requirement_is_bounded(install):
    for requirement in [*install.DEPENDENCIES.values(), *install.REMBG.values()]:
        assert ">=" in requirement
        assert ",<" in requirement


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
            SimpleNamespace(returncode=1, stdout="Looking\nERROR: No matching distribution found for pooch\nERROR: x"),
            "No matching distribution found for pooch",
        ),
        (SimpleNamespace(returncode=2, stdout=""), "no reason given"),
        (SimpleNamespace(returncode=2, stdout="gestoppt: Platte voll \N{WARNING SIGN}"), "gestoppt: Platte voll ?"),
        (FileNotFoundError(2, "No such file"), "No such file"),
        (subprocess.TimeoutExpired("pip", 1800), "no end after 30 minutes"),
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

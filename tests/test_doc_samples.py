"""Every sample in the documents works as printed, even with a large picture, and fails without damage."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from clips import frame, video
from light_sets import ball_set
from PIL import Image
from samples import as_base64, file_bytes, noise, plain
from studio_pages import SETS, put

import dev
from lib_iclight.light.description import parse
from lib_iclight.shoot.moving import lights
from workbench import demo
from workbench.session import REPOSITORY, ROUGH_CUT_OUT, Workbench, images

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
ADDRESS = "http://127.0.0.1:7860"
LARGE = 5_000_000
OWN = b"a file of the user's own"
#: Sampling is made short where the host is asked, so that requests stay as they are printed.
SHORT = """
from modules import scripts
class Short(scripts.Script):
    def title(self):
        return "Short"
    def show(self, is_img2img):
        return scripts.AlwaysVisible
    def before_process(self, p, *args):
        p.steps = p.hr_second_pass_steps = 1
        p.width = p.height = 64
"""


@dataclass(frozen=True)
class Sample:
    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def is_request(self) -> bool:
        return ADDRESS in self.text

    @property
    def files(self) -> list[str]:
        """The picture files that a sample names; the last is its output."""
        return list(dict.fromkeys(re.findall(r"\w+\.(?:png|jpg)\b", self.text)))

    @property
    def makes(self) -> str | None:
        return self.files[-1] if self.files else None

    @property
    def reads(self) -> list[str]:
        return self.files[:-1]


def found(path: Path) -> list[Sample]:
    text = path.read_text(encoding="utf-8")
    blocks = re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Sample(path.name, text[: b.start()].count("\n") + 1, b[1], b[2]) for b in blocks]


SAMPLES = [sample for path in DOCUMENTS for sample in found(path)]
REQUESTS = [sample for sample in SAMPLES if sample.is_request]
WITH_A_PICTURE = [sample for sample in REQUESTS if sample.reads]
VALUES = [sample for sample in SAMPLES if sample.language == "json"]
SCRIPTS = [sample for sample in SAMPLES if sample.language == "python" and sample not in REQUESTS]
COMMANDS = [sample for sample in SAMPLES if sample not in (*REQUESTS, *VALUES, *SCRIPTS)]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A host at its ``address`` with the page's extensions, and runs of one step."""
    short = tmp_path_factory.mktemp("short")
    (short / "scripts").mkdir()
    (short / "scripts" / "short.py").write_text(SHORT, encoding="utf-8")
    with Workbench(tmp_path_factory.mktemp("data"), (REPOSITORY, ROUGH_CUT_OUT, short)) as workbench:
        put(workbench.settings.data_dir / "outputs" / "txt2img-images" / "light-sets", {"ball": ball_set()})
        workbench.address = workbench.serve(block=False).rstrip("/")
        yield workbench


@pytest.fixture(scope="module")
def pictures():
    """Cut-out subjects and photographs: of a few kilobytes, of 5 MB, and ones that are refused."""

    def made(side: int) -> dict[str, bytes]:
        pixels = noise(side, side, 4)
        pixels[: side // 2, :, 3] = 0
        photograph = Image.fromarray(pixels).convert("RGB")
        return {".png": file_bytes(Image.fromarray(pixels)), ".jpg": file_bytes(photograph, "JPEG", quality=99)}

    refused = {".png": file_bytes(plain((200, 100, 0, 0))), ".jpg": b"no picture"}
    return {"small": made(64), "large": made(1800), "refused": refused}


def run(sample: Sample, address: str, folder: Path) -> subprocess.CompletedProcess:
    """Run the sample as printed, apart from the port, in a separate folder."""
    text = sample.text.replace(ADDRESS, address)
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    if sample.language == "python":
        command = [sys.executable, "-c", text]
    else:
        missing = [name for name in ("bash", "curl", "jq") if name in (text + "bash") and shutil.which(name) is None]
        if missing:
            pytest.skip(f"{' and '.join(missing)} not installed")
        command = ["bash", "-c", text]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")


def names(samples: list[Sample]):
    return pytest.mark.parametrize("sample", samples, ids=str)


def test_there_are_samples_of_every_kind():
    assert {sample.language for sample in SAMPLES} == {"json", "python", "bash", "sh"}
    assert {sample.document for sample in REQUESTS} >= {"api.md", "routes.md"}


def lay_out(sample: Sample, pictures: dict[str, bytes], folder: Path) -> None:
    """Write the sample's input pictures, and a file in place of its output."""
    for name in sample.reads:
        (folder / name).write_bytes(pictures[Path(name).suffix])
    if sample.makes:
        (folder / sample.makes).write_bytes(OWN)


@names(REQUESTS)
def test_a_request_makes_what_it_says(sample, host, pictures, tmp_path):
    lay_out(sample, pictures["small"], tmp_path)
    done = run(sample, host.address, tmp_path)
    assert done.returncode == 0, done.stderr
    if sample.makes is None:
        found = json.loads(done.stdout)
        assert found.get("models") or found.get("sets")
    else:
        is_a_picture(tmp_path / sample.makes)


@names(WITH_A_PICTURE)
def test_a_large_picture_is_no_trouble(sample, host, pictures, tmp_path):
    lay_out(sample, pictures["large"], tmp_path)
    assert all((tmp_path / name).stat().st_size >= LARGE for name in sample.reads)
    done = run(sample, host.address, tmp_path)
    assert done.returncode == 0, done.stderr
    is_a_picture(tmp_path / sample.makes)


def is_a_picture(path: Path) -> None:
    with Image.open(path) as made:
        assert made.format == "PNG"
        made.load()


@names(WITH_A_PICTURE)
def test_a_refusal_is_told_and_costs_no_file(sample, host, pictures, tmp_path):
    lay_out(sample, pictures["refused"], tmp_path)
    done = run(sample, host.address, tmp_path)
    assert done.returncode != 0
    assert re.search("is fully transparent|cannot be read", done.stdout + done.stderr)
    assert (tmp_path / sample.makes).read_bytes() == OWN


@pytest.fixture(scope="module")
def refusing():
    """The address of a host that refuses every request."""

    class Refusing(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.dumps({"error": "ICLightError", "detail": "No light today."}).encode()
            self.send_response(422)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@names(REQUESTS)
def test_whatever_is_refused_the_reason_is_shown(sample, refusing, pictures, tmp_path):
    lay_out(sample, pictures["small"], tmp_path)
    done = run(sample, refusing, tmp_path)
    assert done.returncode != 0
    assert "No light today." in done.stdout + done.stderr
    assert sample.makes is None or (tmp_path / sample.makes).read_bytes() == OWN


@names(REQUESTS)
def test_without_a_server_no_file_is_lost(sample, pictures, tmp_path):
    lay_out(sample, pictures["small"], tmp_path)
    done = run(sample, "http://127.0.0.1:9", tmp_path)
    assert done.returncode != 0
    assert done.stderr.strip()
    assert sample.makes is None or (tmp_path / sample.makes).read_bytes() == OWN


def values(text: str) -> list:
    """The consecutive JSON values in a text."""
    found, rest = [], text.strip()
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        found.append(value)
        rest = rest[end:].strip()
    return found


def is_answered(host, value: dict, picture: str, folder: Path) -> None:
    """Check that the host accepts a JSON value as the document says."""
    usual = {"prompt": "sunshine", "seed": 1, "sampler_name": "Euler"}
    fields = {"enabled": True, "foreground": picture, "light": "left"}
    if isinstance(value.get("lights"), dict):
        answer = host.api.post(f"{SETS}/ball/mix", json={"mix": value})
    elif "motion" in value:
        answer = host.api.post(f"{SETS}/ball/motion", json=value)
    elif "version" in value:
        answer = host.api.post("/ic-light/light-map", json={"light": value, "width": 16, "height": 16})
        assert parse(value).lights
    elif "alwayson_scripts" in value:
        dance = video(folder / "dance.mp4", [frame(0), frame(1)])
        given = json.loads(json.dumps(value).replace("<base64>", picture).replace("/clips/dance.mp4", str(dance)))
        for film in given.get("script_args", [])[2:]:
            if isinstance(film, dict):
                film["frames"] = 1
        answer = host.txt2img(**{**usual, **given})
    elif "keyframes" in value:
        assert lights(value, [0.0], ball_set)
        return
    elif "enabled" in value:
        answer = host.txt2img(**usual, alwayson_scripts={"IC Light": {"args": [{**fields, **value}]}})
    else:
        answer = host.txt2img(**usual, **value, alwayson_scripts={"IC Light": {"args": [fields]}})
    assert answer.status_code == 200, answer.text[:300]


@names(VALUES)
def test_json_means_what_is_said_of_it(sample, host, pictures, tmp_path):
    for value in values(sample.text):
        if "error" in value:
            refusal = host.txt2img(alwayson_scripts={"IC Light": {"args": [{"enabled": True}]}}).json()
            assert value.keys() == refusal.keys()
            assert refusal["error"] == value["error"]
            assert refusal["detail"].startswith(value["detail"].rstrip("…"))
        else:
            is_answered(host, value, as_base64(pictures["small"][".png"]), tmp_path)


def test_a_second_pass_needs_what_is_said_of_it(host, pictures):
    fields = next(value for sample in VALUES for value in values(sample.text) if "enable_hr" in value)
    options = {"enabled": True, "foreground": as_base64(pictures["small"][".png"])}
    request = {"prompt": "sunshine", "sampler_name": "Euler", "alwayson_scripts": {"IC Light": {"args": [options]}}}
    answer = host.txt2img(**request, **fields)
    assert images(answer)[0].size == (96, 96)
    assert "Hires CFG Scale: 2" in json.loads(answer.json()["info"])["infotexts"][0]
    del fields["hr_additional_modules"]
    assert host.txt2img(**request, **fields).status_code == 500


@names(SCRIPTS)
def test_a_script_runs_where_the_package_is(sample, tmp_path):
    sets = {path.stem: ball_set() for path in map(Path, re.findall(r'"(light-sets/[^"]+)"', sample.text))}
    put(tmp_path / "light-sets", sets)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", sample.text]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    made = re.findall(r'Path\("(\w+\.\w+)"\)', sample.text)
    assert made
    assert all((tmp_path / name).stat().st_size for name in made)


@names(COMMANDS)
def test_a_command_is_one_that_there_is(sample):
    for line in sample.text.splitlines():
        words = re.sub(r"^FORGE_HOME=\S+ ", "", line).split()
        assert words[:2] == ["python", "dev.py"]
        command, arguments = dev.parse(words[2:])
        assert command != "demo" or demo.parse(arguments)
        assert all((ROOT / path).exists() for path in arguments if path.startswith("tests"))

"""The README's first picture: what it is made of, and that it is there."""

import io
import re
from base64 import b64encode

import pytest
from PIL import Image

from workbench import photographs, showcase
from workbench.session import REPOSITORY


class Answer:
    status_code = 200

    def __init__(self, picture):
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        self.content = buffer.getvalue()

    def json(self):
        return {"images": [b64encode(self.content).decode()]}


class Host:
    """Notes what it is asked, and answers with a picture."""

    def __init__(self):
        self.asked = []

    def txt2img(self, **request):
        self.asked.append(request)
        return Answer(Image.new("RGB", (64, 64)))


def test_a_row_is_the_photograph_its_lights_and_a_wall(capsys):
    host = Host()
    cells = showcase.row(host, photographs.ASTRONAUT)
    assert [cell.label for cell in cells][1:-1] == [f"light: {name}" for name in showcase.LIGHTS]
    asked = [request["alwayson_scripts"]["IC Light"]["args"][0] for request in host.asked]
    assert [given["mode"] for given in asked] == ["fc"] * 4 + ["fbc"]
    assert [given.get("photograph_background") for given in asked] == ["relit"] * 4 + [None]
    assert {given["result"] for given in asked} == {"photograph"}
    assert {given["photograph_size"] for given in asked} == {"photograph"}
    assert capsys.readouterr().err.count(photographs.ASTRONAUT.name) == 5, "it says what it does"


def test_a_missing_photograph_is_told_before_the_workbench_starts(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(photographs.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("workbench.session.Workbench", lambda *args: pytest.fail("the workbench was started"))
    assert showcase.main(["--out", str(tmp_path / "out.jpg")]) == 2
    assert "pip install -r requirements/pictures.txt" in capsys.readouterr().err


def test_the_readme_begins_with_it_and_it_loads_fast():
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^!\[.*\]\((.*)\)$", text, re.MULTILINE)[0] == "docs/photographs.jpg"
    picture = REPOSITORY / "docs" / "photographs.jpg"
    assert picture.stat().st_size < 1 << 20

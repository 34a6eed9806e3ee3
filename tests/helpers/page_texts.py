"""Collects IC Light's texts from the page and from its scripts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from lib_iclight import settings
from lib_iclight.models import folders, hub, report
from lib_iclight.models.jobs import Download
from lib_iclight.request import FIELDS, MODES, PAINTING, PHOTOGRAPH
from lib_iclight.ui import cutout_html, models_html, prompts, recommendation_html, setting_warnings, summary
from lib_iclight.ui.recommend import recommended
from lib_iclight.ui.wording import sentences_of

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "javascript" / "parts").glob("*.js"))
START = ROOT / "javascript" / "ic_light_start.js"

_SAYS = re.compile(r"\bsay\(((?:[^()]|\([^()]*\))*)\)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SENTENCE = re.compile(r"[A-Z][a-z]+ [a-zA-Z ]")
_LETTER = re.compile(r"[^\W\d_]{2}")


class _Pieces(HTMLParser):
    """Collects pieces of text as the web UI looks them up: text nodes and titles, except inside translate=no."""

    _ALONE = {"br", "img", "input", "hr"}

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self._silent: list[bool] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.found += [given[name] for name in ("title", "aria-label") if given.get(name)]
        if tag not in self._ALONE:
            self._silent.append(given.get("translate") == "no" or any(self._silent[-1:]))

    def handle_endtag(self, tag):
        if tag not in self._ALONE:
            self._silent.pop()

    def handle_data(self, data):
        if not any(self._silent[-1:]):
            self.found.append(data)


def of_html(markup: str) -> list[str]:
    """The pieces of text in a fragment of HTML."""
    pieces = _Pieces()
    pieces.feed(markup)
    return pieces.found


# What gradio writes into a picture slot, in the browser's language.
OF_A_SLOT = ("Drop Image Here", "or", "Click to Upload", "Upload file", "Paste from clipboard", "Remove Image")


def of_component(kind: str, props: dict[str, Any]) -> Iterator[str]:
    """The texts of one of gradio's components. A dropdown's choices are names of files and models."""
    if kind == "html":
        yield from of_html(str(props.get("value") or ""))
    elif "ic-light-hidden" not in (props.get("elem_classes") or []):
        yield from (props.get(name) or "" for name in ("label", "info", "placeholder", "webui_tooltip"))
        if kind == "button":
            yield props.get("value") or ""
        if kind == "image":
            yield from OF_A_SLOT
        if kind in ("radio", "checkboxgroup"):
            yield from (choice[0] for choice in props["choices"])


def of_page(config: dict[str, Any]) -> set[str]:
    """The texts of all components inside IC Light's accordions, and of the script for catalogues."""
    components = {component["id"]: component for component in config["components"]}
    found: set[str] = set()

    def walk(node: dict[str, Any], inside: bool) -> None:
        component = components.get(node["id"], {"type": "", "props": {}})
        elem_id = component["props"].get("elem_id") or ""
        inside = inside or elem_id.endswith(("_ic_light_enabled", "_ic_light_catalogue_all"))
        if inside:
            found.update(of_component(component["type"], component["props"]))
        for child in node.get("children") or []:
            walk(child, inside)

    walk(config["layout"], False)
    return found


def of_summary(lights: list[str], placements: list[str]) -> set[str]:
    """Every sentence of the summary, for all choices on the page and values from a picture's parameters."""
    switches = itertools.product([False, True], repeat=4)
    chosen = itertools.product(MODES, [*lights, "a newer version's"], placements, _results(), switches)
    return {
        sentence
        for mode, light, placement, result, (is_img2img, foreground, background, switch) in chosen
        for sentence in summary.sentences(
            is_img2img=is_img2img,
            mode=mode,
            light=light,
            has_foreground=foreground,
            has_background=background,
            removes=switch,
            placement=placement,
            result=result,
            corrects_colours=switch,
        )
    }


def _results() -> Iterator[summary.Result]:
    yield summary.Result(PAINTING)
    for around in FIELDS["photograph_background"].choices:
        yield from (summary.Result(PHOTOGRAPH, size, around) for size in FIELDS["photograph_size"].choices)


def of_recommendation() -> set[str]:
    """What is recommended, and what works against a run."""
    starts = [None, *setting_warnings.Start]
    warnings = [setting_warnings.as_html(setting_warnings.of_run(mode, start)) for mode in MODES for start in starts]
    found = {text for warning in warnings for text in of_html(warning)}
    for tab in ("txt2img", "img2img"):
        wanted = recommended("fc", tab == "img2img", second=True) | {f"{tab}_prompt": "best quality"}
        found |= {*of_html(recommendation_html.as_html(wanted, tab))}
    return found


def of_settings() -> set[str]:
    """Labels and notes of the settings; the web UI puts notes in parentheses."""
    labels = {setting.label for setting in settings.SETTINGS}
    return labels | {f"({setting.note})" for setting in settings.SETTINGS if setting.note}


def of_models_row() -> set[str]:
    """The models row's texts, apart from names and numbers, for all contents of the folders."""
    missing = models_html.as_html(report.ModelReport((), dict.fromkeys(hub.NAMES)))
    buttons = {f"Download {name} (1.7 GB)" for name in hub.NAMES.values()}
    of_files = {folders.LET_READ, folders.LET_READ_OR_CHANGE, folders.REPLACE, folders.TAKE_OUT, report.AGAIN}
    ways_out = {*(words for _, words in report.WAYS_OUT), *of_files}
    return {*of_html(missing), *buttons, *ways_out}


def of_downloads() -> set[str]:
    """The texts shown during and after a download."""
    ended = set(of_html(models_html.progress_html(SimpleNamespace(error=None, running=False, name=""))))
    source = (ROOT / "lib_iclight" / "models" / "download.py").read_text(encoding="utf-8")
    return ended | {Download("name").doing, *re.findall(r'progress\([^"\n]*"([^"]+)"\)', source)}


def of_preview() -> set[str]:
    """The texts about the cut-out, or why there is none."""
    from lib_iclight.ui import cutout_preview

    black = np.zeros((2, 2, 3), np.uint8)
    whole = SimpleNamespace(picture=SimpleNamespace(rgb=black, alpha=None), colours=black, alpha=None)
    nothing = [text for text in vars(cutout_preview).values() if isinstance(text, str) and text.startswith("There is")]
    return {
        *of_html(cutout_html.cutout_html(whole)),
        *(sentence for text in nothing for sentence in sentences_of(text)),
    }


def of_lists() -> set[str]:
    """The quick lists that come with the extension."""
    return set(of_html(prompts.as_html(prompts.parse(prompts.SHIPPED.read_text(encoding="utf-8")), "")))


def of_scripts() -> set[str]:
    """The texts that the scripts show: those they translate, and everything else that reads like a sentence."""
    sources = [path.read_text(encoding="utf-8") for path in (START, *SCRIPTS)]
    asked = (match[1] for source in sources for match in _SAYS.finditer(source))
    found = {text for words in asked for text in _QUOTED.findall(words)}
    return found | {text for source in sources for text in _QUOTED.findall(source) if _SENTENCE.match(text)}


def put_together() -> re.Pattern[str]:
    """Matches the texts that scripts compose, such as the sides that a light may come from."""
    sources = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    templates = re.findall(r"\bsay\(`([^`]*)`", sources)
    return re.compile("|".join(".+".join(map(re.escape, re.split(r"\$\{[^}]*\}", one))) for one in templates))


def worded(texts: set[str]) -> set[str]:
    """The texts that contain words, stripped as the web UI does when it looks them up."""
    return {text.strip() for text in texts if _LETTER.search(text)}

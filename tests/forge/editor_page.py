"""The light editor of a tab, as a person uses it in Chromium."""

from __future__ import annotations

import json
from typing import Any

_PIXEL = """(view.draw(), (([px, py], d) =>
    [...view.context.getImageData(px * d, py * d, 1, 1).data].slice(0, 3)
)(stage.toPixels(a[0], a[1]), devicePixelRatio))"""
_OF_EDITOR = "([name, ...rest]) => (({{ state, stage, view }}, ...a) => {code})(icLight.editor.of(name), ...rest)"


class Editor:
    """The editor in a tab whose accordion is open.

    Args:
        tab: the tab, see :class:`forge.tab.Tab`.
    """

    def __init__(self, tab):
        self.tab, self.page = tab, tab.page
        self.root = tab.control("editor").locator(".ic-light-editor")
        self.canvas = self.root.locator("canvas")
        self.canvas.wait_for(state="visible")

    def _ask(self, code: str, *arguments: Any) -> Any:
        return self.page.evaluate(_OF_EDITOR.format(code=code), [self.tab.name, *arguments])

    def until(self, code: str, *arguments: Any) -> None:
        """Wait until a condition on the editor's ``state``, ``stage`` and ``view`` holds; ``a`` are the arguments."""
        self.page.wait_for_function(_OF_EDITOR.format(code=code), arg=[self.tab.name, *arguments])

    def pick(self, label: str) -> None:
        """Choose a named light and wait until the editor shows it."""
        self.tab.pick("light", label)
        self.until("state.light === a[0]", label.lower())

    @property
    def text(self) -> str:
        """The description that the page sends to the server."""
        return self.tab.control("light_editor").locator("textarea").input_value()

    @property
    def lights(self) -> list[dict[str, Any]]:
        """The lights of that description."""
        return json.loads(self.text)["lights"]

    @property
    def placed(self) -> dict[str, float]:
        """The placement that the page sends to the server."""
        text = json.loads(self.tab.control("placement_editor").locator("textarea").input_value())
        return {"scale": 1, "x": 0.5, "y": 0.5, **text}

    @property
    def shown(self) -> str:
        """The description that the canvas shows."""
        return self._ask("state.text")

    @property
    def summary(self) -> str:
        """What the line below the canvas says."""
        return self.root.locator(".ic-light-status").inner_text()

    @property
    def spoken(self):
        """The live region's text, which a screen reader reads out."""
        return self.root.get_by_role("status")

    def chosen(self, name: str) -> str:
        """The value of one of the accordion's radios."""
        return self.tab.control(name).locator("input:checked").get_attribute("value")

    def tool(self, name: str):
        """A button of the toolbar."""
        return self.root.locator(f"[data-tool={name}]")

    def field(self, name: str, kind: str = "number"):
        """An input of the form for the selected item."""
        return self.root.locator(f"[data-field={name}][type={kind}]:visible")

    def handle(self, index: int) -> tuple[float, float]:
        """The position of a light's handle on the canvas, in pixels."""
        return tuple(self._ask("(stage.layout(), stage.lightPoint(state.description.lights[a[0]]))", index))

    def place(self, x: float, y: float) -> tuple[float, float]:
        """The position on the canvas, in pixels, of a point in the frame."""
        return tuple(self._ask("(stage.layout(), stage.toPixels(...a))", x, y))

    def corner(self, index: int) -> tuple[float, float]:
        """The position of a corner of the subject on the canvas, in pixels."""
        return tuple(self._ask("(stage.layout(), stage.cornerPoint(stage.subject(), a[0]))", index))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag with the mouse from one point of the canvas to another."""
        self.canvas.scroll_into_view_if_needed()
        box = self.canvas.bounding_box()
        mouse = self.page.mouse
        mouse.move(box["x"] + start[0], box["y"] + start[1])
        mouse.down()
        mouse.move(box["x"] + end[0], box["y"] + end[1], steps=5)
        mouse.up()

    def wheel(self, turn: float, *keys: str) -> None:
        """Turn the wheel over the middle of the canvas; negative is away from the user."""
        box = self.canvas.bounding_box()
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        for key in keys:
            self.page.keyboard.down(key)
        self.page.mouse.wheel(0, turn)
        for key in keys:
            self.page.keyboard.up(key)

    def pixel(self, x: float, y: float) -> list[int]:
        """The colour drawn at a point in the frame: red, green, blue."""
        return self._ask(_PIXEL, x, y)

    def until_pixel(self, x: float, y: float, colour: list[int]) -> None:
        """Wait until this colour is drawn at a point in the frame, give or take a level: it lies between pixels."""
        self.until(f"{_PIXEL}.every((level, at) => Math.abs(level - a[2][at]) <= 1)", x, y, colour)

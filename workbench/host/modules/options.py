"""The settings, their values, and the file that stores them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from modules import errors


@dataclass
class OptionInfo:
    """A setting's default, label, component and remarks. The methods return the setting, for chaining."""

    default: Any = None
    label: str = ""
    component: Any = None
    component_args: Any = None
    onchange: Callable[[], None] | None = None
    section: tuple | None = None
    refresh: Callable[[], None] | None = None
    comment_after: str = ""
    infotext: str | None = None
    restrict_api: bool = False

    def info(self, info: str) -> OptionInfo:
        """Put a remark after the label."""
        self.comment_after += f"<span class='info'>({info})</span>"
        return self

    def needs_reload_ui(self) -> OptionInfo:
        """Note that the page must be reloaded."""
        self.comment_after += " <span class='info'>(requires Reload UI)</span>"
        return self


def options_section(section_identifier: tuple, options_dict: dict[str, OptionInfo]) -> dict[str, OptionInfo]:
    """Give settings their section ``(id, title)``."""
    for info in options_dict.values():
        info.section = section_identifier
    return options_dict


class Options:
    """Settings as attributes. One that was never set has its default."""

    typemap = {int: float}
    _own = {"data_labels", "data"}

    def __init__(self, data_labels: dict[str, OptionInfo]):
        self.data_labels = data_labels
        self.data = {k: v.default for k, v in data_labels.items()}

    def __setattr__(self, key, value):
        if key in self._own or (key not in self.data and key not in self.data_labels):
            super().__setattr__(key, value)
        else:
            self.data[key] = value

    def __getattr__(self, item):
        if item in self._own:
            raise AttributeError(item)
        if item in self.data:
            return self.data[item]
        if item in self.data_labels:
            return self.data_labels[item].default
        raise AttributeError(item)

    def set(self, key: str, value, is_api: bool = False, run_callbacks: bool = True) -> bool:
        """Change a setting and call its ``onchange``; returns whether it changed. KeyError for an unknown setting."""
        old = self.data.get(key)
        if old == value:
            return False
        option = self.data_labels[key]
        if is_api and option.restrict_api:
            return False
        setattr(self, key, value)
        if run_callbacks and option.onchange is not None:
            try:
                option.onchange()
            except Exception as e:
                errors.display(e, f"changing setting {key} to {value}")
                setattr(self, key, old)
                return False
        return True

    def get_default(self, key: str):
        """A setting's default; None for an unknown setting."""
        info = self.data_labels.get(key)
        return None if info is None else info.default

    def same_type(self, x, y) -> bool:
        """Whether two values are of the same type; int and float count as one type."""
        kinds = [self.typemap.get(type(value), type(value)) for value in (x, y)]
        return x is None or y is None or kinds[0] == kinds[1]

    def save(self, filename: str) -> None:
        """Write all settings to a file."""
        with open(filename, "w", encoding="utf8") as file:
            json.dump(self.data, file, indent=4, ensure_ascii=False)

    def load(self, filename: str) -> None:
        """Replace all settings by those in a file; by none if the file does not exist."""
        try:
            with open(filename, encoding="utf8") as file:
                self.data = json.load(file)
        except FileNotFoundError:
            self.data = {}
        for k, v in self.data.items():
            info = self.data_labels.get(k)
            if info is not None and not self.same_type(info.default, v):
                print(f"Warning: bad setting value: {k}: {v}", file=sys.stderr)

    def add_option(self, key: str, info: OptionInfo) -> None:
        """Add a setting."""
        self.data_labels[key] = info
        if key not in self.data:
            self.data[key] = info.default

    def reorder(self) -> None:
        """Bring settings of one section together."""
        order: dict[tuple, int] = {}
        for info in self.data_labels.values():
            order.setdefault(info.section, len(order))
        self.data_labels = dict(sorted(self.data_labels.items(), key=lambda item: order[item[1].section]))

    def cast_value(self, key: str, value):
        """``value`` as the type of the setting's default."""
        default = self.data_labels[key].default
        default = getattr(self, key, None) if default is None else default
        if value is None or default is None:
            return None
        return False if isinstance(default, bool) and value == "False" else type(default)(value)
